from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.vocabulary import classified


class AuditEvent(models.Model):
    """Somebody did something. Rows are only ever added: the database refuses anything else.

    An event names classes of field and opaque subjects. It has no value, and no digest of one: the digest of one of
    twenty possible answers is the answer. It has no foreign key, so that nothing takes it along.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    capacity = models.TextField(null=True)  # noqa: DJ001 (signed: nothing and an empty text are told apart)
    verb = models.TextField()
    subject = models.TextField(null=True)  # noqa: DJ001
    purpose = models.TextField(null=True)  # noqa: DJ001
    request_id = models.TextField(null=True)  # noqa: DJ001
    fields = ArrayField(models.TextField())
    key = models.TextField(help_text="Which key signed it.")
    mac = models.BinaryField()

    sensitivity = classified(
        operational="id at verb request_id key mac", protected="actor capacity subject purpose fields"
    )

    is_append_only = True

    class Meta:
        managed = False  # a table that cannot be emptied has no place in what Django empties between tests
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M:%S}"


class AuditSeal(models.Model):
    """The place of an event in the order of all."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    key = models.TextField(help_text="Which key made the seal.")
    seal = models.BinaryField()

    sensitivity = classified(operational="position event_id key seal")
    is_append_only = True

    class Meta:
        managed = False
        db_table = "audit_seal"

    def __str__(self) -> str:
        return f"seal {self.position}"
