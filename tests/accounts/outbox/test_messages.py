"""A message is a row of its cause's transaction, and a mail once it is handed over."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTPServerDisconnected
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import User
from accounts.outbox import registry
from accounts.outbox.access import mail_is_down
from accounts.outbox.errors import Unreachable
from accounts.outbox.models import Message
from accounts.outbox.operations import claim, compose, deliver, forget, purge, put_back, send, settle_sent
from accounts.outbox.vocabulary import LEASE_SECONDS, MOST_ATTEMPTS, Mail, MessageState, Subject, Verb
from accounts.vocabulary import Actor, program
from tests.builders.mail import PostOffice, deliver_mail, html_of, text_of

Queue = Callable[..., UUID]

pytestmark = pytest.mark.django_db


def state() -> str:
    return Message.objects.get().state


def later(**time: float) -> Callable[[], datetime]:
    return lambda: timezone.now() + timedelta(**time)


# Written in the transaction of the cause


@pytest.mark.django_db(transaction=True)
def test_a_message_needs_the_transaction_of_its_cause(amina: User) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_sends_nothing(amina: User, post_office: PostOffice) -> None:
    with transaction.atomic():
        send(kind="test-notice", recipient=f"user:{amina.pk}", by=program("test"), at=timezone.now())
        transaction.set_rollback(True)
    assert deliver_mail() == 0
    assert post_office.mails == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"kind": "unheard-of"}, KeyError),
        ({"recipient": "unheard-of:1"}, KeyError),
        ({"recipient": "amina@example.org"}, KeyError),
        ({"recipient": "user:"}, ValueError),
    ],
)
def test_what_nobody_registered_is_refused_at_once(queue: Queue, wrong: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        queue(**{"kind": "test-notice"} | wrong)


def test_the_row_holds_no_word_of_the_mail_and_no_address(queue: Queue, post_office: PostOffice) -> None:
    queue("test-code", about="7c1e", by=Actor("user:1"))
    deliver_mail()
    row = repr(Message.objects.values().get())
    assert "amina" not in row
    assert "Lindenfield" not in row
    assert Message.objects.get().caused_by == "user:1"


# Handed over


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_mail_is_what_mail_servers_and_people_expect(
    queue: Queue, amina: User, post_office: PostOffice, language: str
) -> None:
    User.objects.update(language=language)
    message = queue("test-notice")
    assert deliver_mail() == 1
    (mail,) = post_office.mails
    assert mail["From"] == "Lindenfield Health Plan <no-reply@lindenfield.example>"
    assert mail["To"] == "amina@example.org"
    assert mail["Message-ID"] == f"<{message}@lindenfield.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language
    assert abs(parsedate_to_datetime(str(mail["Date"])).replace(tzinfo=UTC) - timezone.now()) < timedelta(minutes=1)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part["Content-Transfer-Encoding"] for part in mail.iter_parts()] == ["quoted-printable"] * 2
    assert "Lindenfield Health Plan" in str(mail["Subject"])
    assert "651-555-0100" in text_of(mail)
    assert f'<html lang="{language}">' in html_of(mail)
    assert state() == MessageState.SENT


def test_a_mail_has_no_picture_no_link_to_follow_and_fetches_nothing(queue: Queue, post_office: PostOffice) -> None:
    queue("test-code")
    deliver_mail()
    written = html_of(post_office.mails[0]).lower()
    assert not [word for word in ("<img", "http", "src=", "url(", "<script", "<link") if word in written]


def test_text_is_text_and_html_is_html(queue: Queue, post_office: PostOffice, settings: Any) -> None:
    class Plan:
        name = "Fish & Chips <Care>"
        phones = settings.PLAN.phones

    settings.PLAN = Plan
    queue("test-notice")
    deliver_mail()
    (mail,) = post_office.mails
    assert mail["Subject"] == "About your account with Fish & Chips <Care>"
    assert "Fish & Chips <Care>" in text_of(mail)
    assert "Fish &amp; Chips &lt;Care&gt;" in html_of(mail)


def test_a_message_waits_for_its_time(queue: Queue, post_office: PostOffice) -> None:
    queue("test-notice", not_before=timezone.now() + timedelta(hours=1))
    assert deliver_mail() == 0
    assert deliver(clock=later(hours=1)) == 1


def test_a_code_goes_before_the_notices_that_wait(queue: Queue, post_office: PostOffice) -> None:
    for kind in ("test-notice", "test-notice", "test-code"):
        queue(kind)
    deliver_mail()
    assert str(post_office.mails[0]["Subject"]).startswith("Your code")


@pytest.mark.parametrize("kind", ["test-notice", "test-code"])
def test_whoever_has_no_mailbox_gets_no_mail(queue: Queue, post_office: PostOffice, kind: str) -> None:
    queue(kind)
    User.objects.update(email="")
    assert deliver_mail() == 0
    assert state() == MessageState.VOID


def test_where_there_is_nothing_to_say_nothing_is_sent(queue: Queue, post_office: PostOffice) -> None:
    queue("test-code", about="nobody")
    assert deliver_mail() == 0
    assert post_office.mails == []
    assert state() == MessageState.VOID


class Looking(BaseEmailBackend):
    """A mail server that looks at the database meanwhile."""

    seen: list[tuple[bool, str]]

    def send_messages(self, email_messages: Any) -> int:
        Looking.seen.append((connection.in_atomic_block, User.objects.get().name))
        return 1


@pytest.mark.django_db(transaction=True)
def test_what_is_born_with_a_mail_is_committed_before_it_goes_out(queue: Queue, settings: Any) -> None:
    Looking.seen = []
    settings.EMAIL_BACKEND = f"{__name__}.Looking"
    queue("test-code")
    deliver_mail()
    assert Looking.seen == [(False, "has a code")]


@pytest.mark.django_db(transaction=True)
def test_nobody_hands_over_inside_a_transaction(queue: Queue) -> None:
    queue("test-notice")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        deliver_mail()


# When it fails


def test_an_unknown_mailbox_is_tried_again_and_holds_up_nobody(queue: Queue, post_office: PostOffice) -> None:
    post_office.refusal = "450 come back later"
    queue("test-notice")
    queue("test-notice")
    assert deliver_mail() == 0
    assert {row.error for row in Message.objects.all()} == {"SMTPRecipientsRefused"}
    post_office.refusal = ""
    assert deliver(clock=later(seconds=14)) == 0
    assert deliver(clock=later(seconds=16)) == 2


def test_a_code_whose_hand_over_was_refused_is_tried_again(queue: Queue, post_office: PostOffice) -> None:
    post_office.refusal = "450 come back later"
    queue("test-code")
    deliver_mail()
    post_office.refusal = ""
    assert deliver(clock=later(seconds=16)) == 1


def test_a_notice_after_a_broken_hand_over_goes_out_again_under_its_message_id(
    queue: Queue, post_office: PostOffice
) -> None:
    post_office.hangs_up = post_office.keeps = True
    queue("test-notice")
    assert deliver_mail() == 0
    post_office.hangs_up = False
    assert deliver(clock=later(seconds=16)) == 1
    one, other = post_office.mails
    assert one["Message-ID"] == other["Message-ID"]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_code_after_a_broken_hand_over_is_never_sent_again(
    queue: Queue, post_office: PostOffice, arrived: bool
) -> None:
    post_office.hangs_up, post_office.keeps = True, arrived
    queue("test-code")
    assert deliver_mail() == 0
    post_office.hangs_up = False
    assert state() == MessageState.UNCERTAIN
    assert deliver(clock=later(days=1)) == 0
    assert len(post_office.mails) == arrived


def test_a_late_code_is_not_sent(queue: Queue, post_office: PostOffice) -> None:
    queue("test-code")
    assert deliver(clock=later(minutes=15)) == 0
    assert state() == MessageState.VOID


def test_a_mail_that_cannot_be_written_is_told_by_its_kind(
    queue: Queue, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def compose(*_: object) -> Mail:
        return Mail("not/there", Subject.MESSAGE)

    monkeypatch.setitem(registry.KINDS, "test-notice", registry.Kind(once=False, compose=compose))
    queue("test-notice")
    queue("test-code")
    assert deliver_mail() == 1
    assert Message.objects.get(kind="test-notice").error == "TemplateDoesNotExist"
    assert caplog.messages == ["a message of kind test-notice could not be made"]
    assert not mail_is_down(timezone.now())


def test_an_address_that_no_mail_can_have_is_refused_before_anybody_hears_of_it(
    queue: Queue, post_office: PostOffice
) -> None:
    User.objects.update(email="amina@example.org\nBcc: eve@example.org")
    queue("test-notice")
    assert deliver_mail() == 0
    assert Message.objects.get().error == "BadHeaderError"
    assert post_office.mails == []


def test_a_message_is_given_up_in_the_end_and_the_audit_says_so(queue: Queue, post_office: PostOffice) -> None:
    message = queue("test-notice")
    post_office.refusal = "550 nobody of that name"
    Message.objects.update(attempt=MOST_ATTEMPTS - 1, error="SMTPRecipientsRefused")
    deliver_mail()
    assert state() == MessageState.DEAD
    event = AuditEvent.objects.get(subject=f"message:{message}")
    assert (event.verb, event.actor) == (Verb.GIVEN_UP, "program:outbox")


def test_a_message_whose_every_worker_died_is_given_up_too(queue: Queue, post_office: PostOffice) -> None:
    queue("test-notice")
    now = timezone.now()
    Message.objects.update(state=MessageState.SENDING, attempt=MOST_ATTEMPTS, lease_until=now)
    assert deliver_mail() == 0
    assert state() == MessageState.DEAD


@pytest.fixture
def untrusted(tmp_path: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_mail_server_that_nobody_vouches_for_gets_no_mail(
    queue: Queue, settings: Any, untrusted: ssl.SSLContext
) -> None:
    office = PostOffice(tls_context=untrusted)
    office.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", office.port, True
    queue("test-code")
    assert deliver_mail() == 0
    office.stop()
    assert Message.objects.get().error == "SSLCertVerificationError"
    assert office.asked == 0


# Claims, leases and their tokens


def test_a_message_that_one_worker_is_at_is_not_taken_by_another(queue: Queue) -> None:
    queue("test-notice")
    now = timezone.now()
    assert claim(at=now)
    assert claim(at=now + timedelta(seconds=LEASE_SECONDS - 1)) is None
    assert claim(at=now + timedelta(seconds=LEASE_SECONDS))


def test_whoever_lost_its_lease_settles_nothing(queue: Queue) -> None:
    queue("test-notice")
    now = timezone.now()
    slow = claim(at=now)
    quick = claim(at=now + timedelta(seconds=LEASE_SECONDS))
    assert slow
    assert quick
    assert compose(message=slow, at=now) is None
    put_back(message=slow, failure=Unreachable(OSError()), at=now)
    settle_sent(message=slow, at=now)
    assert state() == MessageState.SENDING
    settle_sent(message=quick, at=now)
    assert state() == MessageState.SENT


def test_a_code_that_arrived_after_all_is_known_to_be_sent(queue: Queue, post_office: PostOffice) -> None:
    queue("test-code")
    slow = claim(at=timezone.now())
    assert slow
    deliver(clock=later(seconds=LEASE_SECONDS))
    assert state() == MessageState.UNCERTAIN
    settle_sent(message=slow, at=timezone.now())
    assert state() == MessageState.SENT


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "sending", "attempt": 1},
        {"state": "queued", "lease_until": datetime(2026, 1, 1, tzinfo=UTC)},
        {"state": "sent", "attempt": 1},
        {"state": "dead", "attempt": 1, "handed_over_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"state": "dead", "attempt": 0},
        {"recipient": ""},
    ],
)
def test_the_database_refuses_a_state_that_cannot_be(queue: Queue, values: dict[str, Any]) -> None:
    queue("test-notice")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**values)


# Withdrawn


def test_a_withdrawn_message_is_not_sent(queue: Queue, post_office: PostOffice) -> None:
    queue("test-notice", about="1")
    queue("test-notice", about="2")
    forget(kind="test-notice", about="1", by=Actor("user:1"), at=timezone.now())
    assert deliver_mail() == 1
    assert Message.objects.get(about="1").state == MessageState.VOID
    assert AuditEvent.objects.get(subject="test-notice:1").verb == Verb.WITHDRAWN


def test_withdrawing_what_was_never_queued_leaves_no_trace(db: None) -> None:
    forget(kind="test-notice", about="none", by=Actor("user:1"), at=timezone.now())
    assert not AuditEvent.objects.filter(subject="test-notice:none").exists()


def test_a_message_withdrawn_while_it_was_being_sent_is_not_tried_again(queue: Queue) -> None:
    queue("test-notice", about="1")
    message = claim(at=timezone.now())
    assert message
    forget(kind="test-notice", about="1", by=Actor("user:1"), at=timezone.now())
    assert compose(message=message, at=timezone.now()) is None
    put_back(message=message, failure=Unreachable(OSError()), at=timezone.now())
    assert state() == MessageState.VOID


# Whether mail goes out


def test_mail_is_up_on_a_fresh_site_and_after_a_mail(queue: Queue, post_office: PostOffice) -> None:
    assert not mail_is_down(timezone.now())
    queue("test-notice")
    assert not mail_is_down(timezone.now())
    deliver_mail()
    assert not mail_is_down(timezone.now())


def test_mail_is_down_while_no_mail_server_answers_and_up_with_the_next_mail(
    queue: Queue, post_office: PostOffice, settings: Any
) -> None:
    door, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    queue("test-notice")
    queue("test-notice")
    assert deliver_mail() == 0
    assert mail_is_down(timezone.now())
    assert sorted(row.attempt for row in Message.objects.all()) == [0, 1]  # the others are spared
    settings.EMAIL_PORT = door
    assert deliver_mail() == 1
    assert not mail_is_down(timezone.now())


def test_a_failure_long_ago_says_nothing_about_now(queue: Queue, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    queue("test-code")
    deliver_mail()
    deliver(clock=later(minutes=16))
    assert mail_is_down(timezone.now() + timedelta(minutes=16))
    assert not mail_is_down(timezone.now() + timedelta(minutes=70))


def test_one_recipient_who_is_refused_does_not_tell_everybody_that_mail_is_down(
    queue: Queue, post_office: PostOffice
) -> None:
    post_office.refusal = "550 nobody of that name"
    queue("test-notice")
    deliver_mail()
    assert not mail_is_down(timezone.now() + timedelta(seconds=30))


def test_mail_is_down_when_nobody_takes_what_is_due(queue: Queue) -> None:
    queue("test-notice")
    assert not mail_is_down(timezone.now() + timedelta(minutes=1))
    assert mail_is_down(timezone.now() + timedelta(minutes=3))


def test_whether_mail_is_down_costs_two_statements_and_no_table_is_read_through(
    queue: Queue, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        mail_is_down(timezone.now())


# Forgotten


def test_settled_messages_are_forgotten_after_thirty_days_and_open_ones_never(queue: Queue) -> None:
    old = timezone.now() - timedelta(days=31)
    queue("test-notice", at=old)
    queue("test-code", at=old, about="nobody")
    queue("test-notice", at=timezone.now())
    Message.objects.filter(kind="test-code").update(state=MessageState.VOID)
    assert purge(by=program("test"), at=timezone.now()) == 1
    assert {row.kind for row in Message.objects.all()} == {"test-notice"}


def test_no_line_of_the_log_names_anybody(
    queue: Queue, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    post_office.refusal = "550 amina@example.org is unknown"
    queue("test-notice")
    deliver_mail()
    post_office.refusal, post_office.hangs_up = "", True
    queue("test-code")
    deliver_mail()
    assert "amina" not in caplog.text


def test_what_a_mail_server_said_is_kept_by_its_class_alone() -> None:
    assert Unreachable(SMTPServerDisconnected("amina@example.org")).cause == "SMTPServerDisconnected"
