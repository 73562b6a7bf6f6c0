"""A town freezes what it was answered: whole, hashed, unchangeable, and its own."""

import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.actor import Role
from marketplace.ids import new_id
from tests.search.register.frozen import SEARCH, directory, indexed, matched
from tests.support.world import Caller, World

PATH = "/sourcing-records"


def hashed(record: dict[str, Any]) -> dict[str, Any]:
    """The content of a record, after its hash was checked by hand."""
    assert hashlib.sha256(record["content"].encode()).hexdigest() == record["sha256"]
    told: dict[str, Any] = json.loads(record["content"])
    again = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again == record["content"], "the text is the canonical one"
    return told


async def test_a_search_is_asked_logged_and_frozen_in_one_act(world: World) -> None:
    await directory(world)
    town = await world.town()
    record = await town.did(PATH, {"title": "Éclairage, novembre", "search": SEARCH, "note": "Vu au salon."})
    told = hashed(record)
    assert (record["kind"], record["text"], record["total"]) == ("search", "éclairage public", 3)
    assert {sheet["slug"] for sheet in told["ordered"]} == {"lanterne", "veilleuse", "phare"}
    assert [sheet["place"] for sheet in told["ordered"]] == [1, 2, 3]
    assert told["ordered"][0]["supplier"].startswith("Maison ")
    assert (told["asked"]["domain"], told["note"], told["engine"]) == (
        ["eclairage-public"],
        "Vu au salon.",
        "postgres",
    )
    assert (told["town"]["name"], told["frozen_by"]) == ("Vierzon", str(town.actor.person_id))
    assert told["asked_at"] == told["frozen_at"]
    log = await world.sql("select id from search_log where kind = 'search'")
    assert told["log_id"] == str(log)
    assert await town.read(f"{PATH}/{record['id']}") == record
    line = await world.sql("select after from audit_line where action = 'sourcing.freeze'")
    assert line == {"kind": "search", "sha256": record["sha256"]}, "the sealed journal holds the hash"


async def test_a_match_is_frozen_as_it_was_answered_with_what_was_excluded_and_the_weights(
    world: World,
) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town)
    await world.sql("update solution set state = 'suspended' where slug = 'veilleuse'")
    record = await town.did(PATH, {"title": "Éclairer moins", "log_id": str(log.id)})
    told = hashed(record)
    assert (record["kind"], record["text"]) == ("match", "Éclairer moins")
    assert [(s["slug"], s["score"], s["name"]) for s in told["ordered"]] == [
        ("veilleuse", 0.9, None),
        ("lanterne", 0.8, "Lanterne"),
    ]
    assert told["excluded"] == log.excluded
    assert (told["weights"], told["index"], told["answer"]) == (log.weights, "7", log.answer)


async def test_a_short_list_keeps_the_town_s_reasons_beside_the_whole_answer(world: World) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town)
    chosen = [{"slug": "lanterne", "reason": "Confirmée par Bourges."}, {"slug": "tri", "reason": "Vue ailleurs."}]  # fmt: skip
    record = await town.did(PATH, {"title": "Retenues", "log_id": str(log.id), "choices": chosen})
    told = hashed(record)
    assert (record["kind"], told["origin"]) == ("shortlist", "match")
    assert [(c["slug"], c["reason"], c["place"]) for c in told["choices"]] == [
        ("lanterne", "Confirmée par Bourges.", 2),
        ("tri", "Vue ailleurs.", None),
    ]
    assert len(told["ordered"]) == 2


async def test_a_record_is_linked_to_the_town_s_own_need_and_to_no_other(world: World) -> None:
    await directory(world)
    town, other = await world.towns(2)
    need = {"text": "Éclairer moins", "domain": "eclairage-public", "unit": "light_point"}
    mine, theirs = [(await who.did("/needs", need))["id"] for who in (town, other)]
    record = await town.did(PATH, {"title": "T", "search": SEARCH, "need_id": mine})
    assert record["need_id"] == hashed(record)["need_id"] == mine
    refused = await town.post(
        PATH, {"title": "T", "search": SEARCH, "need_id": theirs, "pool_id": str(new_id())}
    )
    assert refused.status_code == 422
    assert {fault["path"] for fault in refused.json()["errors"]} == {"need_id", "pool_id"}


async def test_what_is_wrong_is_told_at_once_and_nothing_is_kept(world: World) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town)
    log_id = str(log.id)
    wrong: list[tuple[dict[str, Any], set[str]]] = [
        ({"title": "T"}, {"log_id"}),
        ({"title": "T", "search": SEARCH, "log_id": log_id}, {"log_id"}),
        ({"title": "T", "log_id": str(new_id())}, {"log_id"}),
        ({"title": " ", "search": SEARCH | {"sort": "le moins cher"}, "note": "<b>"}, {"title", "search.sort", "note"}),
        ({"title": "T", "log_id": log_id, "choices": [{"slug": "absente", "reason": "R"}, {"slug": "tri", "reason": "R"}, {"slug": "tri", "reason": "R"}]},
         {"choices[0].slug", "choices[2].slug"}),
        ({"title": "T", "log_id": log_id, "choices": [{"slug": "tri", "reason": " "}]}, {"choices[0].reason"}),
    ]  # fmt: skip
    for body, paths in wrong:
        refused = await town.post(PATH, body)
        assert refused.status_code == 422, refused.text
        assert {fault["path"] for fault in refused.json()["errors"]} == paths, refused.text
    assert await world.sql("select count(*) from sourcing_record") == 0
    assert await world.sql("select count(*) from search_log") == 1


