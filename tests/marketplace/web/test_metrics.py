"""`/metrics`: what it counts, what it never says, and to whom it answers."""

import re
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from marketplace import VERSION
from marketplace.settings import Settings
from tests.support import story
from tests.support.world import World

TOKEN = "jeton de surveillance"


def figures(answer: httpx.Response) -> dict[str, float]:
    """Every sample by its name and labels, as written."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


async def test_requests_are_counted_by_route_method_and_status_and_never_by_who_or_what(world: World) -> None:
    told = await story.in_census(world, towns=2)
    before = figures(await world.http.get("/metrics"))
    for _ in range(3):
        await told.coordinator.read(told.path)
    await world.visitor.get(told.path.replace("-7", "-4"))
    await world.http.get("/nulle-part/01a214f0-ac2e-7267-8164-846ab31ddcf9")
    await world.http.request("PURGE", "/")
    found = figures(await world.http.get("/metrics"))
    route = "/api/v1/pools/{pool_id}"
    counted = f"lot_commun_http_requests_total{{method=GET,route={route},status=200}}"
    assert found[counted] - before.get(counted, 0) == 3
    assert found[f"lot_commun_http_requests_total{{method=GET,route={route},status=404}}"] == 1
    assert found["lot_commun_http_requests_total{method=GET,route=unknown,status=404}"] == 1
    assert any("method=OTHER" in name for name in found)
    assert found[f"lot_commun_http_request_duration_seconds_bucket{{le=+Inf,method=GET,route={route}}}"] >= 4
    assert not [name for name in found if re.search(r"[0-9a-f]{8}-|@|PURGE|nulle-part", name)]
    assert any(name.startswith("lot_commun_build_info{") and f"version={VERSION}" in name for name in found)


async def test_what_waits_is_read_in_the_database(world: World) -> None:
    empty = figures(await world.http.get("/metrics"))
    assert empty["lot_commun_outbox_rows{status=pending}"] == 0
    await world.sql(
        "insert into outbox (id, topic, handler, key, payload, status, claims, starts, failures, created_at, next_at) values "
        "(gen_random_uuid(), 't', '', 'late', '{}', 'pending', 0, 0, 0, now() - interval '90 s', now() - interval '1 s'),"
        "(gen_random_uuid(), 't', '', 'dead', '{}', 'dead', 0, 0, 5, now(), now())"
    )
    await world.sql(
        "insert into mail (id, key, recipient, subject, body, state) values (gen_random_uuid(), 'k', 'a@b.test', 's', 'b', 'unknown')"
    )
    found = figures(await world.http.get("/metrics"))
    assert found["lot_commun_outbox_rows{status=pending}"] == 1
    assert found["lot_commun_outbox_rows{status=dead}"] == 1
    assert 90 <= found["lot_commun_outbox_oldest_due_seconds{}"] < 150
    assert found["lot_commun_mails{state=unknown}"] == 1
    assert found["lot_commun_mails{state=queued}"] == 0
    assert found["lot_commun_database_up{}"] == 1
    assert found["lot_commun_database_connections{state=in_use}"] >= 0


async def test_without_its_database_it_says_so_and_still_answers(world: World) -> None:
    await world.sql("revoke execute on function operating_figures() from lotcommun_app")
    assert figures(await world.http.get("/metrics"))["lot_commun_database_up{}"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "achats.exemple.fr"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
)
async def test_without_a_token_a_request_that_a_proxy_passed_on_finds_nothing(
    world: World, headers: dict[str, str]
) -> None:
    assert (await world.http.get("/metrics", headers=headers)).status_code in {404, 421}


async def test_without_a_token_another_machine_finds_nothing(world: World) -> None:
    transport = httpx.ASGITransport(app=world.app, client=("192.0.2.7", 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        missing = await http.get("/metrics")
        assert missing.status_code == 404
        assert "lot_commun" not in missing.text


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 401), ("Bearer ", 401), ("Bearer autre jeton de surveillance", 401), (f"Bearer {TOKEN}", 200)],
)
async def test_with_a_token_only_who_bears_it_reads(
    settings: Settings, given: str | None, status: int
) -> None:
    guarded = replace(settings, metrics=settings.metrics.model_copy(update={"token": SecretStr(TOKEN)}))
    async with World.open(guarded) as world:
        headers = {"X-Forwarded-For": "192.0.2.7"} if status == 200 else {}
        answer = await world.http.get(
            "/metrics", headers=headers | ({"Authorization": given} if given else {})
        )
        assert answer.status_code == status
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
