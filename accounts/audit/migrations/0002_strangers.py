"""Somebody who has not signed in acts too: asks for a code, types a wrong password."""

from django.db import migrations

WIDEN = """
ALTER TABLE audit_event DROP CONSTRAINT audit_event_actor_check;
ALTER TABLE audit_event ADD CONSTRAINT audit_event_actor_check CHECK (actor ~ '^((user|program):.|stranger$)');
"""
NARROW = """
ALTER TABLE audit_event DROP CONSTRAINT audit_event_actor_check;
ALTER TABLE audit_event ADD CONSTRAINT audit_event_actor_check CHECK (actor ~ '^(user|program):.') NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(WIDEN, NARROW)]
