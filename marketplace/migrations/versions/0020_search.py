"""The index of words, made again: what each stem and phrase weighs in each sheet, and all that search filters and counts by.

It is left empty: `marketplace migrate` fills it, or the worker when it starts.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import public

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("search_entry", "search_posting", "search_stem", "search_word", "search_state")
FOLDED = sa.Text(collation="C")


def upgrade() -> None:
    op.drop_table("search_word")
    op.drop_table("search_entry")
    op.execute("drop text search configuration french_folded")
    tables()
    public(TABLES)
    # a scan of entries reads what filters and orders them; long texts are fetched for the hits alone
    op.execute("alter table search_entry set (toast_tuple_target = 256)")
    for column in ("slug", "name", "maturity", "domains", "features"):
        op.execute(f"alter table search_entry alter column {column} set storage main")
    for column in ("summary", "problem", "description", "supplier", "tags", "audiences", "keys", "gist"):
        op.execute(f"alter table search_entry alter column {column} set storage external")
    op.execute("insert into search_state (id, entries, content, language) values (1, 0, 0, '')")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("create text search configuration french_folded (copy = french)")
    op.execute(
        "alter text search configuration french_folded alter mapping for hword, hword_part, word with unaccent, french_stem"
    )
    former()
    public(["search_entry", "search_word"])


def tables() -> None:
    op.create_table(
        "search_entry",
        # first what is read of every sheet that matches
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("favour", sa.Float(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("maturity", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("domains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("slug", "summary", "problem", "description", "supplier")
        ),
        *(sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False) for name in ("tags", "audiences")),
        sa.Column("references", sa.Integer(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(FOLDED), nullable=False),
        sa.Column("gist", postgresql.ARRAY(postgresql.REAL()), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("solution_id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("number", name=op.f("uq_search_entry_number")),
    )
    op.create_index("ix_search_entry_domains", "search_entry", ["domains"], postgresql_using="gin")
    op.create_table(
        "search_posting",
        sa.Column("key", FOLDED, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("impact", sa.REAL(), nullable=False),
        sa.PrimaryKeyConstraint(
            "key", "entry", name=op.f("pk_search_posting"), postgresql_include=["impact"]
        ),
    )
    op.create_table(
        "search_stem",
        sa.Column("stem", FOLDED, nullable=False),
        sa.Column("root", FOLDED, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stem", name=op.f("pk_search_stem")),
    )
    op.create_index(op.f("ix_search_stem_root"), "search_stem", ["root"])
    op.create_table(
        "search_word",
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("stem", FOLDED, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    op.create_index(
        "ix_search_word_word", "search_word", ["word"], postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"},
    )  # fmt: skip
    op.create_table(
        "search_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )


def former() -> None:
    """The tables of before, as 0003 makes them."""
    op.create_table(
        "search_entry",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("slug", "name", "summary", "description", "supplier", "maturity")
        ),
        *(sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False) for name in ("domains", "tags")),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("solution_id", name=op.f("pk_search_entry")),
    )
    op.create_index("ix_search_entry_domains", "search_entry", ["domains"], postgresql_using="gin")
    op.create_index("ix_search_entry_words", "search_entry", ["words"], postgresql_using="gin")
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    op.create_index("ix_search_word_stem", "search_word", ["stem"])
    op.create_index(
        "ix_search_word_word", "search_word", ["word"], postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"},
    )  # fmt: skip
