"""A startup attaches files to its sheet: brochures and certificates as they are, pictures drawn anew."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from catalog.solutions import drafting, queries
from catalog.solutions.content import AttachmentKind, SheetDraft
from catalog.solutions.models import Revision, SheetFile, Solution
from catalog.texts import Line, Phrase
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, NotFound, wrong
from marketplace.files import pictures, storage
from marketplace.files.accepting import Accepted
from marketplace.files.kinds import LOOKS, Kind
from marketplace.files.models import StoredFile
from marketplace.files.pictures import Picture
from marketplace.ids import OrganisationId, SolutionId
from marketplace.web.schemas import Input
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

TAKEN = {
    AttachmentKind.IMAGE: frozenset({Kind.PNG, Kind.JPEG}),
    AttachmentKind.BROCHURE: frozenset({Kind.PDF}),
    AttachmentKind.CERTIFICATE: frozenset({Kind.PDF, Kind.PNG, Kind.JPEG}),
    AttachmentKind.OTHER: frozenset({Kind.PDF}),
}
"""The kinds of files that an attachment of each kind is."""
ANY = frozenset({Kind.PDF, Kind.PNG, Kind.JPEG})
PICTURES = frozenset({Kind.PNG, Kind.JPEG})


class Said(Input):
    """What is said of a file that is sent."""

    kind: AttachmentKind
    title: Line
    alt: Phrase | None = Field(default=None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file to keep: as it was sent, or as it was drawn anew."""

    sent: Accepted
    full: Picture | None = None
    thumbnail: Picture | None = None


async def prepared(said: dict[str, Any], sent: Accepted | Invalid | None) -> tuple[Said, Prepared]:
    """What was said and what was sent, when both hold. Raises `Invalid` with every fault at once. Draws pictures anew."""
    faults: list[FieldError] = []
    told: Said | None = None
    try:
        told = Said.model_validate(said)
    except ValidationError as error:
        faults += from_pydantic(error.errors())
    if sent is None:
        faults.append(wrong("file", N_("Choisissez un fichier."), code="required"))
    elif isinstance(sent, Invalid):
        faults += sent.fields
    else:
        if told is not None and sent.kind not in TAKEN[told.kind]:
            extensions = ", ".join(sorted(LOOKS[kind].suffixes[0] for kind in TAKEN[told.kind]))
            faults.append(wrong("file", N_("Extension refusée. Acceptées ici : {extensions}."), code="file_name", extensions=extensions))  # fmt: skip
        if sent.kind in PICTURES and not said.get("alt"):
            faults.append(wrong("alt", N_("Décrivez l’image en une phrase, pour qui ne la voit pas."), code="missing"))  # fmt: skip
    if faults or told is None or sent is None or isinstance(sent, Invalid):
        raise Invalid(faults)
    if sent.kind not in PICTURES:
        return told, Prepared(sent)
    return told, Prepared(sent, *await asyncio.to_thread(pictures.redrawn, sent.content, sent.kind))


async def attach(
    session: Session,
    solution_id: SolutionId,
    said: Said,
    file: Prepared,
    *,
    version: int,
    folder: Path,
    by: Actor,
    now: datetime,
) -> UUID:
    """Keep a file and name it last in the sheet's open revision (begun if need be). Returns its id. Raises as `edit`."""
    sheet, revision, startup_id = await drafting.editable(session, solution_id, version=version, by=by)
    content = await _content(session, sheet, revision)
    kept = await _keep(session, startup_id, said, file, folder)
    content.setdefault("attachments", []).append(
        {"file_id": kept, **said.model_dump(mode="json", exclude_none=True)}
    )
    whole = _sound(content)
    await drafting.edit(session, solution_id, whole, version=version, by=by, now=now)
    return kept


async def detach(
    session: Session, solution_id: SolutionId, file_id: UUID, *, version: int, by: Actor, now: datetime
) -> None:
    """Take a file out of the sheet's open revision (begun if need be). Raises as `edit`, `NotFound`."""
    sheet, revision, _ = await drafting.editable(session, solution_id, version=version, by=by)
    content = await _content(session, sheet, revision)
    files = content.get("attachments", [])
    content["attachments"] = [file for file in files if file["file_id"] != str(file_id)]
    if len(content["attachments"]) == len(files):
        raise NotFound
    whole = _sound(content)
    await drafting.edit(session, solution_id, whole, version=version, by=by, now=now)


def _sound(content: dict[str, Any]) -> SheetDraft:
    try:
        return SheetDraft.model_validate(content)
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None


async def _content(
    session: Session | ReadSession, sheet: Solution, revision: Revision | None
) -> dict[str, Any]:
    latest = revision or await queries.last_accepted(session, sheet.id)
    content: dict[str, Any] = dict(latest.content) if latest else {"name": sheet.name}
    if "attachments" in content:
        content["attachments"] = list(content["attachments"])
    return content


async def _keep(
    session: Session, startup_id: OrganisationId, said: Said, file: Prepared, folder: Path
) -> UUID:
    async def store(content: bytes) -> StoredFile:
        return await storage.store(
            session, folder, content, name=f"{said.title[:100]}{LOOKS[file.sent.kind].suffixes[0]}",
            media_type=file.sent.media_type, organisation_id=startup_id, declared_type=file.sent.declared_type,
            scanned_at=file.sent.scanned_at,
        )  # fmt: skip

    full = await store(file.full.content if file.full else file.sent.content)
    thumbnail = await store(file.thumbnail.content) if file.thumbnail else None
    session.add(
        SheetFile(
            file_id=full.id, startup_id=startup_id, thumbnail_id=thumbnail.id if thumbnail else None,
            picture=file.full is not None, width=file.full.width if file.full else None,
            height=file.full.height if file.full else None,
        )
    )  # fmt: skip
    await session.flush()
    return full.id
