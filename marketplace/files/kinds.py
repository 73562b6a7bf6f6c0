"""The kinds of files that the product takes in, and what a file's first bytes say it is.

Our own table: seven kinds, each with the one beginning that its format prescribes. What a file is never depends on what its
name or its sender says; both must then agree with it.
"""

from codecs import getincrementaldecoder
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

OOXML = "application/vnd.openxmlformats-officedocument"


class Kind(StrEnum):
    """The value is the extension."""

    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    JSON = "json"
    PNG = "png"
    JPEG = "jpg"


@dataclass(frozen=True, slots=True)
class Look:
    """How files of a kind begin, are named, and are declared. The first of `media_types` is the one we serve."""

    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    start: bytes = b""


LOOKS = {
    Kind.PDF: Look(("application/pdf", "application/x-pdf"), (".pdf",), b"%PDF-"),
    Kind.XLSX: Look((f"{OOXML}.spreadsheetml.sheet",), (".xlsx",), b"PK\x03\x04"),
    Kind.DOCX: Look((f"{OOXML}.wordprocessingml.document",), (".docx",), b"PK\x03\x04"),
    Kind.PNG: Look(("image/png",), (".png",), b"\x89PNG\r\n\x1a\n"),
    Kind.JPEG: Look(("image/jpeg", "image/jpg"), (".jpg", ".jpeg"), b"\xff\xd8\xff"),
    Kind.CSV: Look(("text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"), (".csv",)),
    Kind.JSON: Look(("application/json", "text/json", "text/plain"), (".json",)),
}
PIECE = 1 << 20
CONTROLS = (*range(9), 27)
UNDECLARED = {"", "application/octet-stream"}
"""What a browser says when it does not know."""


def fits_name(kind: Kind, name: str) -> bool:
    """Whether a file called `name` says that it is of `kind`."""
    return PurePosixPath(name).suffix.lower() in LOOKS[kind].suffixes


def fits_declared(kind: Kind, declared: str) -> bool:
    """Whether the media type that the sender declared is one of `kind`, or none."""
    plain = declared.partition(";")[0].strip().lower()
    return plain in UNDECLARED or plain in LOOKS[kind].media_types


def sniffed(content: bytes, wanted: Kind) -> bool:
    """Whether `content` begins as `wanted` does. A table or a JSON text holds no control character and begins no markup."""
    start = LOOKS[wanted].start
    if start:
        return content.startswith(start)
    beginning = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"<") or any(bytes([code]) in content for code in CONTROLS):
        return False
    return wanted is not Kind.JSON or beginning[:1] in {b"{", b"["}


def is_utf8(content: bytes) -> bool:
    """Read in pieces, so that a large text is never twice in memory."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), PIECE):
            decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
    except UnicodeDecodeError:
        return False
    return True
