"""What was searched and answered, and the sourcing register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ORG = "(select actor_organisation())"
MINE = f"organisation_id = {ORG}"
PERSON = "(select actor_person())"
KINDS = ("search", "match", "shortlist")


def upgrade() -> None:
    log()


def downgrade() -> None:
    op.drop_table("search_log")


def log() -> None:
    op.create_table(
        "search_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked", json(), nullable=False),
        sa.Column("ordered", json(), nullable=False),
        sa.Column("excluded", json(), nullable=False),
        sa.Column("weights", json(), nullable=True),
        sa.Column("answer", json(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("index", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_search_log_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_log")),
    )  # fmt: skip
    op.create_index("ix_search_log_organisation_id_at", "search_log", ["organisation_id", "at"])
    op.create_index("ix_search_log_at", "search_log", ["at"])
    # a visitor's row is nobody's: written, and read by nobody
    protect(
        "search_log",
        read=MINE,
        insert=f"organisation_id is not distinct from {ORG} and (person_id is null or (person_id = {PERSON}"
        " and organisation_id is not null))",
    )


def json() -> postgresql.JSONB:
    return postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40)
