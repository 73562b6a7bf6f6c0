"""Sound profiles, stakes and certificates, to be changed by each test."""

from datetime import date, timedelta
from typing import Any

import httpx

from tests.support.files import PDF, Sample, pdf
from tests.support.world import Caller, World

IDENTITY: dict[str, Any] = {
    "legal_form": "sas", "founded_on": "2016-05-04", "headcount": "20_49", "turnover_cents": 320_000_000, "turnover_year": 2025,
    "street": "4 rue des Ajoncs", "postal_code": "18100", "city": "Vierzon", "website": "https://www.quinquet.test",
    "presentation": "Nous réglons l’éclairage.",
}  # fmt: skip
CAPACITY: dict[str, Any] = {
    "towns_at_once": 12, "towns_served": 4, "lead_weeks": 8, "regions": ["24"], "departments": ["2A"], "overseas": False,
}  # fmt: skip
CONTACTS: dict[str, Any] = {
    "contacts": [
        {"kind": "sales", "name": "Ada Faure", "email": "ada@quinquet.test", "phone": "01 23 45 67 89"},
        {"kind": "data_protection", "name": "Registre", "email": "dpo@quinquet.test"},
    ]
}
BANK = {"holder": "Quinquet Systèmes SAS", "iban": "FR14 2004 1010 0505 0001 3M02 606", "bic": "PSSTFRPPLIL"}
SOUND: Sample = ("attestation.pdf", PDF, pdf())


def stake(**changes: Any) -> dict[str, Any]:
    return {"holder": "Fonds Alizé", "kind": "private_fund", "percent": "30", "since": "2020-01-15"} | changes


def vigilance(today: date, *, age: int = 0, **changes: Any) -> dict[str, Any]:
    """A vigilance certificate issued `age` days ago."""
    issued = today - timedelta(days=age)
    return {"kind": "vigilance", "number": "CODE-123", "issuer": "URSSAF", "issued_on": str(issued)} | changes


def insurance(today: date, *, lasts: int = 365, **changes: Any) -> dict[str, Any]:
    """A liability insurance that ends in `lasts` days."""
    return {
        "kind": "liability", "number": "P-77", "issuer": "Assurances du Berry", "issued_on": str(today),
        "expires_on": str(today + timedelta(days=lasts)), "amount_cents": 200_000_000,
    } | changes  # fmt: skip


async def offering(
    caller: Caller, facts: dict[str, Any], file: Sample | None = SOUND, **headers: str
) -> httpx.Response:
    """Send a document to the file of the caller's startup."""
    name, declared, content = file or ("", "", b"")
    return await caller.http.post(
        "/api/v1/my/certificates",
        data={key: str(value) for key, value in facts.items()},
        files={"file": (name, content, declared)} if file else {"nothing": ("", b"", "")},
        headers=caller.headers | {key.replace("_", "-"): value for key, value in headers.items()},
    )


async def offered(caller: Caller, facts: dict[str, Any], file: Sample | None = SOUND) -> dict[str, Any]:
    answer = await offering(caller, facts, file)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def accepted(caller: Caller, curator: Caller, facts: dict[str, Any]) -> dict[str, Any]:
    """Offered, and accepted by a curator."""
    made = await offered(caller, facts)
    told: dict[str, Any] = await curator.did(f"/reviews/certificates/{made['id']}/acceptance")
    return told


def wrong(answer: httpx.Response) -> set[str]:
    """The paths of a refusal's errors."""
    assert answer.status_code == 422, f"{answer.status_code} {answer.text}"
    return {error["path"] for error in answer.json()["errors"]}


async def told(world: World, like: str) -> int:
    """How many notices whose subject is like `like` were written."""
    found: int = await world.sql("select count(*) from notice where subject like :like", like=like)
    return found
