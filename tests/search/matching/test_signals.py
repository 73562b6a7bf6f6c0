"""What each signal reads, and what leaves a sheet out: worked examples, each with the sentence that is told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.evidence.levels import Level
from catalog.taxonomy import domains
from marketplace.money import Cents
from search.facts.shape import Answered, Attested, Capacity, Facts
from search.matching.costing import cost_of, outward
from search.matching.deployments import fresh
from search.matching.filters import Filter, refused
from search.matching.musts import MUSTS, Met, Must
from search.matching.needs import Budget, Need, Window
from search.matching.reading import Asked, Reading
from search.matching.scoring import score
from search.matching.weights import WHOLE, Signal, default, of_domains, weights_of
from search.matching.wording import sentence
from tests.search.matching.sheets import LAMP, ON, VIERZON, asked, candidate, deployed, facts, proven


def read(signal: Signal, found: Facts, question: Asked | None = None, text: float = 0.5) -> Reading:
    question = question or asked()
    return score(candidate(found, text, question.need), question).readings[signal]


def said(signal: Signal, found: Facts, question: Asked | None = None) -> str:
    return sentence(read(signal, found, question).why).replace("\u00a0", " ").replace("\u202f", " ")


def answering(**answers: Any) -> Facts:
    return facts(answers=Answered(**answers))


# weights


def test_the_weights_of_every_domain_are_whole_and_sum_to_100() -> None:
    everyone = [default(), *of_domains().values()]
    for one in everyone:
        assert sum(one.by_signal.values()) == WHOLE
        assert min(one.by_signal.values()) > 0
        assert one.reason.endswith(".")
    assert list(default().by_signal.values()) == [25, 25, 10, 10, 8, 8, 6, 4, 4]
    assert of_domains().keys() <= domains().keys()
    assert weights_of("voirie-espace-public") == weights_of(None) == default()
    assert weights_of("cybersecurite").by_signal[Signal.SOVEREIGNTY] == 14


# towns like the asker's


def test_a_deployment_weighs_by_likeness_freshness_and_proof() -> None:
    bare = read(Signal.TWINS, facts(deployments=(deployed(),))).value
    confirmed = read(Signal.TWINS, facts(deployments=(deployed("18033", "B", proven()),))).value
    less_alike = read(Signal.TWINS, facts(deployments=(deployed("36044", "C", proven()),))).value
    ended = read(Signal.TWINS, facts(deployments=(deployed("18033", "B", proven(), ended_on=date(2026, 1, 1)),))).value  # fmt: skip
    assert confirmed == round(1000 * (0.8 * 0.75) / (1 + 0.8 * 0.75) * 6 / 5)
    assert confirmed > less_alike > ended > 0
    assert confirmed > bare > 0
    assert read(Signal.TWINS, facts(deployments=(deployed("99999"),))).value == 0


def test_many_references_buy_little_and_one_town_counts_once() -> None:
    question = asked(likeness={str(n): 0.9 for n in range(40)})
    forty = facts(deployments=tuple(deployed(str(n), f"V{n:02}") for n in range(40)))
    five = facts(deployments=tuple(deployed(str(n), f"V{n:02}") for n in range(5)))
    same = facts(deployments=(deployed("1", "V"),) * 40)
    assert read(Signal.TWINS, forty, question).value == read(Signal.TWINS, five, question).value
    one = facts(deployments=(deployed("1", "V"),))
    assert read(Signal.TWINS, same, question).value == read(Signal.TWINS, one, question).value
    proven_once = facts(deployments=(deployed("1", "V", proven()), deployed("1", "V")))
    best = facts(deployments=(deployed("1", "V", proven()),))
    assert read(Signal.TWINS, proven_once, question).value == read(Signal.TWINS, best, question).value
    perfect = tuple(deployed(str(n), f"V{n}", proven(Level.DELIVERED)) for n in range(5))
    assert read(Signal.TWINS, facts(deployments=perfect), asked(likeness=dict.fromkeys("01234", 1.0))).value == 1000  # fmt: skip


def test_a_proof_that_has_expired_lowers_the_deployment_when_it_is_read() -> None:
    one = facts(deployments=(deployed("18033", "Bourges", proven(until=ON)),))
    assert read(Signal.TWINS, one).value > read(Signal.TWINS, one, asked(on=ON + timedelta(days=1))).value
    assert (
        said(Signal.TWINS, one)
        == "Une ville comme Vierzon l’utilise : Bourges (confirmé par la ville, 2025)."
    )
    assert "déclaré par l’entreprise" in said(Signal.TWINS, one, asked(on=ON + timedelta(days=1)))


def test_without_a_town_the_signal_is_what_the_asker_could_tell() -> None:
    reading = read(Signal.TWINS, facts(deployments=(deployed(),)), asked(Need("éclairage")))
    assert (reading.value, [(gap.code, gap.most) for gap in reading.gaps]) == (0, [("town", 1000)])


@pytest.mark.parametrize(("years", "worth"), [(0, 1.0), (2, 1.0), (3, 0.9), (6, 0.6), (7, 0.5), (15, 0.5)])
def test_freshness_is_whole_three_years_then_fades_by_tenths(years: int, worth: float) -> None:
    started = ON - timedelta(days=365 * years + 1)
    assert fresh(deployed(started_on=started), ON) == pytest.approx(worth)


# answers

ALL_TOLD = {
    "api": "open",
    "standards": ("talq",),
    "exports": ("csv",),
    "exit_price": "included",
    "hosting_country": "france",
    "extra_eu_parent": "no",
    "certifications": ("secnumcloud",),
    "labels": ("greentech",),
    "energy_saving": Decimal(30),
    "energy_method": "Factures.",
}


@pytest.mark.parametrize("signal", [Signal.INTEROPERABILITY, Signal.SOVEREIGNTY, Signal.LABELS])
def test_all_told_and_fine_is_the_whole_and_nothing_told_is_nothing_with_the_whole_missing(
    signal: Signal,
) -> None:
    best, blank = read(signal, answering(**ALL_TOLD)), read(signal, facts())
    assert (best.value, best.gaps) == (1000, ())
    assert (blank.value, sum(gap.most for gap in blank.gaps)) == (0, 1000)


@pytest.mark.parametrize(
    ("signal", "answers", "value"),
    [
        (Signal.INTEROPERABILITY, {"api": "on_request"}, 200),
        (Signal.INTEROPERABILITY, {"api": "none", "exports": ("none",)}, 0),
        (Signal.SOVEREIGNTY, {"hosting_country": "none"}, 1000),
        (Signal.SOVEREIGNTY, {"hosting_country": "adequate", "extra_eu_parent": "yes"}, 200),
        (Signal.SOVEREIGNTY, {"hosting_country": "unknown", "certifications": ("hds",)}, 150),
        (Signal.LABELS, {"energy_saving": Decimal(60)}, 0),
        (Signal.LABELS, {"energy_saving": Decimal(15), "energy_method": "Factures."}, 250),
        (Signal.LABELS, {"labels": ("none",)}, 0),
    ],
)
def test_what_an_answer_is_worth(signal: Signal, answers: dict[str, Any], value: int) -> None:
    assert read(signal, answering(**answers)).value == value


def test_an_energy_saving_without_its_method_counts_for_nothing_and_is_named_as_missing() -> None:
    reading = read(Signal.LABELS, answering(energy_saving=Decimal(90)))
    assert reading.value == 0
    assert "energy_saving" in {gap.code for gap in reading.gaps}


def test_evidence_is_the_best_proof_and_the_part_that_is_proven() -> None:
    bare = facts(claims={"prices": (), "answers.labels": ()})
    half = facts(claims={"prices": (proven(Level.DOCUMENT),), "answers.labels": ()})
    assert read(Signal.EVIDENCE, bare).value == 0
    assert said(Signal.EVIDENCE, bare) == "2 affirmations, que rien ne prouve encore."
    assert read(Signal.EVIDENCE, half).value == round(1000 * (0.6 * 0.5 + 0.4 * 0.5))
    assert (
        said(Signal.EVIDENCE, half) == "Meilleure preuve : document vérifié. Affirmations prouvées : 1 sur 2."
    )


# cost and budget


def test_a_cost_is_a_range_from_the_lowest_tier_to_the_town_s_own() -> None:
    cost = cost_of([LAMP], {"light_point": Decimal(120)}, 1)
    assert (cost.low, cost.high, cost.complete) == (120 * 15_000, 120 * 20_000, True)
    yearly = LAMP.model_copy(update={"yearly": True, "unit": "sensor"})
    both = cost_of([LAMP, yearly], {"light_point": Decimal(120)}, 3)
    assert (both.missing, both.complete, both.known) == (("sensor",), False, True)
    assert cost_of([yearly], {"sensor": Decimal(2)}, 3).high == 3 * 2 * 20_000
    assert outward(1_234_56, 9_876_54) == (1_230_00, 9_880_00)
    assert outward(219_01, 230_28) == (219_00, 231_00)


@pytest.mark.parametrize(("budget", "value"), [(24_000_00, 1000), (18_000_00, 0), (21_000_00, 500), (17_999_99, 0), (99_000_00, 1000)])  # fmt: skip
def test_the_budget_s_value_is_the_part_of_the_range_that_it_covers(budget: int, value: int) -> None:
    need = Need("x", assets={"light_point": Decimal(120)}, budget=Budget(Cents(budget)))
    assert read(Signal.BUDGET, facts(prices=(LAMP,)), asked(need)).value == value


def test_without_prices_a_budget_or_quantities_the_budget_is_missing_and_never_guessed() -> None:
    quantified = {"light_point": Decimal(120)}
    for found, need, code in (
        (facts(), Need("x", assets=quantified, budget=Budget(Cents(1))), "prices"),
        (facts(prices=(LAMP,)), Need("x", budget=Budget(Cents(10**9))), "quantities"),
        (facts(prices=(LAMP,)), Need("x", assets=quantified), "budget"),
    ):
        reading = read(Signal.BUDGET, found, asked(need))
        assert (reading.value, [(gap.code, gap.most) for gap in reading.gaps]) == (0, [(code, 1000)])


# filters


def left_out(found: Facts, **changes: Any) -> tuple[Filter, str] | None:
    need = Need("éclairage", **{"place": VIERZON} | changes)
    refusal = refused(found, need, ON, candidate(found, need=need).cost)
    return refusal and (refusal.filter, sentence(refusal.why).replace("\u00a0", " ").replace("\u202f", " "))


def test_each_filter_says_what_failed() -> None:
    assert left_out(facts()) is None
    assert left_out(facts(maturity="stopped")) == (Filter.AVAILABLE, "Service arrêté.")
    assert left_out(facts(), domain="mobilite") == (Filter.DOMAIN, "La fiche est d’un autre domaine que votre besoin.")  # fmt: skip
    assert left_out(facts(domains=("voirie-espace-public", "mobilite")), domain="mobilite") is None
    elsewhere = facts(capacity=Capacity(departments=("75",)))
    assert left_out(elsewhere) == (Filter.TERRITORY, "L’entreprise ne travaille pas dans votre département : Cher.")  # fmt: skip
    assert left_out(elsewhere, place=None) is None
    assert left_out(facts(capacity=Capacity())) is None, "where it works is not told"
    assert left_out(facts(capacity=Capacity(everywhere=True))) is None
    cheap = {"assets": {"light_point": Decimal(120)}, "budget": Budget(Cents(10_000_00))}
    assert left_out(facts(prices=(LAMP,)), **cheap) == (
        Filter.BUDGET, "Au plus bas prix publié, 18 000 € HT pour vos quantités : plus que votre budget de 10 000 €.",
    )  # fmt: skip
    assert left_out(facts(), **cheap) is None
    month = Window(ON, ON + timedelta(days=30))
    assert left_out(facts(deployment_weeks_min=4), window=month) is None
    assert left_out(facts(deployment_weeks_min=5), window=month) == (
        Filter.CAPACITY, "Il faut 5 semaines au moins : trop pour être prêt le 26 décembre 2026.",
    )  # fmt: skip
    slow = facts(deployment_weeks_min=2, capacity=Capacity(lead_weeks=3))
    assert left_out(slow, window=month) is not None
    full = facts(capacity=Capacity(towns_at_once=3, towns_served=3))
    assert left_out(full, window=month) == (
        Filter.CAPACITY, "L’entreprise sert déjà les 3 villes qu’elle dit pouvoir servir à la fois.",
    )  # fmt: skip
    assert left_out(full) is None, "asked for no date"


MEETS: dict[Must, Facts] = {
    Must.EU_HOSTED: answering(hosting_country="eu"), Must.FRANCE_HOSTED: answering(hosting_country="france"),
    Must.NO_EXTRA_EU_PARENT: answering(extra_eu_parent="no"), Must.SECNUMCLOUD: answering(certifications=("secnumcloud",)),
    Must.HDS: answering(certifications=("hds",)), Must.ISO27001: answering(certifications=("iso27001",)),
    Must.ACCESSIBLE: answering(rgaa_rate=Decimal(50), rgaa_audited_on=ON - timedelta(days=1096)), Must.OPEN_API: answering(api="open"),
    Must.EXPORTS: answering(exports=("csv",)), Must.OPEN_SOURCE: answering(source_code="open"),
    Must.NO_AI_TRAINING: answering(ai_training="agreed"), Must.DATA_OWNED: answering(data_ownership="town"),
    Must.PRICED: facts(prices=(LAMP,)), Must.CONFIRMED: facts(deployments=(deployed("1", "A", proven()),)),
    Must.UP_TO_DATE: facts(attested=tuple(Attested(kind=kind, issued_on=ON, expires_on=ON) for kind in ("vigilance", "tax"))),
}  # fmt: skip
FAILS: dict[Must, Facts] = {
    Must.EU_HOSTED: answering(hosting_country="adequate"), Must.FRANCE_HOSTED: answering(hosting_country="eu"),
    Must.NO_EXTRA_EU_PARENT: answering(extra_eu_parent="yes"), Must.SECNUMCLOUD: answering(certifications=("none",)),
    Must.HDS: answering(certifications=("iso27001",)), Must.ISO27001: answering(certifications=("none",)),
    Must.ACCESSIBLE: answering(rgaa_rate=Decimal(100), rgaa_audited_on=ON - timedelta(days=1097)),
    Must.OPEN_API: answering(api="on_request"), Must.EXPORTS: answering(exports=("none",)),
    Must.OPEN_SOURCE: answering(source_code="escrow"), Must.NO_AI_TRAINING: answering(ai_training="yes"),
    Must.DATA_OWNED: answering(data_ownership="shared"),
    Must.CONFIRMED: facts(deployments=(deployed("1", "A", proven(until=ON - timedelta(days=1))),)),
    Must.UP_TO_DATE: facts(attested=(Attested(kind="vigilance", issued_on=ON, expires_on=ON - timedelta(days=1)),)),
}  # fmt: skip


@pytest.mark.parametrize("must", Must)
def test_a_must_is_met_refused_or_not_told_and_not_told_is_never_a_pass(must: Must) -> None:
    assert MUSTS[must].check(MEETS[must], ON)[0] is Met.YES
    assert left_out(MEETS[must], musts=(must,)) is None
    if must in FAILS:
        assert MUSTS[must].check(FAILS[must], ON)[0] is Met.NO
        assert (left_out(FAILS[must], musts=(must,)) or ("", ""))[0] is Filter.MUST
    untold = left_out(facts(), musts=(must,))
    assert untold is not None
    assert untold[0] is Filter.MUST
    if must is not Must.CONFIRMED:
        assert "Non renseigné" in untold[1]
