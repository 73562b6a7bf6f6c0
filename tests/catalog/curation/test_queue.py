"""The queue: what waits, since when, for whom, and how long answers take."""

import io
from datetime import UTC, datetime
from typing import Any

from openpyxl import load_workbook

from marketplace.actor import OrganisationKind, Role
from tests.catalog.curation.test_deciding import people, revised, submitted
from tests.pages.reader import Reader
from tests.support.curating import decides, publish, sent_back
from tests.support.world import Caller, World


async def at(world: World, day: str) -> None:
    """Noon UTC of `day`, on the market's clock."""
    instant = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    await world.sql("update clock_shift set shift = :to - now()", to=instant)


async def queue(curator: Caller, **asked: Any) -> list[tuple[str, int, bool]]:
    found = await curator.read("/reviews", **asked)
    assert found["total"] == len(found["items"])
    return [(row["name"], row["age"], row["late"]) for row in found["items"]]


async def four(world: World) -> tuple[Caller, Caller]:
    """Four submissions, of which the first is late on 1 June 2027; the third is a revision, read by the curator."""
    seller, curator = await people(world)
    await at(world, "2027-05-04")
    published = await submitted(seller, name="Publiée", domains=["mobilite"])
    await publish(curator, published["id"])
    await at(world, "2027-05-12")
    await submitted(seller, name="Ancienne")
    await at(world, "2027-05-21")
    await submitted(seller, name="Récente", domains=["mobilite", "eclairage-public"])
    await revised(seller, published["id"], name="Publiée", summary="Autre chose.", domains=["mobilite"])
    assert (await decides(curator, published["id"], "taking")).status_code == 200
    await at(world, "2027-06-01")
    return seller, curator


async def test_late_ones_come_first_ages_skip_holidays_and_filters_narrow(world: World) -> None:
    seller, curator = await four(world)
    await submitted(seller, name="Neuve", domains=["dechets-proprete"])
    found = await curator.read("/reviews")
    assert [(row["name"], row["age"], row["late"], row["due_on"]) for row in found["items"]] == [
        ("Ancienne", 13, True, "2027-05-27"),  # Whit Monday, 17 May 2027, is not counted
        ("Récente", 7, False, "2027-06-04"), ("Publiée", 7, False, "2027-06-04"), ("Neuve", 0, False, "2027-06-15"),
    ]  # fmt: skip
    assert [row["reader"] for row in found["items"]] == [None, None, curator.actor.name, None]
    for asked, names in (
        ({"which": "revision"}, ["Publiée"]), ({"which": "new", "domain": "mobilite"}, ["Récente"]), ({"late": "true"}, ["Ancienne"]),
        ({"mine": "true"}, ["Publiée"]), ({"domain": "mobilite"}, ["Récente", "Publiée"]), ({"mine": "true", "late": "true"}, []),
    ):  # fmt: skip
        assert [name for name, _, _ in await queue(curator, **asked)] == names, asked
    second = await curator.read("/reviews", page=2, per_page=3)
    assert ([row["name"] for row in second["items"]], second["total"]) == (["Neuve"], 4)
    for wrong in ({"which": "old"}, {"page": "0"}, {"late": "maybe"}):
        assert (await curator.get("/reviews", **wrong)).status_code == 422


async def test_the_page_marks_what_is_late_and_its_exports_say_the_same(world: World) -> None:
    _, curator = await four(world)
    reader = await Reader.arrive(world, "curator", curator.organisation, frozenset({Role.CURATOR}))
    page = await reader.reads("/relecture")
    assert page.h1 == "3 fiches à relire" and page.text.count("En retard") == 1
    assert curator.actor.name in page.text
    assert "Aucune fiche ne correspond" in (await reader.reads("/relecture?retard=1&nature=revision")).text
    assert (await reader.reads("/relecture?nature=x&domaine=y&retard=z")).h1 == "3 fiches à relire"
    csv = (await reader.http.get("/relecture.csv?retard=1")).content.decode("utf-8-sig").splitlines()
    assert len(csv) == 2
    assert csv[1].split(";")[0:2] == ["Ancienne", "Quinquet Systèmes"] and ";13;2027-05-27;oui;" in csv[1]
    book = load_workbook(io.BytesIO((await reader.http.get("/relecture.xlsx")).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Fiche", "Ancienne", "Récente", "Publiée"]
    assert rows[1][6] == 13


async def test_how_long_answers_took_is_measured_over_ninety_days(world: World) -> None:
    seller, curator = await people(world)
    assert (await curator.read("/reviews"))["measured"] == {
        "target": 10, "decisions": 0, "median": None, "ninetieth": None, "within_target": None,
    }  # fmt: skip
    await at(world, "2027-02-01")
    old = await submitted(seller, name="Vieille")
    await at(world, "2027-03-31")
    await publish(curator, old["id"])  # 42 working days, too long ago to count
    await at(world, "2027-09-01")  # a Wednesday
    sheets = [await submitted(seller, name=f"Fiche {n}") for n in range(4)]
    for day, sheet in zip(("2027-09-02", "2027-09-08", "2027-09-15", "2027-09-16"), sheets, strict=True):
        await at(world, day)
        if sheet is sheets[0]:
            await sent_back(curator, sheet["id"])  # an answer too
        else:
            await publish(curator, sheet["id"])
    measured = (await curator.read("/reviews"))["measured"]
    assert measured == {"target": 10, "decisions": 4, "median": 7.5, "ninetieth": 11, "within_target": 0.75}
    await curator.did(f"/reviews/{sheets[1]['id']}/suspension", {"reason": "Autre chose."})
    assert (await curator.read("/reviews"))["measured"] == measured  # no answer to a submission
    reader = await Reader.arrive(world, "curator", curator.organisation, frozenset({Role.CURATOR}))
    text = (await reader.reads("/relecture")).text
    assert "7,5 jours ouvrés" in text.replace("\u00a0", " ") and "75 %" in text.replace("\u00a0", " ")


async def test_names_of_curators_are_for_curators_of_any_staff_organisation_alone(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR, kind=OrganisationKind.SUPERVISOR)
    drafted = await submitted(seller)
    await decides(curator, drafted["id"], "taking")
    assert (await other.read("/reviews"))["items"][0]["reader"] == curator.actor.name
    shown = await world.http.get(
        f"/espace-entreprise/fiches/{drafted['id']}/relecture", headers=seller.headers
    )
    assert shown.status_code == 200 and curator.actor.name not in shown.text
    ask = "select fellow_curator(id) from person where email like :email"
    assert (
        await world.sql(ask, email=f"%{curator.actor.name.split()[-1]}@%") is None
    )  # the owner reviews nothing
