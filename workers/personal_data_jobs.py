"""Copies and erasures of personal data: only the worker reaches every table."""

from marketplace import clock
from marketplace.db import Session
from marketplace.personal_data import erasing, exporting
from marketplace.personal_data.events import CopyAsked, ErasureConfirmed
from workers.tools import Tools


async def make_copy(session: Session, event: CopyAsked, tools: Tools) -> None:
    del tools
    await exporting.make_copy(session, event.request_id, now=await clock.now(session))


async def erase_person(session: Session, event: ErasureConfirmed, tools: Tools) -> None:
    mails = await erasing.erase(session, event.request_id, now=await clock.now(session))
    await session.flush()
    for mail_id in mails:  # without an SMTP server, mails are files
        (tools.settings.mail_dir / f"{mail_id}.eml").unlink(missing_ok=True)
