"""One mail, written and handed to the mail server. Nothing here asks the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import utf8_charset_qp
from django.template import Context, Engine, loader
from django.utils import translation

from .errors import Broken, Refused, Unreachable
from .vocabulary import Mail, Mailbox

ROW = "1213214212321203124212321421"
"""One row of the mosaic, by the number of each tile's colour. One is gold, and that is you: 0."""


def written(mail: Mail, mailbox: Mailbox, message_id: str) -> EmailMultiAlternatives:
    """The mail in the language of the mailbox, as text and as HTML: no picture, nothing that tells it was opened."""
    light = settings.EMAIL_COLOURS["light"]
    with translation.override(mailbox.language):
        subject = str(mail.subject.label) % {"plan": settings.PLAN.name}
        context = {
            **mail.context,
            "plan": settings.PLAN,
            "colours": settings.EMAIL_COLOURS,
            "tiles": [light["gold" if tile == "0" else f"t{tile}"] for tile in ROW],
            "language": mailbox.language,
            "subject": subject,
        }
        made = EmailMultiAlternatives(
            subject=subject,
            body=text_of(f"emails/{mail.template}.txt", context),
            to=[mailbox.address],
            headers={
                "Message-ID": message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": mailbox.language,
            },
        )
        made.attach_alternative(loader.render_to_string(f"emails/{mail.template}.html", context), "text/html")
    made.encoding = utf8_charset_qp  # 7 bits a byte, which every mail server takes
    made.message()  # whatever is wrong with it is told before a mail server hears of it
    return made


def text_of(template: str, context: Mapping[str, Any]) -> str:
    plain = Context(dict(context), autoescape=False)
    return Engine.get_default().get_template(template).render(plain).strip() + "\n"


@contextmanager
def mail_server() -> Iterator[BaseEmailBackend]:
    """A conversation of its own for each mail: what an earlier one broke touches no other. Raises Unreachable."""
    server = get_connection()
    try:
        try:
            server.open()
        except OSError as error:  # whatever SMTP says is one, too
            raise Unreachable(error) from error
        yield server
    finally:
        with suppress(OSError):  # the mail is out, or is not: a goodbye changes nothing
            server.close()


def hand_over(mail: EmailMultiAlternatives, server: BaseEmailBackend) -> None:
    """Raises Refused, Unreachable or Broken."""
    try:
        server.send_messages([mail])
    except (SMTPRecipientsRefused, SMTPDataError, ValueError) as error:
        raise Refused(error) from error
    except SMTPResponseException as error:  # it does not take our sender, so it takes nobody's mail
        raise Unreachable(error) from error
    except OSError as error:
        raise Broken(error) from error
