"""The chain's head, written to a file: what was published elsewhere can no longer be rewritten here.

One file a day, `audit-heads/AAAA-MM-JJ.json`, never written twice. An operator copies it where this installation cannot
reach it (another machine, a mail to another service, a public page); `verify` holds the chain against every file it is given.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from marketplace.audit import chain, sealing
from marketplace.clock import paris_day
from marketplace.errors import Invalid, wrong
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood: `seal` is the last number, which is also how many lines were sealed."""

    date: date
    seal: int
    hash: str
    sealed_at: str

    def document(self) -> dict[str, Any]:
        return {
            "date": self.date.isoformat(), "count": self.seal, "seal": self.seal, "hash": self.hash,
            "sealed_at": self.sealed_at, "algorithm": "sha256",
        }  # fmt: skip


async def head(session: AsyncSession) -> Head | None:
    """The chain's head now, or None before the first seal."""
    last = await sealing.last(session)
    if last is None:
        return None
    return Head(paris_day(last.sealed_at), last.number, last.hash.hex(), chain.instant(last.sealed_at))


def keep(folder: Path, found: Head, day: date) -> Path | None:
    """Write the head of `day`, unless that day has its file. Returns the file when it is new."""
    path = folder / f"{day.isoformat()}.json"
    if path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as part:
        json.dump(found.document() | {"date": day.isoformat()}, part)
        part.flush()
        os.fsync(part.fileno())
    try:
        os.link(part.name, path)  # whole or absent, and never over another
        path.chmod(0o644)
    except FileExistsError:
        return None
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(part.name).unlink()
    return path


def published(folder: Path) -> list[Head]:
    """The heads kept in `folder`, the oldest first. Raises `Invalid` for a file that is not one."""
    return [read(path) for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []


def read(path: Path) -> Head:
    """One published head. Raises `Invalid` naming the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        made = Head(
            date.fromisoformat(found["date"]), int(found["seal"]), str(found["hash"]), str(found["sealed_at"])
        )
        sound = len(bytes.fromhex(made.hash)) == 32 and made.seal > 0
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        sentence = N_("Ce fichier n’est pas une tête du journal, ou il est illisible.")
        raise Invalid([wrong(path.name, sentence, code="unreadable_file")])
    return made
