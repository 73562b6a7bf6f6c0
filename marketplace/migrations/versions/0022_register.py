"""What was searched and answered, and the sourcing register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import WORKER, protect, role

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
    register()


def downgrade() -> None:
    op.drop_table("sourcing_record")
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


def register() -> None:
    op.create_table(
        "sourcing_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name=op.f("ck_sourcing_record_sha256")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_sourcing_record_town_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_sourcing_record_need_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_sourcing_record_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sourcing_record")),
    )  # fmt: skip
    op.create_index("ix_sourcing_record_town_id_frozen_at", "sourcing_record", ["town_id", "frozen_at"])
    op.create_index("ix_sourcing_record_need_id", "sourcing_record", ["need_id"])
    op.create_index("ix_sourcing_record_pool_id", "sourcing_record", ["pool_id"])
    town = f"town_id = {ORG} and (select actor_kind()) = 'town'"
    protect(
        "sourcing_record",
        read=town,
        insert=f"{town} and person_id = {PERSON} and ((select actor_has('agent')) or (select actor_has('admin')))",
        worker=False,
    )
    worker = role(WORKER)  # which copies a person's data, and changes nothing here
    op.execute(f"grant select, insert on sourcing_record to {worker}")
    for verb, clause in (("select", "using (true)"), ("insert", "with check (true)")):
        op.execute(
            f"create policy sourcing_record_worker_{verb} on sourcing_record for {verb} to {worker} {clause}"
        )
    # `refuse_change` is the journal's (0011): refused to the owner of the tables too
    op.execute(
        "create trigger sourcing_record_is_insert_only before update or delete or truncate on sourcing_record "
        "for each statement execute function refuse_change()"
    )


def json() -> postgresql.JSONB:
    return postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40)
