"""What a PDF could do besides being read: scripts, programs to launch, files inside. Looked for in its bytes; nothing is run.

Names are found whether or not their letters are written `#xx`, also inside compressed object streams, within a bound. A Factur-X
invoice carries one XML file by its standard: that one is allowed. What hides deeper is the antivirus's work.
"""

import re
import zipfile
import zlib
from collections import Counter
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
NAMES = 1_000_000
"""As well: a name begins with a slash, and each one takes time to look at."""


def _written(*names: str) -> str:
    """A pattern for names, each letter as itself or as `#xx`."""
    letters = {c: f"(?:{c}|#{ord(c):x}|#{ord(c):X})" for name in names for c in name}
    return "|".join("".join(letters[c] for c in name) for name in names)


_ACTIVE = ("JavaScript", "Launch", "RichMedia", "ImportData", "Rendition", "XFA")
_NAMES = re.compile(
    rf"/(?=[JLRIXEF#])(?:(?P<active>{_written(*_ACTIVE)})|(?P<encrypt>{_written('Encrypt')})"
    rf"|(?P<attachment>{_written('FileAttachment')})|(?P<file>{_written('EmbeddedFile')})"
    rf"|(?P<spec>{_written('Filespec')})|(?P<files>{_written('EmbeddedFiles')}))(?=[\s/<>\[\]()%{{}}]|$)".encode(),
)
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
    found: Counter[str] = Counter()
    factur_x, slashes = False, 0
    for text in _texts(content):
        slashes += text.count(b"/")
        if slashes > NAMES:
            return DAMAGED
        found.update(str(name.lastgroup) for name in _NAMES.finditer(text))
        if found["encrypt"]:
            return ENCRYPTED
        if found["active"]:
            return ACTIVE
        factur_x = factur_x or _names_factur_x(text)
    if not found or (factur_x and found["file"] <= 1 and found["spec"] <= 1 and not found["attachment"]):
        return None
    return HOLDS_FILES


def _tail(content: bytes) -> bytes:
    """What follows the last stream."""
    return content[max(0, content.rfind(b"endstream"), len(content) - 65_536) :]


def _texts(content: bytes) -> Iterator[bytes]:
    """The file, then each compressed object stream."""
    yield content
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
        yield text
        left -= len(text)


def _names_factur_x(text: bytes) -> bool:
    """As plain text, as UTF-16, or as the hexadecimal digits of either."""
    for name in _FACTUR_X:
        for form in (name.encode(), name.encode("utf-16-be")):
            digits = form.hex().encode()
            if form in text or digits in text or digits.upper() in text:
                return True
    return False
