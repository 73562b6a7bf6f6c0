"""Facts of sheets and needs, to be changed by each test; and any of them, for properties."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from catalog.evidence.levels import Level
from marketplace.money import Cents
from search.facts.shape import Answered, Attested, Capacity, Deployment, Facts, Price, Proven
from search.matching.choices import CERTIFICATIONS, HOSTED, LABELS, MATURITY, STANDARDS
from search.matching.musts import Must
from search.matching.needs import Budget, Need, Place, Window
from search.matching.reading import Asked, Candidate
from search.matching.weights import weights_of

ON = date(2026, 11, 26)
VIERZON = Place("18279", "Vierzon", "18", "Cher", 25_000)
LAMP = Price(label="Module", unit="light_point", yearly=False, vat_rate=Decimal(20), graduated=False, steps=((Decimal(0), 20_000), (Decimal(500), 15_000)))  # fmt: skip


def facts(name: str = "Halo", **changes: Any) -> Facts:
    given: dict[str, Any] = {
        "slug": name.lower().replace(" ", "-"), "name": name, "supplier": "Quinquet", "fictional": True,
        "domains": ("eclairage-public",), "maturity": "established", "published_on": date(2024, 1, 1),
        "revised_on": date(2026, 1, 1),
    }  # fmt: skip
    return Facts(**given | changes)


def proven(level: Level = Level.CONFIRMED, **changes: Any) -> Proven:
    given: dict[str, Any] = {"level": level, "since": date(2026, 1, 1), "source": "Bourges"}
    return Proven(**given | changes)


def deployed(code: str = "18033", name: str = "Bourges", *proofs: Proven, **changes: Any) -> Deployment:
    given: dict[str, Any] = {"code": code, "name": name, "started_on": date(2025, 1, 1), "proofs": proofs}
    return Deployment(**given | changes)


def candidate(found: Facts, text: float = 0.5, need: Need | None = None) -> Candidate:
    return Candidate.of(found, text, need or asked().need)


def asked(need: Need | None = None, **changes: Any) -> Asked:
    need = need or Need("éclairage", about="eclairage-public", place=VIERZON)
    given: dict[str, Any] = {
        "need": need,
        "on": ON,
        "weights": weights_of(need.about),
        "likeness": {"18033": 0.8, "36044": 0.7},
    }
    return Asked(**given | changes)


DAYS = st.dates(date(2015, 1, 1), date(2030, 1, 1))
MAYBE_DAYS = st.none() | DAYS
PROOFS = st.builds(Proven, level=st.sampled_from(Level), since=DAYS, until=MAYBE_DAYS, source=st.sampled_from(["", "Bourges"]))  # fmt: skip
CODES = ["18033", "36044", "58194", "00000"]


def _choices(names: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.just(("none",)) | st.just(("unknown",)) | st.lists(st.sampled_from(sorted(names)), max_size=3, unique=True).map(tuple)  # fmt: skip


def _one(*values: str) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from([*values, "unknown"])


COUNTS = st.integers(0, 50) | st.none()
ANSWERS = st.builds(
    Answered,
    hosting_country=_one(*HOSTED), extra_eu_parent=_one("yes", "no"), certifications=_choices(CERTIFICATIONS),
    data_ownership=_one("town", "shared"), ai_training=_one("no", "agreed", "yes"), api=_one("open", "on_request", "none"),
    standards=_choices(STANDARDS), exports=_choices(["csv", "json", "sql"]), exit_price=_one("included", "priced", "unplanned"),
    source_code=_one("open", "closed"), rgaa_rate=st.none() | st.decimals(0, 100, places=1), rgaa_audited_on=MAYBE_DAYS,
    energy_saving=st.none() | st.decimals(0, 100, places=1), energy_method=st.none() | st.just("Mesurée."), labels=_choices(LABELS),
)  # fmt: skip
STEPS = st.lists(st.integers(0, 10**7), min_size=1, max_size=4).map(
    lambda prices: tuple((Decimal(100 * i), cents) for i, cents in enumerate(prices))
)
PRICES = st.builds(
    Price, label=st.just("L"), unit=st.sampled_from(["light_point", "sensor", "town", "inhabitant"]), yearly=st.booleans(),
    vat_rate=st.just(Decimal(20)), graduated=st.booleans(), steps=STEPS,
)  # fmt: skip
DEPLOYMENTS = st.builds(
    Deployment, code=st.sampled_from(CODES), name=st.just("Bourges"), started_on=DAYS, ended_on=MAYBE_DAYS,
    quantity=st.none() | st.just(Decimal(120)), unit=st.just("light_point"), proofs=st.lists(PROOFS, max_size=2).map(tuple),
)  # fmt: skip
CAPACITIES = st.none() | st.builds(
    Capacity, towns_at_once=COUNTS, towns_served=COUNTS, lead_weeks=COUNTS, everywhere=st.booleans(),
    departments=st.lists(st.sampled_from(["18", "36", "75"]), max_size=2).map(tuple),
)  # fmt: skip
ATTESTED = st.none() | st.lists(
    st.builds(Attested, kind=st.sampled_from(["vigilance", "tax"]), issued_on=DAYS, expires_on=MAYBE_DAYS), max_size=3
).map(tuple)  # fmt: skip
FACTS = st.builds(
    Facts,
    slug=st.text("abc", min_size=1, max_size=4), name=st.text("abcé", min_size=1, max_size=4), supplier=st.just("Q"),
    fictional=st.just(True), domains=st.sampled_from([("eclairage-public",), ("mobilite", "eclairage-public"), ("mobilite",)]),
    maturity=st.sampled_from(sorted(MATURITY)), since=MAYBE_DAYS, published_on=MAYBE_DAYS, revised_on=MAYBE_DAYS,
    deployment_weeks_min=COUNTS, deployment_weeks_max=COUNTS, answers=ANSWERS, prices=st.lists(PRICES, max_size=3).map(tuple),
    deployments=st.lists(DEPLOYMENTS, max_size=4).map(tuple),
    claims=st.dictionaries(st.sampled_from(["prices", "answers.labels", "answers.hosting_country"]), st.lists(PROOFS, max_size=2).map(tuple)),
    capacity=CAPACITIES, attested=ATTESTED,
)  # fmt: skip
SHEETS = st.lists(st.tuples(FACTS, st.floats(0, 1)), max_size=9, unique_by=lambda one: one[0].slug)
NEEDS = st.builds(
    Need, text=st.just("éclairage"), about=st.sampled_from([None, "eclairage-public", "cybersecurite"]),
    domain=st.sampled_from([None, None, "eclairage-public"]), place=st.sampled_from([None, VIERZON]),
    musts=st.lists(st.sampled_from(Must), max_size=2, unique=True).map(tuple),
    budget=st.none() | st.builds(Budget, st.integers(0, 10**8).map(Cents)),
    assets=st.sampled_from([{}, {"light_point": Decimal(120)}, {"light_point": Decimal(120), "sensor": Decimal(3)}]),
    years=st.integers(1, 4), window=st.none() | st.builds(Window, st.just(ON), DAYS),
)  # fmt: skip
ASKED = st.builds(
    lambda need, pools, towns: asked(need, pools={"eclairage-public": pools}, waiting={"eclairage-public": towns, "mobilite": 20 - towns}),
    NEEDS, st.integers(0, 3), st.sampled_from([0, 1, 2, 3, 4, 5, 10, 20]),
)  # fmt: skip
MARKETS = st.builds(
    lambda sheets, question: ([candidate(found, text, question.need) for found, text in sheets], question), SHEETS, ASKED
)  # fmt: skip
"""Sheets that were found, and what is asked of them."""
