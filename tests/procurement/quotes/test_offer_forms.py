"""The forms of a consultation: an offer, its scores, its award, the buyer profile's file; a broken field is never a broken page."""

import re
from typing import Any

import httpx

from tests.support import story
from tests.support.world import Caller, World

INVALID = re.compile(r'name="([^"]+)"[^>]*aria-invalid="true"')


async def sent(who: Caller, path: str, fields: dict[str, str], **more: Any) -> httpx.Response:
    return await who.http.post(path, data=fields, headers=who.headers, **more)


async def test_an_offers_tiers_are_refused_at_their_row_then_taken_and_sealed(world: World) -> None:
    told, consultation = await story.consulting(world, [("12", "0"), ("8", "0")], sellers=3)
    seller, at = told.sellers[0], f"/consultations/{consultation}/offre"
    texts = {"delivery_weeks": "8", "quality": "Garantie dix ans.", "environment": "Réparable."}

    def rows(*steps: tuple[str, str, str]) -> dict[str, str]:
        fields = {"lines-0-line_id": told.line}
        for i, (start, end, price) in enumerate(steps):
            fields |= {
                f"steps-{i}-line": "0",
                f"steps-{i}-from": start,
                f"steps-{i}-to": end,
                f"steps-{i}-price": price,
            }
        return fields | texts  # fmt: skip

    for wrong, places in (
        (rows(("0", "10", "200"), ("20", "", "190")), ["steps-0-to"]),
        (rows(("5", "", "200")), ["steps-0-from"]),
        (rows(("0", "", "200"), ("20", "", "190"), ("10", "", "180")), ["steps-2-from"]),
        (rows(("0", "", "deux cents")), ["steps-0-price"]),
        (rows(("0", "", "200")) | {"delivery_weeks": "²", "quality": ""}, ["delivery_weeks", "quality"]),
    ):
        refusal = await sent(seller, at, wrong)
        assert refusal.status_code == 422, places
        assert INVALID.findall(refusal.text) == places
    for broken in (rows(("0", "", "200")) | {"lines-0-line_id": "ligne"}, {}, rows()):
        assert (await sent(seller, at, broken)).status_code == 422
    assert await world.sql("select count(*) from quote") == 0
    assert (await sent(seller, at, rows(("0", "", "187,65")))).status_code == 303
    assert (await seller.read(f"/consultations/{consultation}"))["my_quote_state"] == "sealed"


async def test_scores_and_an_award_that_cannot_be_read_are_refused_and_nothing_is_kept(world: World) -> None:
    told, consultation = await story.consulting(world, [("120", "10"), ("80", "0")], sellers=3)
    for seller, cents in zip(told.sellers, (19000, 20000, 21000), strict=True):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(told.line, [(0, cents)]))
    await world.advance(22)
    at = f"/achats/{told.pool['id']}"
    quotes = [o["quote_id"] for o in (await told.coordinator.read(f"{told.path}/comparison"))["offers"]]
    first = f"score_{quotes[0]}_quality"
    for wrong in (
        {first: "NaN"},
        {first: "99"},
        {f"score_{quotes[0]}": "1"},
        {"score_": "1"},
        {"score_a_b": "1"},
    ):
        refusal = await sent(told.coordinator, f"{at}/notes", {"version": "0"} | wrong)
        assert refusal.status_code == 422, wrong
        assert "à corriger" in refusal.text
    assert await world.sql("select count(*) from evaluation") == 0
    scores = {
        f"score_{q}_{c}": points for q in quotes for c, points in (("quality", "12,5"), ("environment", "10"))
    }
    for version, status in (("²", 303), ("9" * 5000, 422), ("0", 422)):
        answer = await sent(told.coordinator, f"{at}/notes", scores | {"version": version})
        assert answer.status_code == status, version
    assert await world.sql("select count(*) from evaluation") == 1
    reasons = {"reasons": "Première."}
    for wrong in (
        {"accepted-ligne": "1"},
        {f"accepted-{told.line}": "tout"},
        {f"accepted-{told.line}": "1e9"},
        {"reasons": ""},
    ):
        refusal = await sent(told.coordinator, f"{at}/attribution", reasons | wrong)
        assert refusal.status_code == 422, wrong
        assert "à corriger" in refusal.text
    assert (await told.fresh())["state"] == "analysis"
    assert (await sent(told.coordinator, f"{at}/attribution", reasons)).status_code == 303
    assert (await told.coordinator.read(f"{told.path}/award"))["ht_cents"] == 200 * 19000
