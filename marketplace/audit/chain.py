"""What a seal covers, byte by byte, so that anybody can recompute it.

    content = a JSON array, in UTF-8 without spaces: the columns of `COLUMNS` in this order; ids and texts as strings,
              an instant in UTC with six decimals (2026-11-25T08:00:00.000000+00:00), `before` and `after` as the text that
              PostgreSQL writes for a jsonb (its keys are sorted and its numbers kept digit for digit), or null
    hash    = SHA-256(hash of the seal before ‖ number in 8 bytes, big-endian ‖ sealed_at in the same form ‖ content)

The first seal is number 1, and follows 32 zero bytes.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast

from marketplace.audit.models import AuditLine

START = bytes(32)
COLUMNS = (
    "id", "person_id", "organisation_id", "channel", "action", "subject", "subject_id", "before", "after", "created_at",
)  # fmt: skip
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def columns() -> list[ColumnElement[Any]]:
    """The columns of a line as `content` wants them, for a query."""
    table = AuditLine.__table__
    return [
        cast(table.c[name], Text).label(name) if name in {"before", "after"} else table.c[name]
        for name in COLUMNS
    ]


def content(values: Iterable[Any]) -> bytes:
    """A line's content. `values` are those of `columns`."""
    return _WRITE([_plain(value) for value in values]).encode()


def link(previous: bytes, number: int, sealed_at: datetime, line: bytes) -> bytes:
    """The hash of one seal."""
    return hashlib.sha256(previous + number.to_bytes(8, "big") + instant(sealed_at).encode() + line).digest()


def instant(when: datetime) -> str:
    """An instant as the chain writes it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return instant(value) if isinstance(value, datetime) else str(value)
