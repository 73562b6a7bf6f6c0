"""The Meilisearch engine: the one door to its SDK."""

from search.engines.meilisearch.engine import MeilisearchEngine

__all__ = ["MeilisearchEngine"]
