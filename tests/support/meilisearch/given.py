"""The Meilisearch server that the environment names, if any: taken out of it, so that one test knows of it, and no other does."""

import os

GIVEN = {name: os.environ.pop(name) for name in ("MEILISEARCH_URL", "MEILISEARCH_KEY", "MEILISEARCH_BIN") if name in os.environ}  # fmt: skip
