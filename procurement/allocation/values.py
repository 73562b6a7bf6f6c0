"""The scalars a plan file may hold. Each function returns the value or raises `Invalid` naming `path`."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NoReturn

from marketplace.errors import Invalid, wrong
from marketplace.words import N_
from procurement.allocation.strict_json import Members, is_surrogate, printable

_NUMBER = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_SIREN = re.compile(r"[0-9]{9}")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)


def refuse(path: str, sentence: str, *, code: str, **facts: object) -> NoReturn:
    """Raise `Invalid` with one field error."""
    raise Invalid([wrong(path, sentence, code=code, **facts)])


def at(path: str, key: str) -> str:
    """The path of `key` in the object at `path` (`""`: the root), on one line whatever the key."""
    shown = printable(key) or '""'
    return f"{path}.{shown}" if path else shown


def members(
    value: Any, path: str, *, required: Iterable[str], optional: Iterable[str] = ()
) -> dict[str, Any]:
    """An object with all of `required`, some of `optional` and nothing twice. Refuses unknown, missing, then repeated keys."""
    if not isinstance(value, Members):
        refuse(path, N_("Ici, il faut un objet JSON."), code="type")
    accepted = {*required, *optional}
    given = dict(value.pairs)
    for key, _ in value.pairs:
        if key not in accepted:
            refuse(at(path, key), N_("Cette clé n’est pas prévue."), code="key_unknown")
    for key in required:
        if key not in given:
            refuse(at(path, key), N_("Cette clé manque."), code="key_missing")
    seen: set[str] = set()
    for key, _ in value.pairs:
        if key in seen:
            refuse(at(path, key), N_("Cette clé est écrite deux fois."), code="key_repeated")
        seen.add(key)
    return given


def array(value: Any, path: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        refuse(path, N_("Ici, il faut une liste JSON."), code="type")
    return value


def text(value: Any, path: str) -> str:
    """A string that is not empty and can be written in UTF-8 (an escaped lone surrogate cannot)."""
    if not isinstance(value, str) or not value:
        refuse(path, N_("Ici, il faut un texte non vide."), code="type")
    if not value.isascii() and any(map(is_surrogate, value)):
        refuse(path, N_("Ce texte contient une moitié de caractère, impossible en UTF-8."), code="surrogate")
    return value


def choice(value: Any, path: str, accepted: tuple[Any, ...]) -> Any:
    """One of the strings in `accepted`."""
    if not isinstance(value, str) or value not in accepted:
        refuse(path, N_("Valeurs acceptées : {accepted}."), code="choice", accepted=", ".join(accepted))
    return value


def natural(value: Any, path: str, *, most: int | None = None) -> int:
    """An integer ≥ 0, and ≤ `most` when it is given."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        refuse(path, N_("Ici, il faut un entier JSON positif ou nul."), code="integer")
    if most is not None and value > most:
        refuse(path, N_("Ici, {most} au plus."), code="too_high", most=most)
    return value


def number(value: Any, path: str) -> Decimal:
    """A number ≥ 0 written as a string of digits, with or without decimals."""
    return quantity(value, path, None)


def quantity(value: Any, path: str, decimals: int | None) -> Decimal:
    """A number ≥ 0 written as a string, with at most `decimals` decimals as written (`None`: any)."""
    written = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        refuse(
            path, N_("Ici, il faut un nombre écrit entre guillemets, par exemple « 12.5 »."), code="number"
        )
    if decimals is not None and len(written[1] or "") > decimals:
        refuse(
            path,
            N_("Ce nombre a plus de décimales que prévu : {decimals} au plus."),
            code="decimals",
            decimals=decimals,
        )
    return Decimal(written[0])


def siren(value: Any, path: str) -> str | None:
    """Nine digits, or null."""
    if value is None:
        return None
    if not isinstance(value, str) or not _SIREN.fullmatch(value):
        refuse(path, N_("Un SIREN a neuf chiffres ; écrivez null s’il manque."), code="siren")
    return value


def instant(value: Any, path: str) -> datetime:
    """A real date and time with its offset, as an aware UTC datetime. No 24:00, no leap second, offsets below 24 hours."""
    written = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    found = written and _utc(written)
    if not found:
        refuse(path, N_("Ici, il faut un instant, par exemple 2026-03-01T10:00:00+01:00."), code="instant")
    return found


def _utc(written: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) for part in written.groups()[:6])
    sign, offset_hours, offset_minutes = written.groups()[6:]
    ahead = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    if int(offset_minutes or 0) > 59:
        return None
    try:
        zone = timezone(-ahead if sign == "-" else ahead)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
