"""The PostgreSQL search index: a French text configuration, the entries and the words they hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import public

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create text search configuration french_folded (copy = french)")
    op.execute(
        "alter text search configuration french_folded alter mapping for hword, hword_part, word with unaccent, french_stem"
    )
    tables()
    public(["search_entry", "search_word"])


def downgrade() -> None:
    op.drop_table("search_word")
    op.drop_table("search_entry")
    op.execute("drop text search configuration french_folded")


def tables() -> None:
    op.create_table(
        "search_entry",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("domains", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("maturity", sa.String(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("solution_id", name=op.f("pk_search_entry")),
    )
    op.create_index(
        "ix_search_entry_domains", "search_entry", ["domains"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_search_entry_words", "search_entry", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    op.create_index("ix_search_word_stem", "search_word", ["stem"])
    op.create_index(
        "ix_search_word_word",
        "search_word",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
