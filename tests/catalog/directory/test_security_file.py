"""The security and privacy file: what an IT officer needs, what is not answered, and nothing that its reader may not know."""

import io
from typing import Any

import pikepdf

from catalog.solutions.questionnaire import QUESTIONS
from marketplace.actor import OrganisationKind, Role
from tests.catalog.directory.pdfs import squeezed, text_of
from tests.catalog.directory.sheets import LEAKED, SECRETS, answers, publish, whole
from tests.pages.reader import Reader
from tests.support.world import SELLER_ROLES, TOWN_ROLES, World


async def file_for(world: World, slug: str, organisation: Any = None, roles: Any = frozenset()) -> bytes:
    reader = await Reader.arrive(world, "reader", organisation, roles)
    answer = await reader.http.get(f"/solutions/{slug}/dossier-securite.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="dossier-securite-{slug}.pdf"'
    return answer.content


def says(content: bytes, *phrases: str) -> list[str]:
    """Those of `phrases` that the file holds."""
    text = squeezed(text_of(content))
    return [phrase for phrase in phrases if squeezed(phrase) in text]


async def test_a_town_has_the_whole_file_made_out_to_it(world: World) -> None:
    (sheet,) = await publish(world, whole())
    town = await world.town()
    content = await file_for(world, sheet["slug"], town.organisation, TOWN_ROLES)
    wanted = (
        "Version complète, confidentielle", "Vierzon", "version 1 du 26 novembre 2026", "sauvegarde-secrete chaque nuit", "17 mois",
        "4 mars 2026", "Auditeur-Secret", "analyse de risques", "Hébergement et souveraineté", "en France", "ProConnect",
        "obligatoire", "Nuage", "serveurs", "Annexe I : liste des parties", "Annexe II : description du traitement",
        "Annexe III : mesures techniques et organisationnelles", "Annexe IV : sous-traitants ultérieurs", "(UE) 2021/915",
        "Données : propriété, réutilisation, sortie", "CCP, L3131-2", "à la ville", "Questions sans réponse",
        "Qui a fait l’audit ? (non renseigné)", "Prix de la réversibilité (ne sait pas)", "2 sur 42, dont 1 « ne sait pas »",
        "déclaré par l’entreprise", "ne le publiez pas",
    )  # fmt: skip
    assert [phrase for phrase in wanted if phrase not in says(content, *wanted)] == []
    assert (
        says(content, "Agent-Secret", "Version publique") == []
    )  # who to ask at a reference is no matter of this file


async def test_visitors_and_competitors_have_a_public_version_without_any_secret(world: World) -> None:
    (sheet,) = await publish(world, whole())
    rival = await world.startup("Autre Firme")
    for content in (
        await file_for(world, sheet["slug"]),
        await file_for(world, sheet["slug"], rival.organisation, SELLER_ROLES),
    ):
        assert says(content, *LEAKED, "Version complète") == []
        assert [secret for secret in LEAKED if secret.encode() in content] == []
        reserved = [question.label for question in QUESTIONS.values() if question.confidential]
        assert says(content, "Version publique", "Réservé aux villes connectées", *reserved) == [
            "Version publique", "Réservé aux villes connectées", *reserved,
        ]  # fmt: skip
        assert len(reserved) == len(SECRETS)
        assert says(content, "2 sur 37, dont 1 « ne sait pas »")


async def test_staff_and_its_own_startup_have_the_whole_file(world: World) -> None:
    seller = await world.startup()
    (sheet,) = await publish(world, whole(), seller=seller)
    staff = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    for organisation, roles in (
        (seller.organisation, SELLER_ROLES), (staff.organisation, frozenset({Role.CURATOR})),
    ):  # fmt: skip
        content = await file_for(world, sheet["slug"], organisation, roles)
        assert says(
            content,
            "Version complète, confidentielle",
            "Auditeur-Secret",
            "la ville qui commande (à compléter)",
        )


async def test_what_is_not_answered_is_listed_as_such(world: World) -> None:
    (sheet,) = await publish(world, whole(answers={}))
    content = await file_for(world, sheet["slug"])
    public = [question for question in QUESTIONS.values() if not question.confidential]
    unsaid = [f"{question.label} (non renseigné)" for question in public]
    assert says(content, *unsaid) == unsaid
    assert says(content, f"{len(public)} sur {len(public)}", "Sous-traitants ultérieurs : non renseigné.")
    none_missing = answers(rgaa_auditor="Cabinet", exit_price="included")
    (full,) = await publish(world, whole(answers=none_missing), seller=await world.startup("Autre"))
    assert says(
        await file_for(world, full["slug"]), "Aucune : l’entreprise a répondu à toutes les questions."
    )


async def test_a_stopped_service_says_so_in_its_file(world: World) -> None:
    (sheet,) = await publish(world, whole(maturity="stopped"))
    assert says(await file_for(world, sheet["slug"]), "service arrêté", "il ne peut pas être acheté")


async def test_it_is_tagged_archivable_and_the_same_for_the_same_day(world: World) -> None:
    (sheet,) = await publish(world, whole())
    first = await file_for(world, sheet["slug"])
    assert await file_for(world, sheet["slug"]) == first
    with pikepdf.open(io.BytesIO(first)) as pdf, pdf.open_metadata() as metadata:
        assert pdf.Root.MarkInfo.Marked
        assert (metadata["pdfaid:part"], metadata["pdfuaid:part"]) == ("2", "1")
        assert metadata["dc:title"] == "Dossier sécurité et données : Télégestion d’éclairage"
    town = await world.town()
    assert await file_for(world, sheet["slug"], town.organisation, TOWN_ROLES) != first
    await world.advance(1)
    assert await file_for(world, sheet["slug"]) != first


async def test_a_draft_has_no_file_for_others(world: World) -> None:
    drafted = await (await world.startup()).did("/my/solutions", whole())
    path = f"/solutions/{drafted['slug']}/dossier-securite.pdf"
    town = await Reader.arrive(world, "town", (await world.town()).organisation, TOWN_ROLES)
    assert {(await http.get(path)).status_code for http in (world.http, town.http)} == {404}


async def test_hostile_text_is_text_in_the_file(world: World) -> None:
    (sheet,) = await publish(world, whole())
    trap = '#eval("1") <b>gras</b> $x$ *fort* `c` 🎉 漢'
    await world.sql("update solution set name = :trap", trap=trap)
    content = await file_for(world, sheet["slug"])
    assert says(content, '#eval("1") <b>gras</b> $x$ *fort* `c` [?] [?]')
