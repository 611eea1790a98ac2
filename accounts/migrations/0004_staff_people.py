import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

PERIOD = models.Func(
    "since",
    "until",
    function="TSTZRANGE",
    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
)


def name_the_people(apps: Any, schema_editor: Any) -> None:
    """Whoever has a post or is a manager becomes a person whom no file names yet."""
    people: dict[Any, Any] = {}
    zone = django.utils.timezone.get_default_timezone()

    def person_of(capacity: Any) -> Any:
        if capacity.pk not in people:
            first, _, last = (capacity.user.name or capacity.user.username).rpartition(" ")
            people[capacity.pk] = apps.get_model("accounts", "StaffPerson").objects.create(
                number=f"account {len(people) + 1}",
                first_name=first or last,
                last_name=last,
                email=capacity.user.email,
                language=capacity.user.language,
                capacity=capacity,
            )
        return people[capacity.pk]

    def begins(day: date) -> datetime:
        return datetime.combine(day, time.min, zone)

    for post in apps.get_model("accounts", "Post").objects.select_related("capacity__user", "manager__user"):
        post.person = person_of(post.capacity)
        post.boss = person_of(post.manager) if post.manager else None
        post.since = begins(post.starts_on)
        post.until = begins(post.ends_on + timedelta(days=1)) if post.ends_on else None
        post.save()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_capacities_and_posts"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_set_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.CreateModel(
            name="StaffPerson",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=40, unique=True)),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(default=settings.LANGUAGE_CODE, max_length=8)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "left_said_by",
                    models.CharField(
                        blank=True, choices=[("file", "the staff file"), ("here", "somebody here")], max_length=4
                    ),
                ),
                (
                    "capacity",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_person",
                        to="accounts.capacity",
                    ),
                ),
            ],
            options={"verbose_name_plural": "staff people"},
        ),
        migrations.AddField(
            model_name="post",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="accounts.staffperson",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="boss",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="accounts.staffperson",
            ),
        ),
        migrations.AddField(model_name="post", name="since", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="post", name="until", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            model_name="post",
            name="said_by",
            field=models.CharField(
                choices=[("file", "the staff file"), ("here", "somebody here")], default="here", max_length=4
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_people, migrations.RunPython.noop),
        # Else PostgreSQL refuses to change a table with rows whose foreign keys are still to be checked
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="post", name="nobody_is_their_own_manager"),
        migrations.RemoveConstraint(model_name="post", name="post_ends_after_it_began"),
        migrations.RemoveConstraint(model_name="post", name="nobody_has_a_job_twice_at_once"),
        migrations.RemoveField(model_name="post", name="capacity"),
        migrations.RemoveField(model_name="post", name="manager"),
        migrations.RemoveField(model_name="post", name="starts_on"),
        migrations.RemoveField(model_name="post", name="ends_on"),
        migrations.RenameField(model_name="post", old_name="boss", new_name="manager"),
        migrations.AlterField(
            model_name="post",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="accounts.staffperson"
            ),
        ),
        migrations.AlterField(model_name="post", name="since", field=models.DateTimeField()),
        migrations.AddConstraint(
            model_name="staffperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_at", None), ("left_said_by", "")),
                    models.Q(("left_at__isnull", False), ("left_said_by__in", ["file", "here"])),
                    _connector="OR",
                ),
                name="somebody_said_who_left",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("said_by__in", ["file", "here"])), name="post_is_of_a_known_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("manager", models.F("person")), _negated=True), name="nobody_is_their_own_manager"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="post_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("person", "="), ("job", "="), (PERIOD, "&&")],
                name="nobody_has_a_job_twice_at_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("manager__isnull", False)),
                expressions=[
                    (django.db.models.functions.Least("person", "manager"), "="),
                    (django.db.models.functions.Greatest("person", "manager"), "="),
                    ("person", "<>"),
                    (PERIOD, "&&"),
                ],
                name="no_two_are_each_others_manager",
            ),
        ),
    ]
