"""What a PDF could do besides being read: scripts, programs to launch, files inside. Looked for in its bytes; nothing is run.

Names are compared once their `#xx` escapes are undone, also inside compressed object streams, within a bound. A Factur-X
invoice carries one XML file by its standard: that one is allowed. What hides deeper is the antivirus's work.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from marketplace.files.archives import DAMAGED, ENCRYPTED
from marketplace.words import N_

ACTIVE = N_("Ce PDF contient du code ou une action automatique : imprimez-le en PDF, puis renvoyez-le.")
HOLDS_FILES = N_(
    "Ce PDF contient d’autres fichiers : retirez-les (l’XML d’une facture Factur-X est accepté)."
)
TWO_THINGS = N_("Ce fichier est aussi autre chose qu’un PDF : imprimez-le en PDF, puis renvoyez-le.")

INFLATED_LIMIT = 16_000_000
OBJECT_STREAMS = 2_000
"""More of them than any real document of our size has."""
_END = rb"(?=[\s/<>\[\]()%{}]|$)"
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia|ImportData|Rendition|XFA)" + _END)
_ENCRYPT = re.compile(rb"/Encrypt" + _END)
_FILES = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|Filespec)" + _END)
_ESCAPED_NAME = re.compile(rb"/[A-Za-z0-9_.-]*#[0-9a-fA-F]{2}[A-Za-z0-9_.#-]*")
_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_MARKUP = re.compile(rb"<(?:html|script|!doctype|iframe|svg|\?php)", re.IGNORECASE)
_FACTUR_X = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml")


def fault(content: bytes) -> str | None:
    """Why a PDF is refused, as a French sentence, or None for a sound one."""
    if b"%%EOF" not in content[-1024:]:
        return TWO_THINGS if b"%%EOF" in content else DAMAGED
    if (
        zipfile.is_zipfile(BytesIO(content))
        or _MARKUP.search(content, 0, 4096)
        or _MARKUP.search(_tail(content))
    ):
        return TWO_THINGS
    if content.count(b"/ObjStm") > OBJECT_STREAMS:
        return DAMAGED
    files: list[bytes] = []
    factur_x = False
    for text in _texts(content):
        if _ENCRYPT.search(text):
            return ENCRYPTED
        if _ACTIVE.search(text):
            return ACTIVE
        files += _FILES.findall(text)
        if len(files) > 10:
            return HOLDS_FILES
        factur_x = factur_x or _names_factur_x(text)
    alone = (
        files.count(b"/EmbeddedFile") <= 1
        and files.count(b"/Filespec") <= 1
        and b"/FileAttachment" not in files
    )
    return HOLDS_FILES if files and not (factur_x and alone) else None


def _tail(content: bytes) -> bytes:
    """What follows the last stream."""
    return content[max(0, content.rfind(b"endstream"), len(content) - 65_536) :]


def _texts(content: bytes) -> Iterator[bytes]:
    """The file, then each compressed object stream, their names without escapes."""
    yield _unescaped(content)
    left, at = INFLATED_LIMIT, 0
    while left > 0 and (at := content.find(b"/ObjStm", at) + 1):
        keyword = content.find(b"stream", at, at + 400)
        if keyword < 0:
            continue
        start = keyword + len(b"stream")
        start += 2 if content[start : start + 2] == b"\r\n" else 1
        try:
            text = zlib.decompressobj().decompress(memoryview(content)[start : start + (4 << 20)], left)
        except zlib.error:
            continue
        yield _unescaped(text)
        left -= len(text)


def _unescaped(text: bytes) -> bytes:
    if not _ESCAPED_NAME.search(text):
        return text
    return _ESCAPED_NAME.sub(lambda name: _ESCAPE.sub(lambda e: bytes([int(e[1], 16)]), name[0]), text)


def _names_factur_x(text: bytes) -> bool:
    """As plain text, as UTF-16, or as the hexadecimal digits of either."""
    for name in _FACTUR_X:
        for form in (name.encode(), name.encode("utf-16-be")):
            digits = form.hex().encode()
            if form in text or digits in text or digits.upper() in text:
                return True
    return False
