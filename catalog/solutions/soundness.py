"""What is wrong with a sheet as a whole, beyond the form of each field: every fault at once, each at its place."""

from datetime import date
from typing import Any

from catalog.solutions.content import AttachmentKind, PriceIn, SheetDraft
from marketplace import pricing
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.territories.queries import UnknownTown, find_town
from marketplace.words import N_


def price_faults(prices: list[PriceIn]) -> list[FieldError]:
    """Every fault of the tier tables; prices of one unit must also share their mode, or they cannot be added up."""
    found: list[FieldError] = []
    modes: dict[str, str] = {}
    for i, price in enumerate(prices):
        found += pricing.faults([(step.from_, step.to) for step in price.steps], f"prices[{i}].steps")
        if modes.setdefault(price.unit, price.mode) != price.mode:
            found.append(
                wrong(
                    f"prices[{i}].mode",
                    N_("Les prix d’une même unité suivent le même mode de paliers."),
                    code="mode",
                )
            )
    return found


def date_faults(content: SheetDraft, today: date) -> list[FieldError]:
    """Days that cannot be: what is already done and lies ahead, an end before its beginning."""
    found: list[FieldError] = []

    def past(path: str, day: date | None) -> None:
        if day is not None and day > today:
            found.append(wrong(path, N_("Cette date est dans le futur."), code="future"))

    past("since", content.since)
    for key in ("rgaa_audited_on", "penetration_test_on"):
        past(f"answers.{key}", getattr(content.answers, key))
    low, high = content.deployment_weeks_min, content.deployment_weeks_max
    if low is not None and high is not None and low > high:
        found.append(
            wrong("deployment_weeks_max", N_("Le délai le plus long est plus court que le plus court."), code="order")
        )  # fmt: skip
    for i, reference in enumerate(content.references):
        past(f"references[{i}].started_on", reference.started_on)
        if reference.ended_on is not None and reference.ended_on < reference.started_on:
            found.append(wrong(f"references[{i}].ended_on", N_("La fin est avant le début."), code="order"))
        if reference.quantity is not None and reference.unit is None:
            found.append(wrong(f"references[{i}].unit", N_("Dites de quelle unité."), code="missing"))
    return found


def other_faults(content: SheetDraft) -> list[FieldError]:
    """A figure without its method, an image without words, one reference twice."""
    found: list[FieldError] = []
    answers: Any = content.answers
    if answers.energy_saving is not None and answers.energy_method is None:
        found.append(
            wrong("answers.energy_method", N_("Donnez la méthode : un chiffre sans méthode n’est pas publié."), code="missing")
        )  # fmt: skip
    for i, attachment in enumerate(content.attachments):
        if attachment.kind is AttachmentKind.IMAGE and attachment.alt is None:
            found.append(
                wrong(f"attachments[{i}].alt", N_("Décrivez l’image en une phrase, pour qui ne la voit pas."), code="missing")
            )  # fmt: skip
    seen = set()
    for i, reference in enumerate(content.references):
        if reference.id in seen:
            found.append(
                wrong(f"references[{i}].id", N_("Cette référence est déjà donnée."), code="duplicate")
            )
        seen.add(reference.id)
    return found


async def town_faults(session: Session | ReadSession, content: SheetDraft) -> list[FieldError]:
    """References to towns that do not exist."""
    found: list[FieldError] = []
    known: dict[str, bool] = {}
    for i, reference in enumerate(content.references):
        if reference.town not in known:
            try:
                await find_town(session, reference.town)
                known[reference.town] = True
            except UnknownTown:
                known[reference.town] = False
        if not known[reference.town]:
            found.append(
                wrong(
                    f"references[{i}].town",
                    N_(
                        "Aucune commune ni intercommunalité n’a ce code : donnez un code INSEE, un SIREN ou un SIRET."
                    ),
                    code="unknown_town",
                )
            )
    return found


async def faults(session: Session | ReadSession, content: SheetDraft, today: date) -> list[FieldError]:
    """Every fault of `content`."""
    return (
        price_faults(content.prices)
        + date_faults(content, today)
        + other_faults(content)
        + await town_faults(session, content)
    )


async def refuse_faults(session: Session | ReadSession, content: SheetDraft, today: date) -> None:
    """Raise `Invalid` with every fault of `content`."""
    if found := await faults(session, content, today):
        raise Invalid(found)
