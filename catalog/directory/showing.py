"""A sheet as visitors read it: every question of the questionnaire with its answer in words, the missing ones included.

Unknown is an answer that is seen: nobody answered (`UNANSWERED`), the startup does not know (`UNKNOWN`), it is for towns to
read (`RESERVED`), or another answer makes the question pointless (`MOOT`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.solutions import wording
from catalog.solutions.fields import Content, of_section
from catalog.solutions.questionnaire import QUESTIONS, SECTION_NAMES, UNKNOWN, Question, Section
from marketplace.web import i18n
from marketplace.words import N_


class Known(StrEnum):
    SAID = "said"
    UNANSWERED = "unanswered"
    UNKNOWN = "unknown"
    RESERVED = "reserved"
    MOOT = "moot"


KNOWN_NAMES = {
    Known.UNANSWERED: N_("Non renseigné"),
    Known.UNKNOWN: N_("Ne sait pas"),
    Known.RESERVED: N_("Réservé aux villes connectées"),
    Known.MOOT: N_("Sans objet"),
}

ONLY_IF: dict[str, tuple[str, frozenset[str]]] = {
    "extra_eu_parent_name": ("extra_eu_parent", frozenset({"yes"})),
    "api_documentation": ("api", frozenset({"open", "on_request"})),
    "hosting_operator": (
        "hosting_country",
        frozenset({"france", "eu", "adequate", "other", "town", UNKNOWN}),
    ),
}
"""Questions that have an object only for some answers to another one."""

SOVEREIGNTY = (
    "hosting_country",
    "hosting_operator",
    "extra_eu_parent",
    "certifications",
    "transfers",
    "data_ownership",
)
"""What a town asks first of who holds its data."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a sheet says, or does not: `lines` are in words, in the reader's language."""

    known: Known
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """On one line."""
        return "; ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what is known of it."""

    question: Question
    said: Said

    @property
    def path(self) -> str:
        return f"answers.{self.question.key}"

    @property
    def label(self) -> str:
        return i18n.translate(self.question.label)


@dataclass(frozen=True, slots=True)
class Answered:
    """One section of the questionnaire."""

    section: Section
    title: str
    answers: list[Answer]


def absent(known: Known) -> Said:
    """What is not said, and why."""
    return Said(known, (i18n.translate(KNOWN_NAMES[known]),))


def field(path: str, content: Content, names: wording.Names | None = None) -> Said:
    """What a sheet says at `path`, which is not an answer's."""
    value = content.get(path)
    if value in (None, "", [], {}) or (path == "maturity" and value == "unknown"):
        return absent(Known.UNANSWERED)
    return Said(Known.SAID, tuple(wording.words(path, value, i18n.language.get(), names)))


def answer(key: str, content: Content, *, told: bool) -> Said:
    """What a sheet answers to a question. `told`: whether the reader may know confidential answers."""
    question, answers = QUESTIONS[key], content.get("answers", {})
    if question.confidential and not told:
        return absent(Known.RESERVED)
    value = answers.get(key)
    if value in (None, "", [], {}):
        return absent(Known.MOOT if _moot(key, answers) else Known.UNANSWERED)
    if value in (UNKNOWN, [UNKNOWN]):
        return absent(Known.UNKNOWN)
    return Said(Known.SAID, tuple(wording.words(f"answers.{key}", value, i18n.language.get())))


def sections(content: Content, *, told: bool) -> list[Answered]:
    """The whole questionnaire, section by section, in its order."""
    return [
        Answered(
            section,
            i18n.translate(SECTION_NAMES[section]),
            [Answer(QUESTIONS[key], answer(key, content, told=told)) for key in of_section(section)],
        )
        for section in Section
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many questions the reader sees asked, how many have no answer, and of those how many « ne sait pas ».

    Reserved questions are counted apart: whether they are answered is not for this reader to know.
    """

    asked: int
    silent: int
    unknown: int
    reserved: int


def tally(shown: list[Answered]) -> Tally:
    """The questionnaire in figures."""
    count = Counter(one.said.known for one in every(shown))
    return Tally(
        asked=count.total() - count[Known.RESERVED], silent=count[Known.UNANSWERED] + count[Known.UNKNOWN],
        unknown=count[Known.UNKNOWN], reserved=count[Known.RESERVED],
    )  # fmt: skip


def every(shown: list[Answered]) -> Iterator[Answer]:
    """The questions of all sections."""
    return (one for section in shown for one in section.answers)


def sovereignty(content: Content) -> list[Answer]:
    """Where the data are and under whose law, in a few answers."""
    return [Answer(QUESTIONS[key], answer(key, content, told=True)) for key in SOVEREIGNTY]


def deployment(content: Content) -> Said:
    """How long a deployment takes, in one line."""
    least, most = content.get("deployment_weeks_min"), content.get("deployment_weeks_max")
    if least is None and most is None:
        return absent(Known.UNANSWERED)
    if least is not None and most is not None and least != most:
        sentence = N_("de {least} à {most} semaines")
    elif least is None:
        sentence = N_("{most} semaines au plus")
    else:
        sentence = N_("{least} semaines") if most is not None else N_("{least} semaines au moins")
    return Said(Known.SAID, (i18n.translate(sentence).format(least=least, most=most),))


def _moot(key: str, answers: Mapping[str, Any]) -> bool:
    if key not in ONLY_IF:
        return False
    other, values = ONLY_IF[key]
    return isinstance(said := answers.get(other), str) and said not in values
