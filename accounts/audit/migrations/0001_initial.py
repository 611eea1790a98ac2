"""Two tables to which rows are only added. The database refuses what would change or empty them."""

import django.contrib.postgres.fields
from django.db import migrations, models

CREATE = """
CREATE TABLE audit_event (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL CHECK (actor ~ '^(user|program):.'),
    capacity text,
    verb text NOT NULL,
    subject text,
    purpose text,
    request_id text,
    fields text[] NOT NULL,
    key text NOT NULL,
    mac bytea NOT NULL CHECK (length(mac) = 32)
);
CREATE INDEX audit_event_at ON audit_event (at);

CREATE TABLE audit_seal (
    position bigint PRIMARY KEY CHECK (position > 0),
    event_id uuid NOT NULL UNIQUE,
    key text NOT NULL,
    seal bytea NOT NULL CHECK (length(seal) = 32)
);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER rows_stay BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER table_stays BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER rows_stay BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER table_stays BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

DROP = """
DROP TABLE audit_seal;
DROP TABLE audit_event;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("capacity", models.TextField(null=True)),
                ("verb", models.TextField()),
                ("subject", models.TextField(null=True)),
                ("purpose", models.TextField(null=True)),
                ("request_id", models.TextField(null=True)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("key", models.TextField(help_text="Which key signed it.")),
                ("mac", models.BinaryField()),
            ],
            options={"db_table": "audit_event", "managed": False},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.UUIDField(unique=True)),
                ("key", models.TextField(help_text="Which key made the seal.")),
                ("seal", models.BinaryField()),
            ],
            options={"db_table": "audit_seal", "managed": False},
        ),
    ]
