"""Pages: a sheet's references, each added, edited or taken out for itself."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from catalog.solutions import wording
from catalog.solutions.fields import Step
from catalog.writing import forms, saving
from catalog.writing.forms import ReferenceForm
from catalog.writing.references import Called, called
from catalog.writing.saving import Written
from catalog.writing.step_pages import HOME, frame
from marketplace import clock
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import SolutionId, new_id
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.forms import Form, compacted, sent_of
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

ADDRESS = f"{HOME}/{{solution_id:uuid}}/references"


@get(ADDRESS)
async def references_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    """The step, in the place of `step_pages.step_page`: an address below it hides it there."""
    return await _list(request, reads, await saving.read(reads, SolutionId(solution_id), by), Form())


@get(f"{ADDRESS}/nouvelle")
async def new_reference(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    return _show(request, written, None, Form())


@post(f"{ADDRESS}/nouvelle", status_code=303)
async def add_reference(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID]
) -> Response[Any]:
    return await _save(request, session, by, solution_id, None)


@get(f"{ADDRESS}/{{reference_id:uuid}}")
async def show_reference(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    solution_id: FromPath[UUID],
    reference_id: FromPath[UUID],
) -> Response[str]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    said = _found(written.content, reference_id)
    towns = await saving.town_names(reads, {"references": [said]})
    town = str(said["town"])
    return _show(request, written, reference_id, Form(forms.typed_reference(said, f"{towns[town]} ({town})")))


@post(f"{ADDRESS}/{{reference_id:uuid}}", status_code=303)
async def edit_reference(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    reference_id: FromPath[UUID],
) -> Response[Any]:
    return await _save(request, session, by, solution_id, reference_id)


@post(f"{ADDRESS}/{{reference_id:uuid}}/retrait", status_code=303)
async def remove_reference(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    reference_id: FromPath[UUID],
) -> Response[Any]:
    form: Form[Any] = Form({name: values[-1] for name, values in (await sent_of(request)).items()})
    await saving.save(
        form, session, SolutionId(solution_id),
        lambda content: forms.patched(content, {"references": _without(content, reference_id)}),
        place=lambda _: "", by=by, now=await clock.now(session),
    )  # fmt: skip
    if form.failed:
        return await _list(request, session, await saving.read(session, SolutionId(solution_id), by), form)
    return redirect(f"{HOME}/{solution_id}/references", N_("La référence est retirée."))


async def _list(
    request: Request[Any, Any, Any], reads: ReadSession | Session, written: Written, form: Form[Any]
) -> Response[str]:
    language = i18n.language.get()
    towns = await saving.town_names(reads, written.content)
    return page(
        request, "writing/references.html", status=form.status, **frame(written, Step.REFERENCES, form),
        references=[
            (said, towns[str(said["town"])], wording.reference_words(said, language, towns))
            for said in written.content.get("references", [])
        ],
    )  # fmt: skip


async def _save(
    request: Request[Any, Any, Any], session: Session, by: Actor, solution_id: UUID, reference_id: UUID | None
) -> Response[Any]:
    sent = await sent_of(request)
    then = str(sent.get("then", [""])[-1])
    form = Form.bind(compacted(sent, "indicators"), ReferenceForm, names=forms.reference_place)
    town = await _town(session, form)
    saved = reference_id or new_id()
    await saving.save(
        form, session, SolutionId(solution_id),
        lambda content: forms.patched(content, {"references": _with(content, reference_id, form.value().reference(town.code) | {"id": str(saved)})}),
        place=forms.reference_place, by=by, now=await clock.now(session),
    )  # fmt: skip
    if form.failed:
        written = await saving.read(session, SolutionId(solution_id), by)
        return _show(request, written, reference_id, form, town)
    home = f"{HOME}/{solution_id}/references"
    return redirect(f"{home}/{saved}" if then == "add" else home, N_("La référence est enregistrée."))


async def _town(session: ReadSession | Session, form: Form[ReferenceForm]) -> Called:
    """The town that was named; what is wrong with its name becomes one of the form's errors."""
    typed, chosen = str(form.get("town", "")), str(form.get("town_code", ""))
    found = await called(session, typed, chosen)
    if found.fault and typed.strip():
        form.add(found.fault)
    return found


def _found(content: dict[str, Any], reference_id: UUID) -> dict[str, Any]:
    for said in content.get("references", []):
        if said["id"] == str(reference_id):
            return dict(said)
    raise NotFound


def _without(content: dict[str, Any], reference_id: UUID) -> list[dict[str, Any]]:
    _found(content, reference_id)
    return [said for said in content["references"] if said["id"] != str(reference_id)]


def _with(content: dict[str, Any], reference_id: UUID | None, said: dict[str, Any]) -> list[dict[str, Any]]:
    """The references with `said` in its place, or last."""
    kept = list(content.get("references", []))
    if reference_id is None:
        return [*kept, said]
    _found(content, reference_id)
    return [said if one["id"] == str(reference_id) else one for one in kept]


def _show(
    request: Request[Any, Any, Any],
    written: Written,
    reference_id: UUID | None,
    form: Form[Any],
    town: Called | None = None,
) -> Response[str]:
    count = len({name.split("-")[1] for name in form.raw if name.startswith("indicators-")})
    return page(
        request, "writing/reference.html", status=form.status, **frame(written, Step.REFERENCES, form),
        reference_id=reference_id, towns=town.towns if town else [],
        town_options=[(one.code, f"{one.name} ({one.code}, {one.department_name})") for one in (town.towns if town else [])],
        units=[("", i18n.translate(N_("Choisissez")))] + [(code, i18n.translate(unit.many)) for code, unit in UNITS.items()],
        indicators=range(min(count + 1, max(forms.MAX_INDICATORS, count))),
    )  # fmt: skip


HANDLERS = [references_page, new_reference, add_reference, show_reference, edit_reference, remove_reference]
