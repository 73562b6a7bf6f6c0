"""What is asked has one form, whatever the order it came in; what no filter knows is named and left out."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from catalog.solutions.models import Maturity
from catalog.taxonomy import domains
from search.engines import Sort
from search.engines.documents import Feature
from search.finding.asking import FEATURE_NAMES, SORTS_TYPED, Criteria
from search.finding.pages import typed_criteria

criteria = st.builds(
    lambda **asked: Criteria.read(**asked)[0],
    text=st.text(st.characters(codec="utf-8"), max_size=40),
    domains=st.lists(st.sampled_from(list(domains()))),
    maturities=st.lists(st.sampled_from([m.value for m in Maturity])),
    features=st.lists(st.sampled_from([f.value for f in Feature])),
    available=st.booleans(),
    sort=st.sampled_from([s.value for s in Sort]),
)


def test_every_feature_has_a_name_and_every_order_a_word() -> None:
    assert set(FEATURE_NAMES) == set(Feature)
    assert set(SORTS_TYPED.values()) == set(Sort)


@given(criteria)
def test_an_address_and_a_document_say_the_whole_search(asked: Criteria) -> None:
    typed = parse_qs(urlsplit(asked.address()).query)
    again, unknown = typed_criteria(
        q=typed.get("q", [""])[0], domaine=typed.get("domaine"), maturite=typed.get("maturite"), prix=typed.get("prix", [""])[0],
        critere=typed.get("critere"), disponibles=typed.get("disponibles", [""])[0], tri=typed.get("tri", [""])[0],
    )  # fmt: skip
    assert (again, unknown) == (asked, ())
    assert Criteria.of(asked.document()) == asked


@given(criteria)
def test_each_active_part_is_taken_out_alone_and_nothing_is_left_in_the_end(asked: Criteria) -> None:
    parts = asked.active
    for part in parts:
        left = [(one.filter, one.value) for one in part.rest.active]
        assert left == [(one.filter, one.value) for one in parts if one != part]
    assert asked.blank == (not parts)


def test_neither_the_order_nor_repetition_nor_case_nor_accents_make_another_search() -> None:
    one, _ = Criteria.read(
        text="  Éclairage  PUBLIC ", domains=["mobilite", "eclairage-public", "mobilite"], sort="name"
    )
    two, _ = Criteria.read(text="eclairage public", domains=["eclairage-public", "mobilite"])
    assert one.domains == two.domains
    assert one.digest() == two.digest()
    assert one.digest() != Criteria.read(text="eclairage public")[0].digest()


def test_what_no_filter_knows_is_named_and_blanks_ask_nothing() -> None:
    asked, unknown = Criteria.read(
        domains=["lampes", " ", "mobilite"], maturities=["", "vieille"], features=["priced"], sort="cher"
    )
    assert asked == Criteria(domains=("mobilite",), features=("priced",))
    assert [(one.filter, one.value) for one in unknown] == [
        ("sort", "cher"), ("domain", "lampes"), ("maturity", "vieille"),
    ]  # fmt: skip
    assert len(Criteria.read(domains=["x" * 5000])[1][0].shown) == 60


def test_published_prices_are_asked_of_engines_as_they_always_were() -> None:
    query = Criteria(features=("priced", "eu_hosted")).query(page=3, per_page=7)
    assert (query.priced, query.features, query.page, query.per_page) == (True, ("eu_hosted",), 3, 7)
