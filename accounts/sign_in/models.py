from django.db import models

from accounts.vocabulary import classified


class Guessing(models.Model):
    """What wrong guesses have used up of an allowance that fills again with time: of an account, of an account as a
    browser sees it that the account knows, or of an address of the network.

    The allowance is empty while ``paid_at`` lies as far ahead as all of its guesses together take to come back.
    """

    key = models.CharField(max_length=64, primary_key=True)
    """A keyed digest, so that the table names nobody."""
    paid_at = models.DateTimeField(db_index=True)
    """When the last of the guesses has come back."""

    sensitivity = classified(operational="key paid_at")

    def __str__(self) -> str:
        return f"guessing {self.key[:8]}"
