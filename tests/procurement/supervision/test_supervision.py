"""Supervision reads phases, dates, volumes and awarded totals of all pools: no cap, no offer, no unit price, no act."""

from typing import Any
from uuid import UUID

from marketplace.actor import Role
from tests.support import story
from tests.support.story import Story
from tests.support.world import Caller, World

SECRETS = (17654, 18765, 19876)
"""Unit prices offered, and written nowhere else."""
CAP = 3133700
QUALITY = "Garantie zibeline"


async def told_to_the_end(world: World) -> Story:
    told = await story.in_census(world, towns=2, sellers=3)
    for town, firm in zip(told.towns, ("120", "80"), strict=True):
        need = {"line_id": told.line, "firm": firm, "tolerance": "5", "price_cap_cents": CAP}
        await town.did(f"{told.path}/membership/needs", {"needs": [need]}, method="put")
    return told


async def test_supervision_never_reads_a_price_cap_an_offer_or_a_unit_price(world: World) -> None:
    told = await told_to_the_end(world)
    supervisor, curator = await world.staff(Role.SUPERVISOR, Role.AUDITOR), await world.staff(Role.CURATOR)
    await told.coordinator.did(f"{told.path}/census/closure")
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await told.coordinator.did(f"{told.path}/commitment")
    await world.work()
    await story.sign_all(told)
    await told.coordinator.did(f"{told.path}/freeze")
    due = {"quotes_due_on": str((await world.today()).replace(year=2027, month=3, day=1))}
    consultation = (await told.coordinator.did(f"{told.path}/consultation", due))["id"]
    await world.work()
    for seller, cents in zip(told.sellers, SECRETS, strict=True):
        sealed = story.offer(told.line, [(0, cents), (190, cents - 3)], quality=QUALITY)
        await seller.did(f"/consultations/{consultation}/quotes", sealed)
    await nothing_shows(world, told, supervisor)
    await world.advance(200)
    compared = await told.coordinator.read(f"{told.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await told.coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    await told.coordinator.did(f"{told.path}/award", {"reasons": "Première."})
    await nothing_shows(world, told, supervisor)
    assert (await followed(supervisor, told))["awarded_ht_cents"] is None
    await told.coordinator.did(f"{told.path}/award/notification")
    await world.work()
    seen = await followed(supervisor, told)
    assert (seen["state"], seen["awarded_ht_cents"], seen["members"]) == (
        "execution",
        200 * (SECRETS[0] - 3),
        2,
    )
    assert seen["volumes"] == [{"unit": "light_point", "quantity": "200"}]
    await nothing_shows(world, told, supervisor)
    await nothing_shows(world, told, curator)


async def test_supervision_acts_on_nothing(world: World) -> None:
    told = await story.ordered(world, [("12", "0"), ("8", "0")], sellers=3)
    supervisor = await world.staff(Role.SUPERVISOR, Role.AUDITOR)
    before, orders = await told.fresh(), await told.coordinator.read(f"{told.path}/orders")
    schema = (await world.http.get("/schema/openapi.json")).json()
    ours = {
        "pool_id": told.pool["id"],
        "order_id": orders[0]["id"],
        "membership_id": told.pool["my_membership"]["id"],
    }
    tried = 0
    for path, verbs in schema["paths"].items():
        if not any(
            room in path
            for room in ("/needs", "/pools", "/consultations", "/orders", "/invoices", "/billing-mandate")
        ):
            continue
        for verb in set(verbs) & {"post", "put", "patch", "delete"}:
            at = filled(path, ours)
            answer = await world.http.request(
                verb, at, **body_of(schema, verbs[verb]), headers=supervisor.headers | {"If-Match": "1"}
            )
            tried += 1
            assert answer.status_code in {403, 404}, (verb, at, answer.text)
    assert tried > 40
    assert await told.fresh() == before
    assert await told.coordinator.read(f"{told.path}/orders") == orders


async def test_the_list_of_all_pools_is_for_supervision_and_says_what_is_late(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    supervisor = await world.staff()
    for who, status in ((told.coordinator, 403), (await world.startup(), 403), (world.visitor, 401)):
        assert (await who.get("/supervision/pools")).status_code == status
    seen = await followed(supervisor, told)
    assert (seen["basket"], seen["coordinator"], seen["deadline"]) == (
        "running",
        "Vierzon",
        told.pool["census_ends_at"],
    )
    await world.advance(15)
    assert (await followed(supervisor, told))["basket"] == "waiting"
    await world.advance(10)
    await world.advance(15)
    late = await followed(supervisor, told)
    assert (late["state"], late["basket"]) == ("consolidation", "late")
    assert "2" in late["stuck"]
    csv = await world.http.get("/suivi.csv", headers=supervisor.headers)
    assert csv.content.decode("utf-8-sig").splitlines()[1].startswith("Télégestion de l’éclairage;")
    assert (await world.http.get("/suivi.csv", headers=told.coordinator.headers)).status_code == 403


async def followed(supervisor: Caller, told: Story) -> dict[str, Any]:
    rows = await supervisor.read("/supervision/pools")
    return next(row for row in rows if row["id"] == told.pool["id"])


async def nothing_shows(world: World, told: Story, supervisor: Caller) -> None:
    """Walk every GET of the API and the pool's pages as supervision: no secret figure, nor its spelling in euros."""
    schema = (await world.http.get("/schema/openapi.json")).json()
    known = {"pool_id": told.pool["id"]}
    for table, name in (
        ("consultation", "consultation_id"),
        ("purchase_order", "order_id"),
        ("membership", "membership_id"),
        ("quote", "quote_id"),
    ):
        found = await world.sql(f"select id from {table} limit 1")
        if isinstance(found, UUID):
            known[name] = str(found)
    paths = [filled(path, known) for path, verbs in schema["paths"].items() if "get" in verbs]
    paths += [
        f"/achats/{told.pool['id']}{end}"
        for end in ("", "/villes.csv", "/offres", "/offres.csv", "/suite", "/rejoindre")
    ]
    paths += ["/suivi", "/suivi.csv", "/achats", "/commandes", "/factures"]
    for path in paths:
        answer = await world.http.get(path, headers=supervisor.headers)
        assert answer.status_code < 500, path
        said = answer.text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
        for cents in (*SECRETS, *(s - 3 for s in SECRETS), CAP):
            for written in (
                f"{cents}",
                f"{cents // 100},{cents % 100:02d}",
                f"{cents // 100}.{cents % 100:02d}",
            ):
                assert not figure_in(written, said), (path, written)
        assert "zibeline" not in said, path


def figure_in(figure: str, text: str) -> bool:
    """Whether `figure` stands in `text` by itself, not inside a longer number or an identifier."""
    at = text.find(figure)
    while at >= 0:
        around = text[max(at - 1, 0) : at] + text[at + len(figure) : at + len(figure) + 1]
        if not any(c.isalnum() or c == "-" for c in around):
            return True
        at = text.find(figure, at + 1)
    return False


def filled(path: str, known: dict[str, str]) -> str:
    nothing = "00000000-0000-0000-0000-000000000000"
    parts = [known.get(part[1:-1], nothing) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


SOUND = {
    "domain": "eclairage-public",
    "unit": "light_point",
    "sha256": "0" * 64,
    "unit_price_cents": 1,
    "cents": 1,
}
"""What the schema's types alone do not tell."""


def body_of(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """A sound body, as the client wants it, of the required fields; or nothing."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"json": example(schema, content["application/json"]["schema"])}
    if "multipart/form-data" in content:
        fields = example(schema, content["multipart/form-data"]["schema"])
        return {"files": {name: (None, str(value)) for name, value in fields.items()}}
    return {}


def example(schema: dict[str, Any], wanted: dict[str, Any]) -> Any:
    if "$ref" in wanted:
        return example(schema, schema["components"]["schemas"][wanted["$ref"].rsplit("/", 1)[1]])
    kind = wanted.get("type")
    if kind == "object":
        required = wanted.get("required", [])
        return {n: SOUND.get(n) or example(schema, wanted["properties"][n]) for n in required}
    if kind == "array":
        return [example(schema, wanted["items"])]
    if wanted.get("enum"):
        return wanted["enum"][0]
    formats = {"uuid": "00000000-0000-0000-0000-000000000000", "date": "2026-01-05"}
    plain = {"integer": 1, "boolean": False}
    return plain[kind] if kind in plain else formats.get(wanted.get("format", ""), "12345")
