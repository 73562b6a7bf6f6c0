"""HTML forms bound to models: what was typed, what it means, everything that is wrong at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from litestar.testing import RequestFactory
from pydantic import Field

from marketplace import audit
from marketplace.actor import SYSTEM
from marketplace.errors import Conflict, Invalid, NotFound, wrong
from marketplace.web.forms import Form
from marketplace.web.schemas import Input
from marketplace.web.typed import Euros, Number, TypedDate
from tests.support.world import World


class LineForm(Input):
    label: str = Field(min_length=1)
    price: Euros


class PoolForm(Input):
    title: str = Field(min_length=1, max_length=20)
    quantity: Number = Decimal(7)
    ends: TypedDate | None = None
    agreed: bool = False
    towns: list[str] = []
    lines: list[LineForm] = []


async def typed(**fields: Any) -> Form[PoolForm]:
    data = {name.replace("__", "-"): value for name, value in fields.items()}
    request = RequestFactory().post("/", data=data, request_media_type="application/x-www-form-urlencoded")  # type: ignore[arg-type]
    return await Form.read(request, PoolForm)


async def test_a_form_means_what_people_type() -> None:
    form = await typed(
        title="  Lampes ", quantity="1 250,5", ends="3/4/2027", agreed="oui", towns=["18279", "18033"],
        lines__0__label="Module", lines__0__price="12,50 €", lines__3__label="Pose", lines__3__price="1\u202f000", lines__4__label="",
    )  # fmt: skip
    assert not form.failed
    meant = form.value()
    assert (meant.title, meant.quantity, meant.ends, meant.agreed) == (
        "Lampes",
        Decimal("1250.5"),
        date(2027, 4, 3),
        True,
    )
    assert meant.towns == ["18279", "18033"]
    assert [(line.label, line.price) for line in meant.lines] == [("Module", 1250), ("Pose", 100_000)]


async def test_a_blank_field_keeps_its_default() -> None:
    meant = (await typed(title="x", quantity="", ends=" ", towns="")).value()
    assert (meant.quantity, meant.ends, meant.agreed, meant.towns, meant.lines) == (7, None, False, [], [])


async def test_every_wrong_field_has_its_sentence_and_is_shown_again_as_typed() -> None:
    form = await typed(
        title="",
        quantity="douze",
        ends="le 3 avril",
        lines__0__label="Module",
        lines__0__price="gratuit",
        lines__1__price="1",
    )
    assert form.errors.keys() == {"title", "quantity", "ends", "lines-0-price", "lines-1-label"}
    assert all(form.errors.values())
    assert "1\u00a0250,50" in form.errors["lines-0-price"]
    assert form.get("quantity") == "douze"
    with pytest.raises(Invalid):
        form.value()


@pytest.mark.parametrize(
    "name",
    ["lines-²-label", "lines-999999-label", "lines--label", "lines-x-label", "lines-1", "autre", "-", ""],
)
async def test_a_field_that_the_form_does_not_have_is_left_alone(name: str) -> None:
    form = await typed(title="x", **{name: "y"})
    assert form.failed == (name == "lines-1") or form.value().lines == []


@pytest.mark.parametrize(
    "quantity", ["-1", "1e3", "NaN", "Infinity", "1" * 21, "٣", "1.2.3", "10000000000001", "."]
)
async def test_a_number_that_is_not_one_is_refused(quantity: str) -> None:
    assert "quantity" in (await typed(title="x", quantity=quantity)).errors


@pytest.mark.parametrize("ends", ["31/02/2027", "2027-13-01", "1/2", "a/b/c", "1/1/0000", "²/1/2027"])
async def test_a_date_that_is_not_one_is_refused(ends: str) -> None:
    assert "ends" in (await typed(title="x", ends=ends)).errors


async def test_a_refused_verb_leaves_nothing_half_done_and_its_reasons_on_the_form(world: World) -> None:
    refusals = (Invalid([wrong("lines[0].price", "Trop cher.")]), Conflict(), Invalid())
    forms = [await typed(title="x") for _ in refusals]
    async with world.as_worker.transaction(SYSTEM) as session:
        for form, refusal in zip(forms, refusals, strict=True):
            async with form.attempt(session):
                audit.note(session, SYSTEM, "test.half", "test", None)
                await session.flush()
                raise refusal
    assert [form.errors for form in forms] == [{"lines-0-price": "Trop cher."}, {}, {}]
    assert [len(form.general) for form in forms] == [0, 1, 1]
    assert all(form.failed for form in forms)
    assert await world.sql("select count(*) from audit_line where action = 'test.half'") == 0
    with pytest.raises(NotFound):
        async with world.as_worker.transaction(SYSTEM) as session, (await typed(title="x")).attempt(session):
            raise NotFound
