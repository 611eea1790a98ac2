"""The one way up: what a slice tells one above it, each with its reason."""

from tests.architecture.test_architecture import IMPORTS
from tests.architecture.tree import word_of

REGISTRATIONS = {
    ("accounts.outbox", "accounts.outbox.registry.register_recipient"): "whoever has an account reads mail there",
    ("accounts.codes", "accounts.outbox.registry.register_kind"): "a code is born when its mail is handed over",
    ("accounts.codes", "accounts.outbox.registry.register_recipient"): "a code that nobody gets costs what others do",
    ("accounts.password", "accounts.outbox.registry.register_kind"): "the notice of a new password",
    ("accounts.email_change", "accounts.outbox.registry.register_kind"): "the notices of another email",
    ("accounts.email_change", "accounts.outbox.registry.register_recipient"): "the mailbox to be, and the one that was",
    ("accounts.email_change", "accounts.password.registry.on_new_password"): "a new password stops a change that waits",
    ("accounts.sign_in", "accounts.outbox.registry.register_kind"): "the notices of second factors",
    (
        "accounts.registration",
        "accounts.outbox.registry.register_kind",
    ): "an activation ID, and that it was used",
    ("accounts.registration", "accounts.outbox.registry.register_letter"): "or as it is printed",
    ("accounts.registration", "accounts.outbox.registry.register_recipient"): "an email to be of a person to be",
    ("accounts.registration", "accounts.sign_in.registry.keep_through_sign_in"): "whoever has an account adds to it",
    ("accounts.letters", "accounts.sign_in.registry.Way"): "My account leads to the print queue",
    ("accounts.letters", "accounts.sign_in.registry.register_ways"): "for whoever prints",
    ("accounts.staff", "accounts.sign_in.registry.Way"): "My account leads to the people who work here",
    (
        "accounts.staff",
        "accounts.sign_in.registry.register_ways",
    ): "for those who give jobs, and whose yes is asked",
    ("accounts.staff", "accounts.outbox.registry.register_kind"): "the notices of a lost second factor",
    ("accounts.staff", "accounts.outbox.registry.register_recipient"): "an activation ID goes to the address at work",
    (
        "accounts.staff",
        "accounts.registration.registry.register_subject",
    ): "staff register as the staff file names them",
    ("portal.members", "accounts.outbox.registry.register_recipient"): "the email on file that is one member's alone",
    ("portal.members", "accounts.outbox.registry.register_kind"): "what becomes of a request is decided off it",
    ("portal.members", "accounts.password.registry.register_personal_words"): "a card tells member ID and birth date",
    ("portal.members", "accounts.registration.registry.register_subject"): "who may register as a member",
    ("portal.member_relations", "accounts.outbox.registry.register_kind"): "the notices of what the desk did",
    ("portal.member_relations", "accounts.outbox.registry.register_letter"): "or by letter, where nothing else reaches",
    ("portal.member_relations", "accounts.outbox.registry.register_recipient"): "where a member was before a call",
    ("portal.member_relations", "accounts.outbox.registry.register_household"): "nobody prints a letter to their own",
    ("portal.member_relations", "accounts.sign_in.registry.Way"): "My account leads to the desk",
    ("portal.member_relations", "accounts.sign_in.registry.register_ways"): "for whoever sits there",
    ("portal.home", "accounts.sign_in.registry.register_home"): "a member comes home after signing in",
    ("portal.home", "accounts.sign_in.registry.Way"): "My account leads a member home",
    ("portal.home", "accounts.sign_in.registry.register_ways"): "and nobody else",
}


def test_every_registration_has_its_reason() -> None:
    found = {
        (one.source.removesuffix(".apps"), one.target)
        for one in IMPORTS
        if word_of(one.target) == "registry" and word_of(one.source) == "apps"
    }
    assert found == set(REGISTRATIONS)
