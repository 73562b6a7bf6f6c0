"""JSON without surprises: repeated keys kept for the reader to refuse, integers of any length, never a float.

The standard module does the lexing. What it would do silently is undone here: it keeps the last of repeated keys, turns
`1.0` into a float, takes `NaN`, and refuses to read or write integers of more than 4 300 digits.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json] | None"

_string = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object as it was written: every (key, value), in order, repeated keys included."""

    pairs: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class NotInteger:
    """A JSON number written with a fraction or an exponent."""

    text: str


def decoded(data: bytes) -> Any:
    """The value of a UTF-8 JSON text: `Members`, list, str, int, `NotInteger`, bool or None.

    Raises `ValueError` for anything else: other encodings, `NaN`, text after the value, nesting too deep for the
    interpreter (RFC 8259 § 9 lets a parser set a limit; ours is far above what any plan needs). One leading byte order
    mark is ignored, as § 8.1 allows: Windows tools write it.
    """
    text = data.decode("utf-8-sig")
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: Members(tuple(pairs)),
            parse_int=_integer,
            parse_float=NotInteger,
            parse_constant=_refuse_constant,
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def encoded(value: Json, *, sort_keys: bool = False) -> str:
    """`value` as JSON with separators `,` and `:`, non-ASCII unescaped; `sort_keys` orders keys by code point."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(Decimal(value))
    if isinstance(value, Mapping):
        keys = sorted(value) if sort_keys else value
        return (
            "{" + ",".join(f"{_string(key)}:{encoded(value[key], sort_keys=sort_keys)}" for key in keys) + "}"
        )
    return "[" + ",".join(encoded(item, sort_keys=sort_keys) for item in value) + "]"


def printable(text: str) -> str:
    """`text` on one line that any UTF-8 stream accepts: line ends, controls and lone surrogates are escaped as in JSON."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(char):04x}" if _breaks_a_line(char) else char for char in text)


def is_surrogate(char: str) -> bool:
    """Whether `char` is half of a UTF-16 pair: legal in a JSON escape, impossible in UTF-8."""
    return "\ud800" <= char <= "\udfff"


def _integer(text: str) -> int:
    return int(Decimal(text))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _breaks_a_line(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029" or is_surrogate(char)
