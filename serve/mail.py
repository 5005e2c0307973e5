"""Mail with attachments (邮件送达): one message to each recipient, and what the server said about each."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from data.mail_settings import MailSettings

TIMEOUT_S = 30
SENT, REFUSED, FAILED = "sent", "refused", "failed"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One file of a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is sent, the same to everybody."""

    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient: sent, refused (for good) or failed (worth another try), and what was said."""

    recipient: str
    status: str
    detail: str = ""


def send_letter(letter: Letter, recipients: Sequence[str], *, settings: MailSettings) -> list[Outcome]:
    """Sends a letter to each recipient in a message of their own; one that is refused keeps nobody else waiting."""
    try:
        server = _opened(settings)
    except smtplib.SMTPAuthenticationError as error:
        return [Outcome(to, FAILED, f"sign-in: {_said(error)}") for to in recipients]
    except (OSError, smtplib.SMTPException) as error:
        detail = f"{settings.host}:{settings.port}: {_said(error)}"
        return [Outcome(to, FAILED, detail) for to in recipients]
    try:
        return [_send(server, letter, to, settings=settings) for to in recipients]
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _opened(settings: MailSettings) -> smtplib.SMTP:
    where = {"host": settings.host, "port": settings.port, "timeout": TIMEOUT_S}
    if settings.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=_trust(settings))
    else:
        server = smtplib.SMTP(**where)
    try:
        if settings.tls == "starttls":
            server.starttls(context=_trust(settings))
        if settings.user:
            server.login(settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _trust(settings: MailSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.authority:
        context.load_verify_locations(settings.authority)
    return context


def _send(server: smtplib.SMTP, letter: Letter, to: str, *, settings: MailSettings) -> Outcome:
    message = _message(letter, to, sender=settings.sender)
    try:
        server.send_message(message, from_addr=settings.sender, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[to]
        return Outcome(to, REFUSED if 500 <= code < 600 else FAILED, f"{code} {_text(said)}")
    except smtplib.SMTPResponseException as error:
        is_final = 500 <= error.smtp_code < 600
        return Outcome(to, REFUSED if is_final else FAILED, _said(error))
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(to, FAILED, _said(error))
    return Outcome(to, SENT)


def _message(letter: Letter, to: str, *, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, " ".join(letter.subject.split())
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(letter.text)
    for each in letter.attachments:
        main, _, kind = each.media_type.partition(";")[0].partition("/")
        message.add_attachment(each.content, maintype=main, subtype=kind, filename=each.name)
    return message


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
