"""One protocol for every engine that searches the directory."""

from search.engines.protocol import (
    MARK,
    UNMARK,
    Changes,
    Hit,
    Meanwhile,
    SearchEngine,
    Searcher,
    SearchPage,
    SearchQuery,
    Sort,
)

__all__ = [
    "MARK",
    "UNMARK",
    "Changes",
    "Hit",
    "Meanwhile",
    "SearchEngine",
    "SearchPage",
    "SearchQuery",
    "Searcher",
    "Sort",
]
