"""Sheets and queries made up from the product's own vocabulary: as many as asked, the same at every run.

Words come from the taxonomy (labels, definitions, synonyms), the fictional catalogue and the communes' names; each domain has its own, drawn with
Zipf's frequencies, among common words and rare ones. Each sheet has an invented name, so that the vocabulary grows with the
corpus as that of a real one does.
"""

import json
import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import catalog
from catalog.taxonomy import synonym_groups
from marketplace.demo import people
from marketplace.ids import new_id

WORD = re.compile(r"[^\W\d_]{2,}")
SMALL = [
    "de",
    "la",
    "le",
    "les",
    "des",
    "du",
    "en",
    "pour",
    "et",
    "un",
    "une",
    "à",
    "au",
    "aux",
    "avec",
    "sur",
    "dans",
    "par",
    "sans",
    "chaque",
    "votre",
    "ville",
]
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "lo",
    "mu",
    "na",
    "or",
    "pi",
    "ra",
    "so",
    "tu",
    "va",
    "lys",
    "mer",
    "nov",
    "tal",
    "clair",
    "voie",
    "lum",
    "sens",
    "urb",
    "agi",
    "éco",
]
MATURITIES = ("exploration", "construction", "growth", "growth", "established", "established", "stopped")


@dataclass(frozen=True, slots=True)
class Town:
    insee: str
    name: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What is inserted for a batch of sheets, by table."""

    sheets: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    references: list[dict[str, Any]]


class Vocabulary:
    """The words of each domain and of all, with their weights."""

    def __init__(self) -> None:
        path = Path(str(catalog.__file__)).parent / "data" / "taxonomy.json"
        document = json.loads(path.read_text())
        self.domains = [domain["id"] for domain in document["domains"]]
        self.synonyms = {domain["id"]: domain["synonyms"] for domain in document["domains"]}
        self.own = {
            domain["id"]: _weighted(_words(domain["label_fr"], domain["definition_fr"], *domain["synonyms"]))
            for domain in document["domains"]
        }
        told = [
            str(record.get(part) or "")
            for record in people.records()
            for part in ("name", "summary", "description")
        ]
        phrases = [phrase for group in synonym_groups() for phrase in group]
        everything = _words(*told, *phrases, *(word for own in self.own.values() for word in own[0]))
        random.Random(3).shuffle(everything)
        self.common = _weighted(everything)

    def text(self, rng: random.Random, domain: str, length: int, *rare: str) -> str:
        """A text of `length` words about `domain`, with the `rare` ones somewhere in it."""
        counts = [rng.random() for _ in range(length)]
        own, common = self.own[domain], self.common
        words = [
            rng.choice(SMALL) if part < 0.35 else _draw(rng, own) if part < 0.65 else _draw(rng, common)
            for part in counts
        ]
        for word in rare:
            words.insert(rng.randrange(len(words) + 1), word)
        return " ".join(words).capitalize() + "."


def rows(start: int, count: int, vocabulary: Vocabulary, towns: Sequence[Town]) -> Rows:
    """Published sheets number `start` to `start + count`, with their prices and references."""
    made = Rows([], [], [])
    for number in range(start, start + count):
        rng = random.Random(number)
        domain = vocabulary.domains[min(int(rng.expovariate(0.12)), len(vocabulary.domains) - 1)]
        _sheet(made, number, rng, domain, vocabulary, towns)
    return made


def _sheet(
    made: Rows, number: int, rng: random.Random, domain: str, vocabulary: Vocabulary, towns: Sequence[Town]
) -> None:
    id_, now = new_id(), datetime.now(UTC)
    name = "".join(rng.sample(SYLLABLES, rng.choice((2, 2, 3)))).capitalize()
    cited = rng.sample(towns, rng.choice((0, 0, 1, 1, 2, 3)))
    others = rng.sample(vocabulary.domains, rng.choice((0, 0, 1)))
    made.sheets.append(
        {
            "id": id_, "slug": f"banc-{number}", "supplier_name": f"Maison {''.join(rng.sample(SYLLABLES, 2)).capitalize()}",
            "name": f"{name} {rng.choice(vocabulary.synonyms[domain])}", "summary": vocabulary.text(rng, domain, rng.randint(8, 20)),
            "description": vocabulary.text(rng, domain, rng.randint(60, 200), *(town.name for town in cited)),
            "problem": vocabulary.text(rng, domain, rng.randint(8, 25)), "domains": list(dict.fromkeys([domain, *others])),
            "tags": rng.sample(vocabulary.synonyms[domain], min(4, len(vocabulary.synonyms[domain]))), "audiences": ["communes"],
            "maturity": rng.choice(MATURITIES), "fictional": True, "state": "published", "state_since": now, "published_at": now,
            "revised_at": now, "answers": _answers(rng), "version": 1, "cpv": [], "contract_forms": [], "town_provides": "",
        }
    )  # fmt: skip
    if rng.random() < 0.5:
        step = {"from": "0", "unit_price_cents": rng.randint(500, 60_000)}
        made.prices.append(
            {
                "id": new_id(), "solution_id": id_, "position": 0, "label": "Module", "unit": rng.choice(("light_point", "town")),
                "basis": "one_off", "vat_rate": 20, "mode": "all_units", "steps": [step],
            }
        )  # fmt: skip
    for position, town in enumerate(cited):
        made.references.append(
            {
                "solution_id": id_, "id": UUID(int=rng.getrandbits(128)), "position": position, "town_name": town.name, "insee": town.insee,
                "siren": None, "started_on": date(2019 + rng.randrange(7), 1 + rng.randrange(12), 1), "ended_on": None, "quantity": None,
                "unit": None, "scope": "Le centre.", "indicators": [], "digest": f"{number}-{position}",
            }
        )  # fmt: skip


def _answers(rng: random.Random) -> dict[str, Any]:
    """A few answers of the questionnaire, as two sheets in three give them."""
    given: dict[str, Any] = {}
    if rng.random() < 0.66:
        given |= {"hosting_country": rng.choice(("france", "eu", "town", "other")), "api": rng.choice(("open", "none"))}  # fmt: skip
    if rng.random() < 0.4:
        given |= {"rgaa_rate": str(rng.randint(20, 100)), "rgaa_audited_on": "2026-01-15", "source_code": rng.choice(("open", "closed"))}  # fmt: skip
    return given


def queries(count: int, vocabulary: Vocabulary) -> Iterator[str]:
    """As people type: a synonym or a need of one to eight words, one in four without accents, one in six with a slip."""
    rng = random.Random(11)
    for _ in range(count):
        domain = rng.choice(vocabulary.domains)
        asked = rng.choice(vocabulary.synonyms[domain])
        if rng.random() < 0.6:
            more = [
                _draw(rng, vocabulary.own[domain]) if rng.random() < 0.6 else _draw(rng, vocabulary.common)
                for _ in range(rng.randint(1, 5))
            ]
            asked = " ".join([*rng.sample(["comment", "pour", "la", "une", "de"], 2), asked, *more])
        if rng.random() < 0.25:
            asked = "".join(c for c in unicodedata.normalize("NFKD", asked) if not unicodedata.combining(c))
        if rng.random() < 0.16 and len(asked) > 6:
            at = rng.randrange(1, len(asked) - 2)
            asked = asked[:at] + asked[at + 1] + asked[at] + asked[at + 2 :]
        yield asked


def _words(*texts: str) -> list[str]:
    return list(dict.fromkeys(word.lower() for text in texts for word in WORD.findall(text)))


def _weighted(words: list[str]) -> tuple[list[str], list[float]]:
    """Words and their cumulated weights by Zipf and Mandelbrot's law."""
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


def _draw(rng: random.Random, among: tuple[list[str], list[float]]) -> str:
    return rng.choices(among[0], cum_weights=among[1])[0]
