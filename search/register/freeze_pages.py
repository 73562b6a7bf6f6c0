"""`/registre/nouveau`: an answer shown once more, with the form that freezes it, or that keeps some of its sheets.

From « Mon besoin », `recherche` names the answer that was logged. From the search page, whose visits are not logged, the address
carries the search: it is shown again here, and asked and logged once more when the form is sent, so that what is frozen is what
is answered at that instant. When the directory changed in between, the form is shown again with the new answer. `liste` says that
the sheets `fiche` are what the town keeps: of that search when it is 1, else of the logged answer that it numbers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Json, ReadSession, Session
from marketplace.errors import Conflict, NotFound
from marketplace.territories.queries import UnknownTown, find_town
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_
from procurement.needs import queries as needs
from procurement.pools import queries as pools
from search.engines import Searcher
from search.finding.asking import Criteria
from search.finding.pages import typed_criteria
from search.log.models import AnswerKind, SearchLog
from search.log.queries import answered
from search.register import wording
from search.register.forms import FreezeForm, field_of
from search.register.freezing import FREEZERS, freeze, words_of
from search.register.models import SourcingRecord
from search.register.queries import published_names
from search.register.schemas import Chosen
from search.register.searching import found_by, ordered, search

SHOWN = 10
LONGEST = 200
"""Characters of a title."""
Typed = Annotated[str, QueryParameter(max_length=5000)]
Several = Annotated[list[str] | None, QueryParameter(max_items=60)]


class AnswerChanged(Conflict):
    code = "answer_changed"
    sentence = N_(
        "L’annuaire a changé depuis que cette page s’est affichée. Relisez la réponse ci-dessous, puis figez-la : rien n’a été enregistré."
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What would be frozen."""

    kind: AnswerKind
    asked: Json
    slugs: tuple[str, ...]
    total: int
    excluded: int
    engine: str
    index: str
    at: datetime | None
    log_id: UUID | None

    criteria: Criteria | None
    unit: str | None = None

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries of it."""
        known = self.criteria.pairs() if self.criteria else [("recherche", str(self.log_id))]
        return [*known, ("index", self.index)]


@get("/registre/nouveau")
async def new_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, state: State, recherche: FromQuery[UUID | None] = None, q: Typed = "",
    domaine: Several = None, maturite: Several = None, critere: Several = None, prix: FromQuery[str] = "",
    disponibles: FromQuery[str] = "", tri: FromQuery[str] = "", liste: FromQuery[str] = "",
    fiche: Annotated[list[str] | None, QueryParameter(max_items=40)] = None,
) -> Response[str]:  # fmt: skip
    by.require(OrganisationKind.TOWN, *FREEZERS)
    recherche = recherche or (_id(liste) if liste not in {"", "1"} else None)
    asked, _ = typed_criteria(
        q=q.replace("\0", ""), domaine=domaine, maturite=maturite, prix=prix, critere=critere, disponibles=disponibles, tri=tri
    )  # fmt: skip
    if recherche is None and asked.blank and not fiche:
        return page(request, "register/nothing.html")
    found = await _answer(reads, state.search, recherche, asked)
    kept = list(dict.fromkeys(fiche or ())) if liste else []
    return await _page(request, reads, by, found, Form(), kept, wants_list=bool(liste))


@post("/registre/nouveau", status_code=303)
@creating
async def freeze_answer(
    request: Request[Any, Any, Any], session: Writes, by: By, state: State
) -> Response[Any]:
    by.require(OrganisationKind.TOWN, *FREEZERS)
    form = await Form.read(request, FreezeForm)
    made = None
    async with form.attempt(session, names=field_of):
        if not form.failed:
            made = await _freeze(session, state.search, form.value(), by)
    if made is not None:
        return redirect(
            f"/registre/{made.id}", N_("La preuve est figée : plus personne ne peut la modifier.")
        )
    sent = await request.form()
    kept = [str(sent[name]) for name in sent if name.startswith("choices-") and name.endswith("-slug")]
    found = await _answer(session, state.search, _id(form.get("recherche")), _search(form))
    return await _page(request, session, by, found, form, kept, wants_list=bool(kept))


async def _freeze(session: Session, engine: Searcher, typed: FreezeForm, by: Actor) -> SourcingRecord:
    now = await clock.now(session)
    if typed.recherche is not None:
        log = await answered(session, typed.recherche)
        if log is None:
            raise NotFound
    else:
        log = await search(session, engine, typed.search, by=by, now=now)
        if log.index != typed.index:
            raise AnswerChanged
    chosen = [Chosen(slug=choice.slug, reason=choice.reason) for choice in typed.choices]
    return await freeze(
        session, log, title=typed.title, note=typed.note, need_id=typed.besoin, pool_id=typed.achat, choices=chosen, by=by, now=now
    )  # fmt: skip


async def _answer(
    session: Session | ReadSession, engine: Searcher, log_id: UUID | None, asked: Criteria
) -> Answer:
    """The logged answer, or what the search answers now. Raises `NotFound`."""
    if log_id is None:
        found = await found_by(session, engine, asked)
        slugs = tuple(sheet.slug for sheet in ordered(found))
        return Answer(
            AnswerKind.SEARCH,
            asked.document(),
            slugs,
            found.total,
            0,
            found.engine,
            found.index,
            None,
            None,
            asked,
        )
    log: SearchLog | None = await answered(session, log_id)
    if log is None:
        raise NotFound
    slugs = tuple(sheet["slug"] for sheet in log.ordered)
    left_out = int((log.answer or {}).get("excluded_total") or len(log.excluded))
    return Answer(
        log.kind,
        log.asked,
        slugs,
        log.total,
        left_out,
        log.engine,
        log.index,
        log.at,
        log.id,
        None,
        (log.answer or {}).get("unit"),
    )


async def _page(
    request: Request[Any, Any, Any], session: Session | ReadSession, by: Actor, found: Answer, form: Form[Any], kept: list[str],
    *, wants_list: bool,
) -> Response[str]:  # fmt: skip
    known = await published_names(session, [*found.slugs[:SHOWN], *kept])
    kept = [slug for slug in kept if slug in known or slug in found.slugs]
    words = words_of(found.asked)
    return page(
        request, "register/freeze.html", status=form.status, found=found, form=form, kept=kept, wants_list=wants_list, names=known,
        shown=found.slugs[:SHOWN], words=words, title=" ".join(words.split())[:LONGEST], asked=wording.asked(found.asked, await _towns(session, found.asked), found.unit),
        engine=wording.engine(found.engine), index=wording.index(found.index), kinds=wording.KIND_NAMES,
        needs=[(need.id, need.text[:LONGEST]) for need in await needs.mine(session, by)],
        pools=[(pool.id, pool.title) for pool in await pools.my_pools(session, by)],
    )  # fmt: skip


async def _towns(reads: Session | ReadSession, asked: Json) -> dict[str, str]:
    """The name of the town that was asked for, by its code."""
    code = str(asked.get("town") or "")
    try:
        return {code: (await find_town(reads, code)).name} if code else {}
    except UnknownTown:
        return {}


def _id(typed: object) -> UUID | None:
    try:
        return UUID(str(typed)) if typed else None
    except ValueError:
        raise NotFound from None


def _search(form: Form[Any]) -> Criteria:
    """The search of a form that was refused, as far as it can be read."""

    def several(name: str) -> list[str]:
        value = form.get(name, [])
        return [str(one) for one in (value if isinstance(value, list) else [value])]

    asked, _ = typed_criteria(
        q=str(form.get("q")).replace("\0", ""), domaine=several("domaine"), maturite=several("maturite"), prix=str(form.get("prix")),
        critere=several("critere"), disponibles=str(form.get("disponibles")), tri=str(form.get("tri")),
    )  # fmt: skip
    return asked


HANDLERS = [new_page, freeze_answer]
