"""A sheet whose every part says something, published, with secrets that no visitor may read."""

from typing import Any

from catalog.solutions.questionnaire import QUESTIONS, Kind
from marketplace.actor import OrganisationKind, Role
from tests.catalog.solutions.sheets import content, price
from tests.support.curating import publish as accept
from tests.support.world import Caller, World

TOWN = "18279"
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}"
"""What would run, were a text of a sheet taken for a page's: put straight into the database, since forms refuse it."""
SECRETS = {
    "backups": "sauvegarde-secrete chaque nuit", "log_months": 17, "penetration_test_on": "2026-03-04",
    "penetration_test_by": "Auditeur-Secret", "accreditation": ["risk_analysis"],
}  # fmt: skip
CONTACT = {
    "name": "Agent-Secret",
    "role": "éclairage",
    "email": "agent.secret@ville.exemple",
    "telephone": "02 00 00 00 00",
}
LEAKED = (
    "sauvegarde-secrete",
    "Auditeur-Secret",
    "Agent-Secret",
    "agent.secret@",
    "02 00 00 00 00",
    "17 mois",
    "4 mars 2026",
)
PRICES = [
    price(("0", None, 21000), label="Module posé"),
    price(("0", None, 150000), label="Plateforme", unit="town", basis="yearly"),
    price(("0", None, 12), label="Portail", unit="inhabitant", basis="yearly", vat_rate="10"),
]  # fmt: skip


def reference(**changes: Any) -> dict[str, Any]:
    return {
        "id": "0190f3c0-0000-7000-8000-000000000001", "town": TOWN, "started_on": "2024-03-01", "quantity": "1250",
        "unit": "light_point", "scope": "Tout le centre", "contact": CONTACT,
        "indicators": [{"name": "Consommation", "unit": "MWh", "before": "120", "after": "40.5", "method": "Factures"}],
    } | changes  # fmt: skip


def answers(**changes: Any) -> dict[str, Any]:
    """Every question but two: who does the audit is not answered, and the startup does not know its availability's unit."""
    found: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        first = next(iter(question.choices), "")
        found[key] = {
            Kind.CHOICE: first, Kind.CHOICES: [first], Kind.LINE: "Une ligne", Kind.TEXT: "Un texte", Kind.PERCENT: "12.5",
            Kind.NUMBER: 3, Kind.DAY: "2025-02-03", Kind.ADDRESS: "https://exemple.fr/",
            Kind.PROCESSORS: [{"name": "Nuage", "country": "France", "purpose": "serveurs"}],
        }[question.kind]  # fmt: skip
    del found["rgaa_auditor"]
    return found | {"exit_price": "unknown"} | SECRETS | changes


def whole(**changes: Any) -> dict[str, Any]:
    return content(
        problem="Les rues restent allumées pour personne.", cpv=["34928500-3"], tags=["lampe"], audiences=["agents"],
        website="https://exemple.fr", since="2020-01-01", deployment_weeks_min=2, deployment_weeks_max=8,
        town_provides="Un agent et un plan", contract_forms=["order", "group"], answers=answers(), prices=PRICES,
        references=[reference()],
    ) | changes  # fmt: skip


async def publish(
    world: World, *bodies: dict[str, Any], seller: Caller | None = None
) -> list[dict[str, Any]]:
    """Sheets of one startup, each reviewed and published; as the API shows them."""
    seller = seller or await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    found = []
    for body in bodies:
        drafted = await seller.did("/my/solutions", body)
        await seller.did(f"/my/solutions/{drafted['id']}/submission")
        await accept(curator, drafted["id"])
        found.append(await world.visitor.read(f"/solutions/{drafted['slug']}"))
    return found
