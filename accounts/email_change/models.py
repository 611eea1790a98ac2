import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.vocabulary import classified

from .vocabulary import FORMER_KEPT_HOURS, PROVED_WITHIN_HOURS

OPEN = Q(stopped_at=None, done_at=None)


class AddressHold(models.Model):
    """Somebody may have learnt of the account by phone: until then no other address takes effect that the old one has
    not confirmed."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="address_hold")
    until = models.DateTimeField()

    sensitivity = classified(personal="user until")

    def __str__(self) -> str:
        return f"address hold of user {self.user_id}"


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def open(self) -> Self:
        return self.filter(OPEN)

    def waiting(self) -> Self:
        """Those whose new address is proved, and does not stand yet."""
        return self.open().exclude(proved_at=None)

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(takes_effect_at__lte=at)

    def ended_since(self, moment: datetime) -> Self:
        return self.filter(Q(stopped_at__gte=moment) | Q(done_at__gte=moment))

    def never_proved(self, at: datetime) -> Self:
        return self.open().filter(proved_at=None, asked_at__lte=at - timedelta(hours=PROVED_WITHIN_HOURS))

    def with_a_former_address(self, at: datetime) -> Self:
        """Those whose notice to the replaced address was handed over, or is not tried any more."""
        return self.exclude(former="").filter(done_at__lte=at - timedelta(hours=FORMER_KEPT_HOURS))


class AddressChange(models.Model):
    """Somebody wants codes and notices elsewhere. It is asked for, proved by a code to the new address, and then done
    or stopped: by the person, or as something newer takes its place. What is over keeps no address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_changes")
    address = models.EmailField(blank=True)
    """The new one, until it stands in the account or the change is stopped."""
    former = models.EmailField(blank=True)
    """The replaced one, for some days: a notice goes there."""
    by_phone = models.BooleanField(default=False)
    """Asked for on a call with Member Relations."""
    asked_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    takes_effect_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    sensitivity = classified(
        operational="id by_phone", personal="user address former asked_at proved_at takes_effect_at stopped_at done_at"
    )

    objects: ClassVar[models.Manager["AddressChange"]] = AddressChangeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user"], condition=OPEN, name="one_address_change_at_a_time"),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(done_at=None), name="address_change_is_done_or_stopped"
            ),
            models.CheckConstraint(
                condition=(OPEN & ~Q(address="")) | (~OPEN & Q(address="")), name="address_change_keeps_no_address"
            ),
            models.CheckConstraint(condition=Q(former="") | Q(done_at__isnull=False), name="address_was_replaced"),
            models.CheckConstraint(
                condition=Q(proved_at=None, takes_effect_at=None, done_at=None)
                | Q(
                    proved_at__isnull=False,
                    proved_at__gte=F("asked_at"),
                    takes_effect_at__isnull=False,
                    takes_effect_at__gt=F("proved_at"),
                ),
                name="address_change_takes_effect_once_proved",
            ),
        )
        indexes = (models.Index(fields=["takes_effect_at"], condition=OPEN, name="address_change_due"),)

    def __str__(self) -> str:
        return f"address change {self.pk}"
