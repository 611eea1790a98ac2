import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_cache"),
    ]

    operations = [
        # No two posts or capacities at once: an exclusion over a key and a period
        BtreeGistExtension(),
        migrations.AddField(
            model_name="user",
            name="credentials_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(default="en", max_length=8),
        ),
        migrations.AddField(
            model_name="user",
            name="name",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.CreateModel(
            name="Capacity",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("member", "Member"),
                            ("representative", "Personal representative"),
                            ("clinician", "Clinician"),
                            ("practice_manager", "Practice manager"),
                            ("staff", "Plan staff"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="capacities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "capacities",
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "job",
                    models.CharField(
                        choices=[
                            ("navigator", "Navigator"),
                            ("member_relations", "Member Relations"),
                            ("network", "Network"),
                            ("privacy_office", "Privacy office"),
                            ("access_administrator", "Access administrator"),
                            ("app_reviewer", "App reviewer"),
                            ("manager", "Manager"),
                        ],
                        max_length=30,
                    ),
                ),
                ("department", models.CharField(max_length=100)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "capacity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="accounts.capacity"
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="accounts.capacity",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["member", "representative", "clinician", "practice_manager", "staff"])
                ),
                name="capacity_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="capacity_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "staff")),
                expressions=[
                    ("user", "="),
                    (
                        models.Func(
                            "since",
                            "until",
                            function="TSTZRANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="nobody_is_staff_twice_at_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "job__in",
                        [
                            "navigator",
                            "member_relations",
                            "network",
                            "privacy_office",
                            "access_administrator",
                            "app_reviewer",
                            "manager",
                        ],
                    )
                ),
                name="post_is_of_a_known_job",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("manager", models.F("capacity")), _negated=True), name="nobody_is_their_own_manager"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="post_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("capacity", "="),
                    ("job", "="),
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="nobody_has_a_job_twice_at_once",
            ),
        ),
    ]
