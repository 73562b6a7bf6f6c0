"""What is inside an XLSX or a DOCX, looked at without unpacking it to disk or whole in memory.

Refused: bombs, nested archives, names that climb out, encryption, macros and embedded objects, XML with a DTD, templates
that are fetched from elsewhere. Each reason is a sentence.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from marketplace.files.kinds import Kind
from marketplace.words import N_

MAX_ENTRIES = 1_000
MAX_RATIO = 100
MAX_UNZIPPED = 100_000_000
SMALL = 100_000
"""A part below this many bytes may compress as well as it can."""

MAIN_PART = {
    Kind.XLSX: b"spreadsheetml.sheet.main+xml",
    Kind.DOCX: b"wordprocessingml.document.main+xml",
}
TYPES = "[Content_Types].xml"

DAMAGED = N_("Ce fichier est incomplet ou abîmé : enregistrez-le de nouveau, puis renvoyez-le.")
NOT_IT = N_("Ce fichier n’est pas du format que dit son nom.")
BOMB = N_("Ce fichier se déplie en un volume démesuré : il n’a pas été ouvert.")
NESTED = N_("Ce fichier en contient d’autres (archive, document ou objet incorporé) : retirez-les.")
CLIMBS = N_("Ce fichier contient des noms qui sortent de son dossier.")
ENCRYPTED = N_("Ce fichier est protégé par un mot de passe : retirez-le, pour qu’il puisse être contrôlé.")
MACROS = N_("Ce fichier contient des macros : enregistrez-le sans macro (.xlsx, .docx).")
ENTITIES = N_("Ce fichier contient des entités XML, qui peuvent lire d’autres fichiers.")
REMOTE = N_("Ce fichier va chercher un modèle ou un objet sur un autre site : retirez ce lien.")

_NESTED_SUFFIXES = re.compile(
    r"\.(zip|jar|apk|7z|rar|t?gz|bz2|xz|tar|(doc|xls|ppt)[xmb]?|exe|dll|js|vbs|ps1|bat|html?|svg)$",
    re.IGNORECASE,
)
_NESTED_STARTS = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")
_MACRO_NAMES = re.compile(r"vba(project|data)|macrosheets/|activex/|\.(xlm|bas)$", re.IGNORECASE)
_MACRO_TYPES = re.compile(rb"macroenabled|vbaproject|ms-office\.activex", re.IGNORECASE)
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_RELATIONSHIP = re.compile(rb"<Relationship\b[^>]*>", re.IGNORECASE)
_FETCHED = re.compile(
    rb"/(attachedTemplate|oleObject|frame|subDocument|externalLinkPath)[\"']", re.IGNORECASE
)


def fault(content: bytes, kind: Kind) -> str | None:
    """Why an office document is refused, as a French sentence, or None for a sound one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            return _index_fault(entries, len(content)) or _parts_fault(archive, entries, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError):  # fmt: skip
        return DAMAGED


def _index_fault(entries: list[zipfile.ZipInfo], size: int) -> str | None:
    """What the list of parts is enough to know."""
    if len(entries) > MAX_ENTRIES:
        return BOMB
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNZIPPED or total > MAX_RATIO * max(size, SMALL / MAX_RATIO):
        return BOMB
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        return DAMAGED
    return next((found for entry in entries if (found := _entry_fault(entry))), None)


def _entry_fault(entry: zipfile.ZipInfo) -> str | None:
    if entry.flag_bits & 1:
        return ENCRYPTED
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return DAMAGED
    if entry.file_size > max(SMALL, MAX_RATIO * entry.compress_size):
        return BOMB
    if _climbs(entry.filename):
        return CLIMBS
    if _MACRO_NAMES.search(entry.filename):
        return MACROS
    return NESTED if _NESTED_SUFFIXES.search(entry.filename) else None


def _climbs(name: str) -> bool:
    return name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/")


def _parts_fault(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], kind: Kind) -> str | None:
    """What only the parts themselves say."""
    types = archive.read(TYPES) if TYPES in archive.namelist() else b""
    if _MACRO_TYPES.search(types):
        return MACROS
    if MAIN_PART[kind] not in types:
        return NOT_IT
    for entry in entries:
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        first = True
        for piece in _pieces(archive, entry):
            if first and piece.startswith(_NESTED_STARTS):
                return NESTED
            if first and is_xml and (piece.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in piece[:200]):
                return ENTITIES  # UTF-16 hides a DTD from who looks for it in bytes
            if is_xml and _DTD.search(piece):
                return ENTITIES
            if entry.filename.endswith(".rels") and _fetches(piece):
                return REMOTE
            first = False
    return None


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces of 256 KB, each with the end of the one before."""
    before = b""
    with archive.open(entry) as part:
        while piece := part.read(1 << 18):
            yield before + piece
            before = piece[-400:]


def _fetches(piece: bytes) -> bool:
    return any(
        b"External" in found and _FETCHED.search(found) is not None for found in _RELATIONSHIP.findall(piece)
    )
