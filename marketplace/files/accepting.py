"""The one door by which somebody's file comes in: what it is, what it holds, and what the antivirus says of it.

    file = await accepting.accept(request, sent, allowed={Kind.PDF})

The file's own bytes say what it is; its name and its declared type must agree. What could act (macros, scripts, SVG, HTML,
programs), unfold (bombs, huge images) or be two things at once is refused with a sentence that says how to mend it.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from marketplace.errors import Invalid, wrong
from marketplace.files import archives, images, kinds, pdfs
from marketplace.files.antivirus import Antivirus
from marketplace.files.kinds import LOOKS, Kind
from marketplace.web.context import client_address
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.rates import UPLOAD
from marketplace.web.transaction import actor_of
from marketplace.words import N_

NOT_UTF8 = N_("Ce fichier n’est pas en UTF-8 : enregistrez-le dans cet encodage, puis renvoyez-le.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept."""

    content: bytes
    kind: Kind
    declared_type: str = ""
    scanned_at: datetime | None = None

    @property
    def media_type(self) -> str:
        return LOOKS[self.kind].media_types[0]


class FileRefused(Invalid):
    code = "file_refused"
    sentence = N_("Ce fichier ne peut pas être accepté.")


async def accept(
    request: Request[Any, Any, Any],
    sent: object,
    *,
    allowed: Collection[Kind],
    field: str = "file",
    most: int = UPLOAD_LIMIT,
) -> Accepted | None:
    """Look at the file `sent` in a form, or None for a field left empty.

    Raises `FileRefused` for `field`, `Infected`, `AntivirusDown` (nothing is kept unscanned), `TooOften`.
    """
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    actor = actor_of(request)
    await request.app.state.rates.hit(UPLOAD, str(actor.organisation_id or client_address(request)))
    content = await sent.read()
    kind = await asyncio.to_thread(
        look, content, name=sent.filename, declared=sent.content_type, allowed=allowed, field=field, most=most
    )
    antivirus: Antivirus | None = request.app.state.antivirus
    if antivirus is not None:
        await antivirus.scan(content, field=field)
    return Accepted(
        content=content,
        kind=kind,
        declared_type=sent.content_type[:200],
        scanned_at=datetime.now(UTC) if antivirus is not None else None,
    )


async def offered(
    request: Request[Any, Any, Any], sent: object, *, allowed: Collection[Kind], field: str = "file"
) -> Accepted | Invalid | None:
    """As `accept`, with a refusal returned, for a verb that tells every wrong field at once."""
    try:
        return await accept(request, sent, allowed=allowed, field=field)
    except Invalid as refusal:
        return refusal


def look(
    content: bytes,
    *,
    name: str,
    declared: str,
    allowed: Collection[Kind],
    field: str = "file",
    most: int = UPLOAD_LIMIT,
) -> Kind:
    """What a file is, if it may be kept. Raises `FileRefused`. Decodes nothing, and reads no more than it must."""
    if not content:
        raise _refused(field, N_("Ce fichier est vide."), "empty_file")
    if len(content) > most:
        raise _refused(
            field, N_("Ce fichier est trop gros : {megabytes} Mo au plus."), "too_large", megabytes=most // 1_000_000
        )  # fmt: skip
    said = [kind for kind in allowed if kinds.fits_name(kind, name)]
    extensions = ", ".join(sorted(LOOKS[kind].suffixes[0] for kind in allowed))
    if not said:
        raise _refused(field, N_("Extension refusée. Acceptées ici : {extensions}."), "file_name", extensions=extensions)  # fmt: skip
    kind = said[0]
    if not kinds.fits_declared(kind, declared) or not kinds.sniffed(content, kind):
        raise _refused(field, N_("Ce fichier n’est pas ce que dit son nom. Accepté ici : {extensions}."), "file_type", extensions=extensions)  # fmt: skip
    if sentence := _fault(content, kind):
        raise _refused(field, sentence, "file_content")
    return kind


def _fault(content: bytes, kind: Kind) -> str | None:
    if kind is not Kind.PDF and b"%PDF-" in content[:1024]:  # readers look for it that far
        return pdfs.TWO_THINGS
    match kind:
        case Kind.PDF:
            return pdfs.fault(content)
        case Kind.XLSX | Kind.DOCX:
            return archives.fault(content, kind)
        case Kind.PNG | Kind.JPEG:
            return images.fault(content, kind)
        case Kind.CSV | Kind.JSON:
            return None if kinds.is_utf8(content) else NOT_UTF8


def _refused(field: str, sentence: str, code: str, **facts: object) -> FileRefused:
    return FileRefused([wrong(field, sentence, code=code, **facts)])
