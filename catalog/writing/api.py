"""`/api/v1/my/solutions/{id}/tasks`: what a sheet still misses. `…/attachments`: the files of a startup's sheet. What a file is called there is edited with the content."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody
from pydantic import BaseModel, ConfigDict

from catalog.solutions import queries
from catalog.solutions.fields import Step
from catalog.solutions.schemas import state_of, version_of
from catalog.writing import attaching, saving
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.files import accepting
from marketplace.ids import SolutionId
from marketplace.web.creating import creating
from marketplace.web.i18n import translate
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.schemas import Output
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version

TAGS = ["solutions"]


class AttachmentForm(BaseModel):
    """The multipart form of an attachment: what it is, and its file. A picture has its alternative text."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind: str = ""
    title: str = ""
    alt: str | None = None
    file: UploadFile | None = None


class Attached(Output):
    """The file that the sheet names now, and the sheet's state and version."""

    file_id: UUID
    id: UUID
    slug: str
    state: str
    version: int


@post(
    "/my/solutions/{solution_id:uuid}/attachments",
    summary="Send a file and add it to a draft, or to a published sheet's next revision (If-Match: version)",
    tags=TAGS,
    request_max_body_size=UPLOAD_LIMIT,
)
@creating
async def attach(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    data: MultipartBody[AttachmentForm],
) -> Attached:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    version = asked_version(request) or 0
    sent = await accepting.offered(request, data.file, allowed=attaching.ANY)
    told = {name: value for name, value in data.model_dump(exclude={"file"}).items() if value}
    said, file = await attaching.prepared(told, sent)
    kept = await attaching.attach(
        session, SolutionId(solution_id), said, file, version=version,
        folder=request.app.state.settings.files_dir, by=by, now=await clock.now(session),
    )  # fmt: skip
    sheet = await queries.by_id(session, SolutionId(solution_id), by)
    return Attached(
        file_id=kept, id=sheet.id, slug=sheet.slug, state=state_of(sheet), version=version_of(sheet)
    )


@delete(
    "/my/solutions/{solution_id:uuid}/attachments/{file_id:uuid}",
    summary="Take a file out of a draft, or of a published sheet's next revision (If-Match: version)",
    tags=TAGS,
    status_code=204,
)
async def detach(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> None:
    version, now = asked_version(request) or 0, await clock.now(session)
    await attaching.detach(session, SolutionId(solution_id), file_id, version=version, by=by, now=now)


class TaskOut(Output):
    """Something that a sheet still misses: where, in which step, and what it would change. A `needed` one prevents submission."""

    path: str
    step: Step
    missing: str
    change: str
    needed: bool


@get(
    "/my/solutions/{solution_id:uuid}/tasks",
    summary="What one of my startup's sheets still misses, and what it would change",
    tags=TAGS,
)
async def show_tasks(reads: Reads, by: By, solution_id: FromPath[UUID]) -> list[TaskOut]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    return [
        TaskOut(
            path=task.path, step=task.step, missing=translate(task.missing), change=translate(task.change),
            needed=task.needed,
        )
        for task in written.tasks
    ]  # fmt: skip


HANDLERS = [show_tasks, attach, detach]
