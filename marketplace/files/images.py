"""The size of a PNG or JPEG from its headers alone: nothing is decoded."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

from marketplace.files.archives import DAMAGED
from marketplace.files.kinds import Kind
from marketplace.words import N_

MAX_PIXELS = 40_000_000
MAX_SIDE = 10_000

TOO_MANY_PIXELS = N_("Cette image est trop grande : 10 000 pixels de côté et 40 millions de pixels au plus.")
TWO_THINGS = N_("Ce fichier est aussi autre chose qu’une image.")

_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that hold a size."""


def fault(content: bytes, kind: Kind) -> str | None:
    """Why an image is refused, as a French sentence, or None for a sound one."""
    size = _png(content) if kind is Kind.PNG else _jpeg(content)
    if size is None:
        return DAMAGED
    width, height = size
    if not width or not height:
        return DAMAGED
    if max(size) > MAX_SIDE or width * height > MAX_PIXELS:
        return TOO_MANY_PIXELS
    end = content.rstrip(b"\0")
    whole = b"IEND" in end[-12:] if kind is Kind.PNG else end.endswith(b"\xff\xd9")
    if not whole or zipfile.is_zipfile(BytesIO(content)):
        return TWO_THINGS
    return None


def _png(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg(content: bytes) -> tuple[int, int] | None:
    for marker, start in _segments(content):
        if marker in _SIZES:
            height, width = content[start + 1 : start + 3], content[start + 3 : start + 5]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Each segment before the image's data: its marker, and where what it holds begins."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2:
            return
        yield marker, at + 4
        at += 2 + length
