"""A sheet as its startup's pages show it while it is written, and the saving of one part of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from catalog.solutions import drafting, fields, queries
from catalog.solutions.content import SheetDraft
from catalog.solutions.fields import FIELDS, Step
from catalog.solutions.lifecycle import RevisionState, SolutionState, Who, who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.remarks import Thread, comments_by_field
from catalog.solutions.schemas import version_of
from catalog.writing import completeness
from catalog.writing.completeness import Task
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Invalid
from marketplace.ids import SolutionId
from marketplace.territories.queries import UnknownTown, find_town
from marketplace.web import i18n
from marketplace.web.forms import Form
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class StepState:
    """Where a step is: `kind` is done, now (begun) or todo; its tasks; how many of its fields say something."""

    step: Step
    kind: str
    tasks: tuple[Task, ...]
    said: int


@dataclass(frozen=True, slots=True)
class Written:
    """A sheet being written. `may`: the asker may write in it now. `begins`: saving begins a published sheet's revision.

    `threads`: what was said of its fields.
    """

    sheet: Solution
    revision: Revision | None
    content: dict[str, Any]
    version: int
    may: bool
    begins: bool
    threads: dict[str, list[Thread]]

    @property
    def id(self) -> SolutionId:
        return self.sheet.id

    @property
    def tasks(self) -> list[Task]:
        return completeness.tasks(self.content)

    def steps(self) -> list[StepState]:
        """Every step in order, with where it is."""
        missing, said = self.tasks, fields.flatten(self.content)
        found = []
        for step in STEPS:
            tasks = tuple(task for task in missing if task.step is step)
            count = sum(
                fields.field_of(path).step is step and not (path == "maturity" and value == "unknown")
                for path, value in said.items()
            )
            kind = "done" if count and not tasks else "now" if count else "todo"
            found.append(StepState(step, kind, tasks, count))
        return found

    def remarks(self, step: Step) -> list[tuple[str, Thread]]:
        """What still asks for something in a step's fields, each with its path."""
        return [
            (path, thread)
            for path, threads in self.threads.items()
            for thread in threads
            if not thread.resolved and fields.is_known(path) and fields.field_of(path).step is step
        ]

    def next_step(self) -> Step | None:
        """The first step that is not done."""
        return next((state.step for state in self.steps() if state.kind != "done"), None)


def after(step: Step) -> Step | None:
    """The step that follows."""
    at = STEPS.index(step) + 1
    return STEPS[at] if at < len(STEPS) else None


async def read(reads: ReadSession | Session, solution_id: SolutionId, by: Actor) -> Written:
    """A sheet of the acting startup, or any for a curator. Raises `NotFound`."""
    sheet = await queries.by_id(reads, solution_id, by)
    revision = await queries.latest(reads, sheet)
    being_written = sheet.open_revision is None or sheet.open_revision.state is RevisionState.DRAFT
    living = sheet.state in {SolutionState.DRAFT, SolutionState.PUBLISHED, SolutionState.SUSPENDED}
    return Written(
        sheet=sheet,
        revision=revision,
        content=dict(revision.content) if revision else {"name": sheet.name},
        version=version_of(sheet),
        may=being_written and living and Who.STARTUP in who(sheet.startup_id, by),
        begins=sheet.open_revision is None and sheet.published_at is not None,
        threads=await comments_by_field(reads, sheet.id),
    )


async def save(
    form: Form[Any],
    session: Session,
    solution_id: SolutionId,
    make: Callable[[dict[str, Any]], Mapping[str, Any]],
    *,
    place: Callable[[str], str],
    by: Actor,
    now: datetime,
) -> None:
    """Write in the sheet what `make` makes of its content, unless `form` is unsound; what is wrong becomes the form's errors.

    The form's hidden `version` says what was read. `place` gives the form's field for each path of the content.
    """
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    async with form.attempt(session, names=place):
        if form.failed:
            return
        version = version_in(form)
        written = await read(session, solution_id, by)
        try:
            content = SheetDraft.model_validate(make(written.content))
        except ValidationError as error:
            await drafting.editable(session, solution_id, version=version, by=by)
            raise Invalid(from_pydantic(error.errors())) from None
        await drafting.edit(session, solution_id, content, version=version, by=by, now=now)


def version_in(form: Form[Any]) -> int:
    """The version that a form says it was made from."""
    typed = str(form.get("version", ""))
    return int(typed[:9]) if typed.isascii() and typed.isdigit() else 0


async def town_names(reads: ReadSession | Session, content: Mapping[str, Any]) -> dict[str, str]:
    """The towns of a content's references by the code that names them, as people call them."""
    found = {}
    for code in {str(reference["town"]) for reference in content.get("references", [])}:
        try:
            found[code] = (await find_town(reads, code)).name
        except UnknownTown:
            found[code] = code
    return found


async def accepted(reads: ReadSession | Session, sheet: Solution) -> list[Revision]:
    """The accepted revisions of a sheet, the last first. For its startup and curators."""
    return list(
        await reads.scalars(
            select(Revision)
            .where(Revision.solution_id == sheet.id, Revision.state == RevisionState.ACCEPTED)
            .order_by(Revision.number.desc())
        )
    )


def labels(paths: list[str]) -> list[str]:
    """What fields are called, each once, in the reader's language."""
    return [i18n.translate(name) for name in fields.named(paths)]


def known(path: str) -> str:
    """The field in which a fault's path lies: `prices[0].unit` → `prices`."""
    head = path.partition("[")[0]
    return head if head in FIELDS else head.partition(".")[0]


def step_of(path: str) -> Step:
    """The step where a fault is mended."""
    return FIELDS[known(path)].step if known(path) in FIELDS else Step.IDENTITY


STATE_SENTENCES = {
    "draft": N_("Brouillon : vous seul le voyez. Envoyez la fiche en relecture quand elle dit l’essentiel ; vous la compléterez ensuite."),
    "submitted": N_("Envoyée en relecture : elle ne change plus jusqu’à la réponse. Vous pouvez la reprendre tant que personne ne la lit."),
    "in_review": N_("En relecture : quelqu’un la lit. Vous serez averti de la réponse."),
    "published": N_("Publiée dans l’annuaire. Modifier une étape prépare une révision : la fiche publiée reste en ligne, telle quelle, jusqu’à ce que la révision soit acceptée."),
    "suspended": N_("Suspendue : elle n’est plus visible dans l’annuaire. Corrigez ce qui est dit plus bas, puis envoyez une révision."),
    "archived": N_("Archivée : elle ne change plus."),
}  # fmt: skip
"""What each state means for the startup."""
