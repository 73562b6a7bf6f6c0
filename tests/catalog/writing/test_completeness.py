"""What a sheet still misses is a list of things to do, each with what it would change."""

from typing import Any

from catalog.solutions.content import SheetDraft
from catalog.solutions.fields import FIELDS, Step
from catalog.writing.completeness import tasks
from tests.catalog.solutions.sheets import content
from tests.support.world import World


def paths(said: dict[str, Any]) -> list[str]:
    return [task.path for task in tasks(SheetDraft.model_validate(said).stored())]


def test_a_name_alone_misses_first_what_prevents_submission_then_what_towns_ask() -> None:
    found = tasks({"name": "Un début", "maturity": "unknown"})
    assert [task.path for task in found if task.needed] == ["summary", "description", "domains", "maturity"]
    assert all(task.needed for task in found[:4])
    steps = [list(Step).index(task.step) for task in found[4:]]
    assert steps == sorted(steps)
    assert all(task.missing and task.change and task.step is FIELDS[task.path].step for task in found)
    assert len({task.path for task in found}) == len(found)


def test_what_is_written_is_no_longer_missing_and_not_knowing_still_is() -> None:
    before = paths(content())
    assert {"answers.hosting_country", "references", "attachments"} <= set(before)
    assert "prices" not in before
    assert "prices" in paths(content(prices=[]))
    assert "answers.hosting_country" in paths(content(answers={"hosting_country": "unknown"}))
    assert "answers.hosting_country" not in paths(content(answers={"hosting_country": "eu"}))
    assert "answers.exports" in paths(content(answers={"exports": ["unknown"]}))


def test_a_domain_asks_what_its_towns_ask() -> None:
    def said(domain: str, path: str, **answers: Any) -> str:
        found = tasks(SheetDraft.model_validate(content(domains=[domain], answers=answers)).stored())
        return next((task.missing for task in found if task.path == path), "")

    assert "TALQ" in said("eclairage-public", "answers.standards")
    assert "GTFS" in said("mobilite", "answers.standards")
    assert not said("culture-tourisme-sport", "answers.standards")
    assert said("cybersecurite", "answers.certifications").startswith("SecNumCloud")
    assert said("sante-social", "answers.certifications").startswith("HDS")
    assert not said("cybersecurite", "answers.certifications", hosting_country="town")
    assert not said("eclairage-public", "answers.subprocessors", data_kinds=["technical"])
    assert said("eclairage-public", "answers.subprocessors", data_kinds=["technical", "personal"])


async def test_the_tasks_of_a_sheet_are_its_startups_to_read(world: World) -> None:
    seller, other = await world.startup(), await world.startup("Lucivoie")
    drafted = await seller.did("/my/solutions", {"name": "Un début"})
    path = f"/my/solutions/{drafted['id']}/tasks"
    found = await seller.read(path)
    assert {name: str(said).replace("\u00a0", " ") if name == "change" else said for name, said in found[0].items()} == {
        "path": "summary", "step": "identity", "missing": "La solution n’est pas dite en une phrase.", "needed": True,
        "change": "C’est la phrase que les villes lisent dans la liste des résultats : sans elle, la fiche ne peut pas être envoyée.",
    }  # fmt: skip
    refused = await seller.post(f"/my/solutions/{drafted['id']}/submission")
    needed = {task["path"] for task in found if task["needed"]}
    assert {fault["path"] for fault in refused.json()["errors"]} == needed
    await seller.did(f"/my/solutions/{drafted['id']}", content(), method="put", If_Match="1")
    after = await seller.read(path)
    assert not [task for task in after if task["needed"]]
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    assert (await other.get(path)).status_code == 404
    assert (await world.visitor.get(path)).status_code in {401, 404}
