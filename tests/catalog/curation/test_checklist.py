"""The checklist: what is asked of which sheet, and answers that nobody overwrites unseen."""

import asyncio
from typing import Any

from catalog.curation.checklist import BY_DOMAIN, GENERAL, ITEMS, items_for
from catalog.solutions.fields import FIELDS
from catalog.solutions.questionnaire import QUESTIONS
from catalog.taxonomy import domains
from marketplace.actor import Role
from tests.catalog.curation.test_deciding import people, submitted
from tests.catalog.solutions.sheets import content
from tests.support.curating import answered, decides, publish, review, sent_back
from tests.support.world import World


def keys(**of: Any) -> set[str]:
    return {item.key for item in items_for(of)}


def test_every_item_names_domains_answers_and_fields_that_exist() -> None:
    assert len(ITEMS) == len(GENERAL) + len(BY_DOMAIN)
    for item in ITEMS.values():
        assert item.domains <= set(domains()), item.key
        assert item.data_kinds <= set(QUESTIONS["data_kinds"].choices), item.key
        assert item.sentence and item.why
        for start in item.looks_at:
            assert start == "references." or any(path.startswith(start) for path in FIELDS), (item.key, start)


def test_general_items_are_asked_of_all_and_the_others_of_their_domains_or_data() -> None:
    general = {item.key for item in GENERAL}
    assert keys() == general
    assert keys(domains=["eclairage-public"]) - general == {"energy_method", "works"}
    assert {"article_28", "minors"} <= keys(domains=["education-enfance"])
    plain = keys(domains=["eau-assainissement"], answers={"data_kinds": ["technical"]})
    watched = keys(domains=["eau-assainissement"], answers={"data_kinds": ["images", "location"]})
    assert watched - plain == {"article_28", "minors", "images"}
    assert "health" in keys(answers={"data_kinds": ["health"]})


async def test_nothing_is_published_before_every_item_is_answered_and_a_no_says_why(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    found = await review(curator, drafted["id"])
    refused = await decides(curator, drafted["id"], "publication", {"checklist": answered(found)[1:]})
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == ["checklist.identity"]
    assert [one["answer"] for one in (await review(curator, drafted["id"]))["checklist"]] == [None] * len(found["checklist"])  # fmt: skip
    path = f"/reviews/{drafted['id']}/checklist"
    for wrong, where in (
        ([{"item": "claims", "answer": "no"}], "answers[0].note"),
        ([{"item": "minors", "answer": "yes"}], "answers[0].item"),
        ([{"item": "claims", "answer": "yes"}] * 2, "answers[1].item"),
        ([{"item": "claims", "answer": "perhaps"}], "answers[0].answer"),
        ([{"item": "claims", "answer": "no", "note": "<b>x</b>"}], "answers[0].note"),
        ([], "answers"),
    ):
        answer = await curator.put(path, {"answers": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, where)
    noted = [{"item": "claims", "answer": "no", "note": "Le chiffre de 40 % n’a pas de source."}]
    await curator.did(path, {"answers": noted}, method="put")
    await publish(curator, drafted["id"])
    (remark,) = (await seller.read(f"/my/solutions/{drafted['id']}/review"))["decisions"][0]["remarks"]
    assert (remark["item"], remark["note"]) == ("claims", noted[0]["note"])
    assert remark["sentence"].startswith("Chaque chiffre")


async def test_of_two_curators_who_answer_the_same_item_the_second_is_told_what_changed(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    drafted = await submitted(seller)
    path = f"/reviews/{drafted['id']}/checklist"
    yes = {"answers": [{"item": "plain", "answer": "yes"}]}
    no = {
        "answers": [
            {"item": "plain", "answer": "no", "note": "Trop beau."},
            {"item": "prices", "answer": "yes"},
        ]
    }
    answers = await asyncio.gather(curator.put(path, yes), other.put(path, no))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    won = 0 if answers[0].status_code == 200 else 1
    refusal = answers[1 - won].json()
    assert (refusal["code"], refusal["facts"]["item"], refusal["facts"]["current"]) == (
        "tick_changed",
        "plain",
        1,
    )
    assert (curator, other)[won].actor.name in refusal["title"]
    kept = {one["item"]: one for one in (await review(curator, drafted["id"]))["checklist"]}
    assert kept["plain"]["answer"] == ("yes", "no")[won]
    assert kept["prices"]["answer"] == (None, "yes")[won]  # all of what is sent, or nothing
    again = {"answers": [{"item": "plain", "answer": "not_applicable", "version": 1}]}
    assert (await curator.put(path, again)).status_code == 200
    same = await other.put(path, {"answers": [{"item": "plain", "answer": "not_applicable", "version": 1}]})
    assert same.status_code == 200  # they agree: nothing is overwritten
    assert await world.sql("select version from review_tick where item = 'plain'") == 2
    ahead = await other.put(path, {"answers": [{"item": "exit", "answer": "yes", "version": 3}]})
    assert (ahead.status_code, ahead.json()["code"]) == (412, "stale_version")


async def test_an_answer_stands_until_what_it_looks_at_changes(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, path = f"/my/solutions/{drafted['id']}", f"/reviews/{drafted['id']}/checklist"
    found = await review(curator, drafted["id"])
    await curator.did(path, {"answers": answered(found)}, method="put")
    await sent_back(curator, drafted["id"])
    late = await curator.put(
        path, {"answers": [{"item": "plain", "answer": "no", "note": "x", "version": 1}]}
    )
    assert (late.status_code, late.json()["code"]) == (409, "move_refused")
    version = (await seller.read(mine))["version"]
    await seller.did(
        mine, content(summary="Le meilleur éclairage du monde."), method="put", If_Match=str(version)
    )
    await seller.did(f"{mine}/submission")
    found = await review(curator, drafted["id"])
    assert {one["item"] for one in found["checklist"] if one["outdated"]} == {"plain", "claims"}
    refused = await decides(curator, drafted["id"], "publication")
    assert {error["path"] for error in refused.json()["errors"]} == {"checklist.plain", "checklist.claims"}
    await publish(curator, drafted["id"])
