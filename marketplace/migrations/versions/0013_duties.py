"""Declared interests, and the people appointed to a pool."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import function, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PERSON = "(select actor_person())"
ORG = "(select actor_organisation())"


def upgrade() -> None:
    interests()
    recusal()
    appointments()


def interests() -> None:
    op.create_table(
        "declared_interest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "shares", "work", "family", "other",
                name="interestkind", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declared_interest_person_id")),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_declared_interest_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_interest")),
    )  # fmt: skip
    op.create_index(op.f("ix_declared_interest_person_id"), "declared_interest", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_declared_interest_startup_id"), "declared_interest", ["startup_id"], unique=False
    )
    mine = f"person_id = {PERSON}"
    protect(
        "declared_interest",
        read=f"{mine} or ((select actor_has('auditor')) and colleague(person_id))",
        insert=mine,
        update=mine,
    )


def recusal() -> None:
    """A person with an interest in force sees nothing of the offers' outcome where that firm is in play."""
    in_play = """exists (select from declared_interest d where d.person_id = actor_person() and d.ended_on is null and (
        exists (select from consultation c join invitation i on i.consultation_id = c.id
            where c.pool_id = pool and i.startup_id = d.startup_id)
        or exists (select from quote q where q.pool_id = pool and q.startup_id = d.startup_id)
        or exists (select from award a where a.pool_id = pool and a.startup_id = d.startup_id)))"""
    function("recused(pool uuid)", "boolean", f"select {in_play}", definer=True)
    watching = "((select supervises()) and not recused(pool_id))"
    conditions = {
        "consultation": f"coordinator_id = {ORG} or invited_to(id) or in_pool(pool_id) or {watching}",
        "award": f"in_pool(pool_id) or {watching} or (startup_id = {ORG} and notified_at is not null)",
    }
    for table, condition in conditions.items():
        op.execute(f"alter policy {table}_select on {table} using ({condition})")


def appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("coordinator", "evaluator", name="duty", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("appointed_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_appointment_pool_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_appointment_town_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )  # fmt: skip
    op.create_index(
        "uq_appointment_in_force", "appointment", ["pool_id", "person_id", "duty"], unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_appointment_town_id_person_id"), "appointment", ["town_id", "person_id"], unique=False
    )
    ours = f"town_id = {ORG}"
    protect("appointment", read=ours, insert=f"{ours} and coordinates(pool_id)", update=ours)


def downgrade() -> None:
    raise NotImplementedError("restore a backup made before this version instead")
