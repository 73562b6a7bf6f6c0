"""Sending one mail: claimed, sent, noted, each committed. A death in between, or a server that falls
silent, leaves it `unknown`, never sent twice.

Without SMTP, a mail is an `.eml` file of the data directory (readable at /demo/courriels in demo mode).
"""

import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from sqlalchemy import text, update

from marketplace import logs
from marketplace.actor import SYSTEM
from marketplace.notifications.models import Mail, MailState
from workers.tools import Tools

TIMEOUT = 10

log = logs.logger(__name__)


async def deliver(tools: Tools, mail_id: UUID) -> None:
    """Send a queued mail. The caller holds the outbox row's lock, so nobody else is sending it."""
    async with tools.database.transaction(SYSTEM) as session:
        mail = await session.get(Mail, mail_id, with_for_update=True)
        if mail is None or mail.state in {MailState.SENT, MailState.UNKNOWN}:
            return
        if mail.state is MailState.SENDING:
            mail.state = MailState.UNKNOWN
            log.error("mail_outcome_unknown", mail_id=str(mail_id))
            return
        mail.state = MailState.SENDING
    try:
        await _send(tools, mail)
    except _OutcomeUnknown as error:
        log.error("mail_outcome_unknown", mail_id=str(mail_id), error=str(error.__cause__))  # noqa: TRY400  the cause says it all
        await _note(tools, mail_id, state=MailState.UNKNOWN)
    except Exception:
        await _note(tools, mail_id, state=MailState.QUEUED)
        raise
    else:
        forgotten = {"body": ""} if mail.confidential else {}
        await _note(tools, mail_id, state=MailState.SENT, sent_at=text("now()"), **forgotten)


class _OutcomeUnknown(Exception):
    """The server had the message in hand, and did not say what it did with it."""


async def _note(tools: Tools, mail_id: UUID, **values: object) -> None:
    async with tools.database.transaction(SYSTEM) as session:
        await session.execute(update(Mail).where(Mail.id == mail_id).values(**values))


async def _send(tools: Tools, mail: Mail) -> None:
    message = EmailMessage()
    message["From"] = tools.settings.mail.sender
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.id}@lot-commun>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if tools.settings.mail.url is None:
        _write(tools.settings.mail_dir, mail.id, message)
        return
    url = urlsplit(tools.settings.mail.url)
    secure = url.scheme == "smtps"
    client = aiosmtplib.SMTP(
        hostname=url.hostname or "localhost",
        port=url.port or (465 if secure else 587 if url.username else 25),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=secure,
        tls_context=ssl.create_default_context() if secure else None,
        timeout=TIMEOUT,
    )
    async with client:
        try:
            await client.send_message(message)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            raise _OutcomeUnknown from error


def _write(folder: Path, mail_id: UUID, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{mail_id}.part"
    part.write_bytes(bytes(message))
    part.rename(folder / f"{mail_id}.eml")
