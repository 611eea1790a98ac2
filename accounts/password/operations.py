"""Replacing a password: a restricting act, so each is the outermost transaction of its own, and durable."""

import unicodedata
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models.functions import Lower

from accounts.audit.operations import record
from accounts.codes import operations as codes
from accounts.codes.models import Code
from accounts.codes.vocabulary import CodePurpose
from accounts.models import User
from accounts.operations import subject_of, void_credentials
from accounts.outbox import operations as outbox
from accounts.outbox.vocabulary import Mail, Mailbox, Subject
from accounts.rules import is_a_username
from accounts.vocabulary import Actor

from .access import grows_old, personal_words
from .errors import PasswordRefused, SamePassword
from .registry import ON_NEW_PASSWORD
from .rules import problems
from .vocabulary import NOTICE, Verb


def ask_for_reset(*, username: str, email: str, origin: str, by: Actor, at: datetime) -> Code:
    """Begin a reset: a code goes to the address when it is the one of the account with this username, and nowhere
    otherwise. What is done, and what is answered, is the same. Raises AskedTooOften, by the network address alone."""
    with transaction.atomic():
        codes.count_ask(origin=origin, at=at)
        owner = owner_of(username, email)
        return codes.ask(
            purpose=CodePurpose.PASSWORD_RESET,
            # The person and not the text, or else each way to write a name would have mails and guesses of its own.
            subject=subject_of(owner.pk) if owner else f"{one_spelling(username)}\n{one_spelling(email)}",
            user=owner,
            recipient=f"user:{owner.pk if owner else uuid4()}",
            by=by,
            at=at,
        )


@transaction.atomic(durable=True)
def reset(*, code_id: UUID | None, password: str, by: Actor, at: datetime) -> User:
    """Give the person whose code this browser redeemed a new password. Raises CodeRefused when nothing is open any
    more, PasswordRefused for a password that breaks the rules, SamePassword to staff for the one of before; none of
    them changes anything."""
    user = codes.use(code_id=code_id, purpose=CodePurpose.PASSWORD_RESET, at=at)
    replace(user=user, password=password, by=by, at=at)
    return user


def replace(*, user: User, password: str, by: Actor, at: datetime) -> None:
    """No other password opens the account: sessions, tokens, codes and locks of before end, and the person is told.
    Passkeys and authenticator apps stay. Raises PasswordRefused, and SamePassword to staff."""
    if broken := problems(password, personal_words(user)):
        raise PasswordRefused(broken)
    before = [user.password, user.password_before] if grows_old(user, at) else []
    if any(check_password(password, each) for each in before if each):
        raise SamePassword
    user.password_before = user.password if before else ""
    user.set_password(password)
    user.password_set_at = at
    user.save(update_fields=["password", "password_before", "password_set_at"])
    void_credentials(user_id=user.pk)
    codes.drop(user_id=user.pk)
    for then in ON_NEW_PASSWORD:
        then(user, at)
    outbox.send(kind=NOTICE, recipient=f"user:{user.pk}", by=by, at=at)
    record(verb=Verb.REPLACED, by=by, at=at, subject=subject_of(user.pk))
    user.refresh_from_db()


def compose_notice(about: str, mailbox: Mailbox, at: datetime) -> Mail:
    return Mail(template="password/changed", subject=Subject.SECURITY)


def owner_of(username: str, email: str) -> User | None:
    """Whose pair it is. The database folds usernames alone, which are ASCII: of other letters it thinks otherwise
    than Python."""
    typed = one_spelling(username)
    mine = User.objects.alias(folded=Lower("username")).filter(folded=typed if is_a_username(typed) else "")
    owner = mine.filter(is_active=True).first()
    return owner if owner and one_spelling(owner.email) == one_spelling(email) else None


def one_spelling(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).casefold().strip()
