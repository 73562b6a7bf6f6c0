"""A form sent twice (a double click, a page sent again) acts once and leads to the same place."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.world import Caller, World

NEED = {"besoin": "Éclairage", "domaine": "eclairage-public", "unite": "light_point", "_once": "k1"}
COUNT = "select count(*) from need"
A_FILE = {"piece": ("plan.pdf", b"%PDF-1.7", "application/pdf")}


async def submit(town: Caller, form: dict[str, str], *, multipart: bool) -> httpx.Response:
    sent: dict[str, Any] = {"files": A_FILE} if multipart else {}
    return await town.http.post(
        "/besoins/nouveau", data=form, headers=town.headers, follow_redirects=False, **sent
    )


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_form_sent_again_leads_where_the_first_did_and_another_under_its_key_is_refused(
    world: World, multipart: bool
) -> None:
    town = await world.town()
    faulty = await submit(town, NEED | {"domaine": "magie"}, multipart=multipart)
    assert (faulty.status_code, await world.sql(COUNT)) == (422, 0)
    first = await submit(town, NEED, multipart=multipart)
    again = await submit(town, NEED, multipart=multipart)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    other = await submit(town, NEED | {"besoin": "Voirie"}, multipart=multipart)
    assert other.status_code == 422
    assert "a déjà servi pour une autre demande" in other.text
    assert await world.sql(COUNT) == 1


async def test_a_double_click_on_a_form_with_a_file_acts_once(world: World) -> None:
    town = await world.town()
    answers = await asyncio.gather(*(submit(town, NEED, multipart=True) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await world.sql(COUNT) == 1


async def test_the_same_form_with_another_file_is_another_demand(world: World) -> None:
    town = await world.town()
    await submit(town, NEED, multipart=True)
    other = await town.http.post(
        "/besoins/nouveau",
        data=NEED,
        headers=town.headers,
        files={"piece": ("plan.pdf", b"%PDF-2.0", "application/pdf")},
    )
    assert other.status_code == 422
    assert await world.sql(COUNT) == 1
