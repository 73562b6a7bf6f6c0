"""A pool that is not theirs does not exist for others; a member does not act for the coordinator; tables leave whole."""

import io
from typing import Any
from uuid import uuid4

from openpyxl import load_workbook

from tests.support import story
from tests.support.world import World

READS = (
    "",
    "/members",
    "/agreement",
    "/consultation",
    "/consultation/pack",
    "/comparison",
    "/award",
    "/progress",
    "/orders",
)
PAGES = (
    "",
    "/villes.csv",
    "/rejoindre",
    "/suite",
    "/deliberation",
    "/signature",
    "/comparaison",
    "/offres/import",
)
REASON, DAY = {"reason": "Parce que"}, {"census_ends_on": "2027-06-30"}
COORDINATION: tuple[tuple[str, Any], ...] = (
    ("/interest-call", None), ("/invitations", {"towns": ["18033"]}), ("/census", None), ("/census/closure", None),
    ("/census/extension", DAY), ("/census/reopening", DAY), ("/continuation", None), ("/individual", None),
    ("/commitment", None), ("/freeze", None), ("/abandonment", REASON), ("/suspension", REASON), ("/resumption", None),
    ("/closure", None), ("/consultation", {"quotes_due_on": "2027-06-30"}), ("/award", {"reasons": "Première"}),
    ("/award/withdrawal", None), ("/award/notification", None), ("/no-award", REASON), ("/relaunch", None),
)  # fmt: skip
TOWN_ACTS: tuple[tuple[str, Any], ...] = (
    ("/membership", None), ("/membership/confirmation", None), ("/membership/refusal", REASON), ("/membership/withdrawal", REASON),
    ("/membership/deliberation", {"number": "1", "voted_on": "2026-01-05", "transmitted_on": "2026-01-06"}),
    ("/membership/signature", {"sha256": "0" * 64, "signatory_name": "A", "signatory_title": "B", "signed_on": "2026-01-07"}),
)  # fmt: skip


async def test_a_pool_not_theirs_is_missing_for_other_towns_startups_and_visitors(world: World) -> None:
    told = await story.in_commitment(world, [("12", "0"), ("8", "0")])
    missing = f"/pools/{uuid4()}"
    for outsider in (await world.town("18197"), told.sellers[0], world.visitor):
        for path in READS:
            answers = [await outsider.get(f"{pool}{path}") for pool in (told.path, missing)]
            assert _told(answers[0]) == _told(answers[1]), path
            assert answers[0].status_code in {401, 404}, path
        for page in PAGES:
            shown = await world.http.get(f"/achats/{told.pool['id']}{page}", headers=outsider.headers)
            assert shown.status_code in {303, 401, 403, 404, 405}, page
            assert "Télégestion de l’éclairage" not in shown.text, page
    stranger = await world.town("18197")
    for path, body in COORDINATION + TOWN_ACTS:
        refusal = await stranger.post(f"{told.path}{path}", body)
        assert refusal.status_code == 404, path
    assert told.pool["title"] not in (await stranger.get("/pools")).text
    assert (await told.fresh())["state"] == "commitment"


async def test_no_act_of_the_coordinator_is_a_members(world: World) -> None:
    told = await story.opened(world, towns=2, sellers=0, line={"estimate_unit_cents": 10000})
    coordinator, member = told.towns
    await coordinator.did(f"{told.path}/invitations", {"towns": ["18033"]})

    async def refused() -> None:
        before = await told.fresh()
        for path, body in COORDINATION:
            refusal = await member.post(f"{told.path}{path}", body)
            assert refusal.status_code in {403, 404, 409}, (before["state"], path, refusal.text)
        assert await told.fresh() == before

    await refused()
    await coordinator.did(f"{told.path}/interest-call")
    await member.did(f"{told.path}/membership")
    await refused()
    await coordinator.did(f"{told.path}/census")
    for town in told.towns:
        need = {"needs": [{"line_id": told.line, "firm": "9"}]}
        await town.did(f"{told.path}/membership/needs", need, method="put")
    await refused()
    await coordinator.did(f"{told.path}/census/closure")
    await refused()
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await coordinator.did(f"{told.path}/commitment")
    await world.work()
    await refused()
    await story.sign_all(told)
    await coordinator.did(f"{told.path}/freeze")
    await refused()
    await coordinator.did(f"{told.path}/suspension", REASON)
    await refused()


async def test_the_table_of_towns_leaves_as_csv_and_xlsx_with_nothing_a_spreadsheet_would_run(
    world: World,
) -> None:
    told = await story.declared(
        world, [("1200", "1"), ("8", "0")], sellers=0, line={"label": '=HYPERLINK("x")'}
    )
    at = f"/achats/{told.pool['id']}/villes"
    csv = await world.http.get(f"{at}.csv", headers=told.coordinator.headers)
    assert csv.status_code == 200
    assert csv.headers["content-disposition"] == 'attachment; filename="villes.csv"'
    header, vierzon, bourges = csv.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Ville;INSEE;SIREN;État;")
    assert ";=" not in header
    assert ';"=' not in header
    assert vierzon.startswith("Vierzon;18279;")
    assert vierzon.endswith(";besoin déclaré;1200;1;1201")
    assert bourges.endswith(";besoin déclaré;8;0;8")
    xlsx = await world.http.get(f"{at}.xlsx", headers=told.coordinator.headers)
    sheet = load_workbook(io.BytesIO(xlsx.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows] == ["Ville", "Vierzon", "Bourges"]
    assert [row[4:] for row in rows[1:]] == [[1200, 1, 1201], [8, 0, 8]]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert (await world.http.get(f"{at}.pdf", headers=told.coordinator.headers)).status_code == 404


async def test_progress_tells_members_when_a_page_should_be_read_again(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")])
    before = await told.towns[1].read(f"{told.path}/progress")
    assert (before["job"], before["done"], before["total"]) == (None, 0, 0)
    await told.coordinator.did(f"{told.path}/census/closure")
    closed = await told.towns[1].read(f"{told.path}/progress")
    await world.work()
    consolidated = await told.towns[1].read(f"{told.path}/progress")
    assert len({before["stamp"], closed["stamp"], consolidated["stamp"]}) == 3


def _told(answer: Any) -> tuple[int, str]:
    """What is told of a pool: the same for one that is hidden and one that is not there."""
    problem = answer.json()
    return answer.status_code, problem["code"] if isinstance(problem, dict) else problem


async def test_a_pool_is_read_on_a_day_that_no_rule_of_ours_reaches(world: World) -> None:
    told = await story.declared(world, [("120", "10"), ("80", "0")])
    before = await world.http.get(f"/achats/{told.pool['id']}", headers=told.coordinator.headers)
    assert "Sous le seuil" in before.text
    await world.advance(3000)
    assert (await told.fresh())["compass"] is None
    page = await world.http.get(f"/achats/{told.pool['id']}", headers=told.coordinator.headers)
    assert page.status_code == 200
    assert "ne couvrent pas encore la date" in page.text
