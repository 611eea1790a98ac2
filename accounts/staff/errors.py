from django.utils.translation import gettext_lazy as _

from accounts.ingest.errors import ImportRefused


class StaffRefused(Exception):
    """Carries the sentence that the person reads."""

    sentence = _("That did not work. Look at this person again.")

    def __str__(self) -> str:
        return str(self.sentence)


class OwnPosts(StaffRefused):
    sentence = _("Nobody changes what they may do themselves. Ask another access administrator.")


class NotAdministrator(StaffRefused):
    sentence = _("This needs an access administrator who stays longer. Ask another.")


class OwnManager(StaffRefused):
    sentence = _("Nobody is their own manager. Choose somebody else.")


class CircleOfManagers(StaffRefused):
    sentence = _(
        "The manager you chose works under this person, directly or through others. Nobody stands above themselves. "
        "Choose somebody else."
    )


class NotAManager(StaffRefused):
    sentence = _("The manager must be somebody who works here. Choose somebody else.")


class HasTheJob(StaffRefused):
    sentence = _("This person has this job at that time. End it first.")


class EndsBeforeItBegins(StaffRefused):
    sentence = _("The last day lies before the first. Check both.")


class InThePast(StaffRefused):
    sentence = _("This day is over. Choose today or a later day.")


class PostIsOver(StaffRefused):
    sentence = _("This job is over.")


class HasLeft(StaffRefused):
    sentence = _("This person has left.")


class NoSecondFactor(StaffRefused):
    sentence = _("This person has no second step that could be taken away.")


class NoManager(StaffRefused):
    sentence = _(
        "Nobody can say yes: this person has no manager with an account here, or only you. Name another manager first."
    )


class AlreadyAsked(StaffRefused):
    sentence = _("Somebody asked for this already. It waits for the manager.")


class NotYoursToOkay(StaffRefused):
    sentence = _("You cannot say yes to this: it is over, or you are not the manager any more.")


class NotTheFirst(StaffRefused):
    sentence = _(
        "There is an access administrator already, registered or invited. They give this job to others on the page "
        "of the person: /staff/people/."
    )


class NumberOfAnother(StaffRefused):
    sentence = _(
        "The staff file names somebody else under this number, or another email. Type the name and the email as they "
        "stand there."
    )


class StaffShrinks(ImportRefused):
    """A staff file would end too large a share of the posts."""

    def __init__(self, *, ends: int, of: int) -> None:
        super().__init__(
            f"{ends} of the {of} posts are not in the file and would end. See that the file is whole; if it is, run it "
            "again with --shrink."
        )


class NoAdministratorLeft(ImportRefused):
    """A staff file would take away the last access administrator who is registered, or who is to register."""

    def __init__(self) -> None:
        super().__init__(
            "After this file nobody could give others access any more, at once or within a month. See that it names an "
            "access administrator who stays, or have somebody else given that job first."
        )
