"""The library of agreement templates: versioned clauses of ours, with typed variables and dated references.

Texts are models, to be reviewed by the town's lawyer; each says so. A published version never changes: a correction is
a new version in a new folder.
"""

from catalog.agreements.library import FOUNDING_AGREEMENT, Template, load_template

__all__ = ["FOUNDING_AGREEMENT", "Template", "load_template"]
