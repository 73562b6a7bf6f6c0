"""Searches that people keep, with their alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import function, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column(
            "alert",
            sa.Enum("none", "daily", "weekly", name="alert", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_saved_search_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )  # fmt: skip
    op.create_index(
        "uq_saved_search_same", "saved_search", ["person_id", "organisation_id", "digest"], unique=True,
        postgresql_where=sa.text("deleted_at is null"),
    )  # fmt: skip
    op.create_index(
        "ix_saved_search_alert", "saved_search", ["alert", "looked_on"], unique=False,
        postgresql_where=sa.text("alert <> 'none' and deleted_at is null"),
    )  # fmt: skip
    op.create_table(
        "saved_search_find",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("notice_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_search.id"], name=op.f("fk_saved_search_find_search_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("search_id", "solution_id", name=op.f("pk_saved_search_find")),
    )  # fmt: skip
    op.create_index(
        "ix_saved_search_find_told", "saved_search_find", ["solution_id"], unique=False,
        postgresql_where=sa.text("notice_key is not null"),
    )  # fmt: skip
    # each person's own, for the organisation they act for: no colleague, no administrator, no staff
    mine = "person_id = (select actor_person()) and organisation_id = (select actor_organisation())"
    protect("saved_search", read=mine, insert=mine, update=mine)
    protect("saved_search_find")  # the worker's memory
    # whoever holds the link of a mail stops that one alert; nothing is told but whether it was on
    function(
        "stop_search_alert(asked uuid)", "boolean",
        """with stopped as (
            update saved_search set alert = 'none', looked_on = null, version = version + 1 where id = asked and alert <> 'none' returning id
        ), forgotten as (
            delete from saved_search_find where search_id = asked
        )
        select exists (select from stopped)""",
        definer=True, volatile=True,
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop function stop_search_alert(uuid)")
    op.drop_table("saved_search_find")
    op.drop_table("saved_search")
