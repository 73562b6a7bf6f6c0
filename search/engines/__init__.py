"""One protocol, one engine today (PostgreSQL); Meilisearch comes behind the same protocol with the discovery issue."""

from search.engines.protocol import Hit, SearchEngine, SearchPage, SearchQuery

__all__ = ["Hit", "SearchEngine", "SearchPage", "SearchQuery"]
