"""The files that sheets name: whose they are, who may read them, and when they go."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select, text

from catalog.solutions import queries
from catalog.solutions.content import AttachmentKind, SheetDraft
from catalog.solutions.events import FilesDropped
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import SheetFile, Solution
from marketplace import outbox
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, NotFound, wrong
from marketplace.files.models import StoredFile
from marketplace.ids import OrganisationId
from marketplace.words import N_


async def faults(
    session: Session | ReadSession, content: SheetDraft, startup_id: OrganisationId
) -> list[FieldError]:
    """Files that are not the startup's, come twice, or are not what the sheet says."""
    if not content.attachments:
        return []
    known = await described(session, [file.file_id for file in content.attachments], startup_id)
    found: list[FieldError] = []
    seen: set[UUID] = set()
    for i, said in enumerate(content.attachments):
        place = f"attachments[{i}]"
        file = known.get(said.file_id)
        if file is None:
            found.append(wrong(f"{place}.file_id", N_("Ce fichier n’est pas l’un des vôtres : envoyez-le d’abord."), code="unknown_file"))  # fmt: skip
        elif said.file_id in seen:
            found.append(
                wrong(f"{place}.file_id", N_("Ce fichier est déjà dans la fiche."), code="duplicate")
            )
        elif said.kind is AttachmentKind.IMAGE and not file.picture:
            found.append(wrong(f"{place}.kind", N_("Ce fichier n’est pas une image."), code="kind"))
        elif file.picture and said.alt is None and said.kind is not AttachmentKind.IMAGE:
            found.append(wrong(f"{place}.alt", N_("Décrivez l’image en une phrase, pour qui ne la voit pas."), code="missing"))  # fmt: skip
        seen.add(said.file_id)
    return found


async def described(
    session: Session | ReadSession, file_ids: Iterable[UUID], startup_id: OrganisationId | None
) -> dict[UUID, SheetFile]:
    """What is known of those of `file_ids` that are a startup's, by id."""
    found = await session.scalars(
        select(SheetFile).where(SheetFile.file_id.in_(list(file_ids)), SheetFile.startup_id == startup_id)
    )
    return {file.file_id: file for file in found}


async def drop_unused(session: Session, startup_id: OrganisationId, file_ids: Iterable[UUID]) -> None:
    """Let go of those of a startup's files that none of its sheets names any more, abandoned revisions left aside."""
    asked = set(file_ids)
    if not asked:
        return
    named = await session.scalars(
        text(
            """select distinct cast(file ->> 'file_id' as uuid) from solution_revision r
            join solution s on s.id = r.solution_id, jsonb_array_elements(r.content -> 'attachments') file
            where s.startup_id = :startup and r.state <> 'withdrawn' and r.content ? 'attachments'"""
        ),
        {"startup": startup_id},
    )
    files = await described(session, asked - set(named), startup_id)
    gone = [one for file in files.values() for one in (file.file_id, file.thumbnail_id) if one is not None]
    if gone:
        for file in files.values():
            session.expunge(file)
        await session.execute(
            delete(StoredFile).where(StoredFile.id.in_(gone)),
            execution_options={"synchronize_session": False},
        )
        outbox.record(session, FilesDropped(file_ids=tuple(gone)))


async def readable(
    reads: ReadSession, slug: str, file_id: UUID, by: Actor, *, thumbnail: bool
) -> tuple[StoredFile, str, bool]:
    """A file of a sheet that the asker may see, its title there, and whether everybody may.

    A published sheet's files are everybody's; those that only its open revision names are its startup's and the
    curators'. Raises `NotFound`.
    """
    sheet = await queries.by_slug(reads, slug)
    titles = {row.file_id: row.title for row in sheet.attachments}
    public = sheet.state is SolutionState.PUBLISHED and file_id in titles
    if not public and (by.acts_for(sheet.startup_id) or Role.CURATOR in by.roles):
        titles |= await _being_written(reads, sheet)
    known = (await described(reads, [file_id], sheet.startup_id)).get(file_id) if file_id in titles else None
    wanted = known and (known.thumbnail_id if thumbnail else known.file_id)
    file = await reads.get(StoredFile, wanted) if wanted else None
    if file is None:
        raise NotFound
    return file, titles[file_id], public


async def _being_written(reads: ReadSession, sheet: Solution) -> dict[UUID, str]:
    latest = await queries.latest(reads, sheet)
    files = latest.content.get("attachments", []) if latest else []
    return {UUID(file["file_id"]): str(file["title"]) for file in files}
