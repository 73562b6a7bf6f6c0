"""The index of words, made again: what search needs to rank, filter and count.

`search_entry` keeps every field of `SearchDocument` in a column of its name (`problem`, `features`, `references`, `published_on`
too): `SearchEngine.held` gives them back, and a reconciliation compares them with the directory.
"""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
