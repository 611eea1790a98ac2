from django.db import migrations

# It looks at what holds from now on: whose manager somebody was once says nothing, and a post keeps its latest manager
# for all of its time. What ends now is over, though the clock of this machine be a little behind the one that said so.
# Of two who would close a circle together the second waits for the first, and then sees its rows.
CREATE = """
CREATE FUNCTION refuse_circles_of_managers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    soon timestamptz := clock_timestamp() + interval '1 minute';
BEGIN
    IF NOT EXISTS (SELECT FROM changed WHERE manager_id IS NOT NULL AND (until IS NULL OR until > soon)) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(7302050);
    IF EXISTS (
        WITH RECURSIVE above (person, manager, during) AS (
            SELECT person_id, manager_id, tstzrange(greatest(since, soon), until) FROM changed
             WHERE manager_id IS NOT NULL AND (until IS NULL OR until > greatest(since, soon))
            UNION
            SELECT above.person, post.manager_id, above.during * tstzrange(post.since, post.until)
              FROM above JOIN accounts_post post ON post.person_id = above.manager
             WHERE post.manager_id IS NOT NULL AND above.person <> above.manager
                   AND above.during && tstzrange(post.since, post.until)
        )
        SELECT FROM above WHERE person = manager
    ) THEN
        RAISE EXCEPTION 'somebody would stand above themselves'
              USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'nobody_stands_above_themselves';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_circle_of_new_posts AFTER INSERT ON accounts_post REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_circles_of_managers();
CREATE TRIGGER no_circle_of_changed_posts AFTER UPDATE ON accounts_post REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_circles_of_managers();
"""

DROP = """
DROP TRIGGER no_circle_of_new_posts ON accounts_post;
DROP TRIGGER no_circle_of_changed_posts ON accounts_post;
DROP FUNCTION refuse_circles_of_managers();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_emails_and_passwords_before"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="post", name="no_two_are_each_others_manager"),
        migrations.RunSQL(CREATE, DROP),
    ]
