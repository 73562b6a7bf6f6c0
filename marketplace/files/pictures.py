"""Pictures drawn anew: turned upright, no larger than asked, and with nothing but their pixels.

What is kept of an upload is what we drew, never what was sent: no place, camera, comment, colour profile or thumbnail of it
remains, nor anything hidden beside the pixels. Called in a thread: decoding takes time.
"""

from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageOps

from marketplace.errors import wrong
from marketplace.files.accepting import FileRefused
from marketplace.files.images import MAX_PIXELS
from marketplace.files.kinds import Kind
from marketplace.words import N_

FULL, THUMBNAIL = 1600, 480
"""The longest side of what is shown alone, and of what is shown in a list."""
QUALITY = 85
FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG"}
DEEP = frozenset({"I", "I;16", "I;16B", "I;16L"})
"""How Pillow calls grey levels of more than eight bits."""
UNREADABLE = N_("Cette image ne peut pas être lue : ouvrez-la, enregistrez-la de nouveau, puis renvoyez-la.")

_few = BoundedSemaphore(2)  # a picture of 40 million pixels takes 160 MB while it is drawn


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours, and how large it is."""

    content: bytes
    width: int
    height: int


def redrawn(content: bytes, kind: Kind, *, field: str = "file") -> tuple[Picture, Picture]:
    """The picture at most `FULL` pixels wide and high, and its thumbnail. Raises `FileRefused` for `field`."""
    try:
        with _few, Image.open(BytesIO(content), formats=(FORMATS[kind],)) as sent:
            full = _within(_upright(sent, kind), FULL)
    except Exception as fault:  # Pillow raises whatever a damaged file makes it meet
        raise FileRefused([wrong(field, UNREADABLE, code="file_content")]) from fault
    return _encoded(full, kind), _encoded(_within(full, THUMBNAIL), kind)


def _upright(sent: Image.Image, kind: Kind) -> Image.Image:
    """The pixels alone, as they are meant to be seen, in the modes that we write."""
    if sent.width * sent.height > MAX_PIXELS:
        raise ValueError(sent.size)
    sent.draft("RGB", (FULL, FULL))  # a JPEG is decoded no larger than it will be shown, or about
    sent.load()
    turned = ImageOps.exif_transpose(sent)
    if turned.mode in DEEP:
        turned = turned.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    see_through = kind is Kind.PNG and ("A" in turned.getbands() or "transparency" in turned.info)
    return turned.convert("RGBA" if see_through else "RGB")


def _within(picture: Image.Image, side: int) -> Image.Image:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _encoded(picture: Image.Image, kind: Kind) -> Picture:
    bare = Image.new(picture.mode, picture.size)  # what else Pillow remembers of the file stays behind
    bare.paste(picture)
    out = BytesIO()
    if kind is Kind.JPEG:
        bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    else:
        bare.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), *bare.size)
