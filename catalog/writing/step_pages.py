"""Pages: a sheet is written by steps, each saved for itself.

Every save keeps the whole draft sound: the stored content, changed in this step's fields alone. Somebody else's save in
between is told (412) with what was typed kept, and what is stored now.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from catalog.solutions import fields, wording
from catalog.solutions.content import ATTACHMENT_KIND_NAMES, CONTRACT_FORM_NAMES
from catalog.solutions.fields import STEP_NAMES, Step
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES
from catalog.solutions.questionnaire import QUESTIONS, UNKNOWN, Question
from catalog.solutions.sheet_files import described
from catalog.taxonomy import domains
from catalog.writing import forms, saving
from catalog.writing.saving import STEPS, Written
from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.ids import SolutionId
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.forms import Form, compacted, sent_of
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

HOME = "/espace-entreprise/fiches"
ALWAYS_SENT = ("unit", "basis", "mode", "vat_rate")
"""The fields of a price that have a value before anybody writes."""
SAVED = N_("L’étape est enregistrée.")


@get(f"{HOME}/{{solution_id:uuid}}/{{step:str}}")
async def step_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID], step: FromPath[str]
) -> Response[str]:
    asked = _step(step)
    written = await saving.read(reads, SolutionId(solution_id), by)
    if asked not in forms.STEP_FORMS:
        return await attachments(request, reads, written, Form())
    return _show(request, written, asked, Form(forms.typed(asked, written.content)))


@post(f"{HOME}/{{solution_id:uuid}}/{{step:str}}", status_code=303)
async def save_step(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], step: FromPath[str]
) -> Response[Any]:
    asked = _step(step)
    if asked not in forms.STEP_FORMS:
        raise NotFound
    sent = await sent_of(request)
    then = str(sent.get("then", [""])[-1])
    form = Form.bind(
        _tidied(asked, sent, then), forms.STEP_FORMS[asked], names=lambda path: forms.typed_place(asked, path)
    )
    await saving.save(
        form, session, SolutionId(solution_id), lambda content: forms.patched(content, form.value().patch()),
        place=lambda path: forms.place(asked, path), by=by, now=await clock.now(session),
    )  # fmt: skip
    if form.failed:
        return _show(request, await saving.read(session, SolutionId(solution_id), by), asked, form)
    return redirect(_where(solution_id, asked, then), SAVED)


def _step(named: str) -> Step:
    try:
        return Step(named)
    except ValueError:
        raise NotFound from None


def _tidied(step: Step, sent: Mapping[str, list[Any]], then: str) -> dict[str, list[Any]]:
    """What was sent without empty rows, nor the row that a button takes out."""
    kept = dict(sent)
    if step is Step.PRICES:
        taken_out, _, number = then.partition("-")
        if taken_out == "remove":
            kept = {name: values for name, values in kept.items() if not name.startswith(f"prices-{number}-")}
        for i in range(forms.MAX_PRICES + 1):
            kept = compacted(kept, f"prices-{i}-steps")
        return compacted(kept, "prices", besides=ALWAYS_SENT)
    for key in forms.rows_of(step):
        kept = compacted(kept, key)
    return kept


def _where(solution_id: UUID, step: Step, then: str) -> str:
    home = f"{HOME}/{solution_id}"
    if then == "return":
        return home
    if then == "add":
        return f"{home}/{step}?ajout=1#ajout"
    if then.startswith(("remove-", "tiers-")):
        return f"{home}/{step}"
    following = saving.after(step)
    return f"{home}/{following}" if following else f"{home}/verification"


def _show(request: Request[Any, Any, Any], written: Written, step: Step, form: Form[Any]) -> Response[str]:
    language = i18n.language.get()
    chosen = form.get("domains", [])
    chosen = [chosen] if isinstance(chosen, str) else chosen
    return page(
        request, "writing/step.html", status=form.status, **frame(written, step, form),
        questions=[question for question in QUESTIONS.values() if question.section.value == step.value], unknown=UNKNOWN, named=_choices,
        domains=[(d.id, d.label(language)) for d in domains().values()], codes=forms.codes_of(chosen),
        maturities=[("", i18n.translate(N_("Choisissez"))), *_named(MATURITY_NAMES, besides=UNKNOWN)],
        units=[(code, i18n.translate(unit.one)) for code, unit in UNITS.items()], bases=_named(BASIS_NAMES),
        modes=[(code, i18n.translate(name).capitalize()) for code, name in wording.MODE_NAMES.items()],
        contract_forms=[(one.value, name) for one, name in CONTRACT_FORM_NAMES.items()],
        prices=_price_rows(form, adding=request.query_params.get("ajout") == "1"),
        rows={key: _count(form, key) for key in forms.rows_of(step)}, most_prices=forms.MAX_PRICES,
    )  # fmt: skip


async def attachments(
    request: Request[Any, Any, Any], reads: ReadSession | Session, written: Written, form: Form[Any]
) -> Response[str]:
    """The list of a sheet's files, with the form to send one."""
    files = written.content.get("attachments", [])
    known = await described(reads, [UUID(file["file_id"]) for file in files], written.sheet.startup_id)
    return page(
        request, "writing/attachments.html", status=form.status, **frame(written, Step.ATTACHMENTS, form),
        files=[(file, known.get(UUID(file["file_id"]))) for file in files], kinds=kinds(), kind_names=ATTACHMENT_KIND_NAMES,
    )  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    """The kinds of attachments, to choose from."""
    return _named(ATTACHMENT_KIND_NAMES)


def frame(written: Written, step: Step, form: Form[Any]) -> dict[str, Any]:
    """What every step's page is given."""
    language = i18n.language.get()
    said = fields.flatten(written.content)
    own = {path: value for path, value in said.items() if fields.field_of(path).step is step}
    stored = [
        (wording.label(path, language, value), wording.words(path, value, language))
        for path, value in own.items()
    ]
    return {
        "form": form, "sheet": written.sheet, "written": written, "step": step, "step_names": STEP_NAMES,
        "number": STEPS.index(step) + 1, "of": len(STEPS), "following": saving.after(step), "version": written.version,
        "remarks": [(wording.label(path, language, said.get(path)), thread) for path, thread in written.remarks(step)],
        "stored": stored if form.stale or not written.may else [],
    }  # fmt: skip


def _choices(question: Question) -> list[tuple[str, str]]:
    return [(value, i18n.translate(name)) for value, name in question.choices.items()]


def _named(names: Mapping[Any, str], besides: str = "") -> list[tuple[str, str]]:
    return [
        (one.value, i18n.translate(name).capitalize()) for one, name in names.items() if one.value != besides
    ]


def _price_rows(form: Form[Any], *, adding: bool) -> list[range]:
    """For each price line to show, its rows of tiers: those written, and some to write in."""
    count = _count(form, "prices")
    if (adding or count == 0) and count < forms.MAX_PRICES:
        count += 1
    found = []
    for i in range(count):
        written = _count(form, f"prices-{i}-steps")
        found.append(range(min(max(written + 1, 3), max(forms.MAX_TIERS, written))))
    return found


def _count(form: Form[Any], key: str) -> int:
    """How many rows of `key` the form holds."""
    numbers = {name[len(key) + 1 :].partition("-")[0] for name in form.raw if name.startswith(f"{key}-")}
    return len({number for number in numbers if number.isdigit()})


HANDLERS = [step_page, save_step]
