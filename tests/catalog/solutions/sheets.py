"""A sheet's content, sound, to be changed by each test."""

from typing import Any


def price(*steps: tuple[str, str | None, Any], **changes: Any) -> dict[str, Any]:
    """A price line by tiers (from, to, cents)."""
    return {
        "label": "Module posé",
        "unit": "light_point",
        "basis": "one_off",
        "vat_rate": "20.0",
        "steps": [
            {"from": start, "unit_price_cents": cents} | ({} if end is None else {"to": end})
            for start, end, cents in steps
        ],
    } | changes


def content(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Télégestion d’éclairage",
        "summary": "Règle l’éclairage rue par rue.",
        "description": "Un module par point lumineux, un tableau de bord.",
        "domains": ["eclairage-public"],
        "maturity": "established",
        "prices": [price(("0", "150", 21000), ("150", None, 19000))],
    } | changes
