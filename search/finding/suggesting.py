"""What is proposed while one types: domains, then sheets, whose name or synonyms begin as what was typed."""

from dataclasses import dataclass
from enum import StrEnum

from catalog.taxonomy import Domain, domains
from marketplace.db import ReadSession
from search.engines import Searcher, SearchQuery
from search.language.words import WORD, fold

AT_MOST, DOMAINS_AT_MOST, LOOKED_AT = 8, 3, 20
SHORTEST = 2


class SuggestionKind(StrEnum):
    DOMAIN = "domain"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`link`: a path of this site."""

    kind: SuggestionKind
    text: str
    detail: str
    link: str


async def suggest(
    reads: ReadSession, engine: Searcher, typed: str, *, language: str = "fr"
) -> list[Suggestion]:
    """Eight suggestions at most. Sheets are those of the index: published, as every search finds them."""
    words = WORD.findall(fold(typed))
    if len("".join(words)) < SHORTEST:
        return []
    found = [
        Suggestion(SuggestionKind.DOMAIN, domain.label(language), "", f"/solutions?domaine={domain.id}")
        for domain in _domains(words)[:DOMAINS_AT_MOST]
    ]
    page = await engine.search(reads, SearchQuery(text=typed, per_page=LOOKED_AT))
    for hit in page.hits:
        if len(found) < AT_MOST and _begins(f"{hit.name} {hit.supplier}", words):
            found.append(Suggestion(SuggestionKind.SHEET, hit.name, hit.supplier, f"/solutions/{hit.slug}"))
    return found


def _domains(words: list[str]) -> list[Domain]:
    """The domains named so, in either language, then those with such a synonym."""
    phrase = " ".join(words)

    def said(text: str) -> bool:
        return f" {' '.join(WORD.findall(fold(text)))}".find(f" {phrase}") >= 0

    named = [domain for domain in domains().values() if said(domain.label_fr) or said(domain.label_en)]
    return named + [
        domain
        for domain in domains().values()
        if domain not in named and any(said(synonym) for synonym in domain.synonyms)
    ]


def _begins(text: str, words: list[str]) -> bool:
    """Whether each of `words` begins a word of `text`."""
    held = WORD.findall(fold(text))
    return all(any(word.startswith(begun) for word in held) for begun in words)