async def test_another_town_s_answer_is_as_unknown_as_none_and_so_is_its_record(world: World) -> None:
    await directory(world)
    town, other = await world.towns(2)
    log = await matched(world, other)
    refused = await town.post(PATH, {"title": "T", "log_id": str(log.id)})
    assert refused.status_code == 422
    record = await other.did(PATH, {"title": "T", "log_id": str(log.id)})
    watcher, startup = await world.staff(Role.SUPERVISOR), await world.startup()
    assert town.organisation is not None
    reader = await world.member(other.organisation, frozenset({Role.READER}))  # type: ignore[arg-type]
    for who, status in ((town, 404), (watcher, 404), (startup, 404), (world.visitor, 404), (reader, 200)):
        for path in (f"{PATH}/{record['id']}", f"{PATH}/{record['id']}/replay"):
            assert (await who.get(path)).status_code == status
    assert (await town.read(PATH))["items"] == []
    assert [item["id"] for item in (await reader.read(PATH))["items"]] == [record["id"]]
    assert (await reader.post(PATH, {"title": "T", "log_id": str(log.id)})).status_code == 403


async def test_a_record_is_never_changed_nor_removed_by_any_role(world: World) -> None:
    await directory(world)
    town = await world.town()
    record = await town.did(PATH, {"title": "T", "search": SEARCH})
    statements = (
        "update sourcing_record set title = 'X'",
        "delete from sourcing_record",
        "truncate sourcing_record",
    )
    for statement in statements:
        with pytest.raises(DBAPIError, match="insert-only"):
            await world.sql(statement)
        for database in (world.app.state.database, world.as_worker):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction(town.actor) as session:
                    await session.execute(text(statement))
    assert (await town.read(f"{PATH}/{record['id']}"))["title"] == "T"


async def test_the_database_refuses_a_hash_that_is_not_its_content_s_and_a_record_in_another_s_name(
    world: World,
) -> None:
    town, other = await world.towns(2)
    insert = (
        "insert into sourcing_record (id, frozen_at, town_id, person_id, kind, title, text, total, content, sha256)"
        " values (gen_random_uuid(), now(), :town, :person, 'search', 't', '', 0, '{}', :sha256)"
    )
    right = hashlib.sha256(b"{}").hexdigest()
    reader = replace(town.actor, roles=frozenset({Role.READER}))
    for acting, by, sha256, said in (
        (town.actor, town.actor, "0" * 64, "sha256"),
        (other.actor, town.actor, right, "row-level security"),
        (town.actor, replace(town.actor, person_id=new_id()), right, "row-level security"),
        (reader, town.actor, right, "row-level security"),
    ):
        with pytest.raises(DBAPIError, match=said):
            async with world.app.state.database.transaction(acting) as session:
                await session.execute(
                    text(insert), {"town": by.organisation_id, "person": by.person_id, "sha256": sha256}
                )


async def test_freezing_twice_with_the_same_key_makes_one_record(world: World) -> None:
    await directory(world)
    town = await world.town()
    first = await town.did(PATH, {"title": "T", "search": SEARCH}, idempotency_key="k1")
    await indexed(world)
    assert (await town.did(PATH, {"title": "T", "search": SEARCH}, idempotency_key="k1"))["id"] == first["id"]
    assert await world.sql("select count(*) from sourcing_record") == 1


async def test_records_are_found_by_words_and_by_kind_page_by_page(world: World) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town)
    made = [
        await town.did(PATH, {"title": "100 % LED_", "search": SEARCH}),
        await town.did(PATH, {"title": "Bacs", "search": {"q": "dechets"}}),
        await town.did(PATH, {"title": "Besoin", "log_id": str(log.id)}),
    ]

    async def titles(who: Caller = town, **asked: Any) -> list[str]:
        return [item["title"] for item in (await who.read(PATH, **asked))["items"]]

    assert await titles() == ["Besoin", "Bacs", "100 % LED_"]
    assert await titles(q="ECLAIRAGE") == ["100 % LED_"]
    assert await titles(q="%") == ["100 % LED_"], "a wildcard is a character like another"
    assert await titles(kind="match") == ["Besoin"]
    assert await titles(per_page=2, page=2) == ["100 % LED_"]
    assert (await town.read(PATH, per_page=2))["total"] == len(made)
    assert (await town.get(PATH, q="\0")).status_code == 200
    assert UUID(made[0]["id"])
