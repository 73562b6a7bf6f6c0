"""Reviewing a revision: the checklist's answers, comments on fields, decisions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, function, protect, role

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OURS = "s.startup_id = (select actor_organisation())"
CURATOR = "(select actor_has('curator'))"
OWN = f"exists (select from solution s where s.id = solution_id and ({OURS} or {CURATOR}))"
ME = "person_id = (select actor_person())"
TEXTS = sa.text("'{}'")


def upgrade() -> None:
    ticks()
    remarks()
    decisions()
    # a curator sees who else reviews, whichever staff organisation they act for; nobody else gets a name
    function(
        "fellow_curator(person uuid)", "text",
        """select p.name from person p where p.id = person and actor_has('curator')
            and exists (select from affiliation a where a.person_id = p.id and 'curator' = any(a.roles))""",
        definer=True,
    )  # fmt: skip
    withdraw_archived()


def downgrade() -> None:
    op.execute("drop function fellow_curator(uuid)")
    for table in ("review_decision", "review_remark", "review_tick"):
        op.drop_table(table)


def ticks() -> None:
    op.create_table(
        "review_tick",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("yes", "no", "not_applicable", name="answer", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("seen", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["revision_id"], ["solution_revision.id"], name=op.f("fk_review_tick_revision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_tick_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_tick")),
        sa.UniqueConstraint("revision_id", "item", name=op.f("uq_review_tick_revision_id_item")),
    )  # fmt: skip
    protect("review_tick", read=CURATOR, insert=f"{CURATOR} and {ME}", update=CURATOR)


def remarks() -> None:
    op.create_table(
        "review_remark",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("comment", "resolved", "reopened", name="remarkkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum("startup", "curator", name="who", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["solution_id"], ["solution.id"], name=op.f("fk_review_remark_solution_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["solution_revision.id"], name=op.f("fk_review_remark_revision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_remark_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_remark")),
    )  # fmt: skip
    op.create_index(op.f("ix_review_remark_revision_id"), "review_remark", ["revision_id"])
    op.create_index(op.f("ix_review_remark_solution_id_path"), "review_remark", ["solution_id", "path"])
    protect("review_remark", read=OWN, insert=f"{ME} and {OWN}", update=ME)
    app = role(APPLICATION)  # what was written is not rewritten: one's own can only be marked as withdrawn
    op.execute(f"revoke update on review_remark from {app}")
    op.execute(f"grant update (withdrawn_at) on review_remark to {app}")


def decisions() -> None:
    op.create_table(
        "review_decision",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "accepted", "accepted_in_part", "changes_requested", "suspended", "reinstated", "archived",
                name="verdict", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("returned", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("remarks", postgresql.JSONB(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("by_startup", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["solution_id"], ["solution.id"], name=op.f("fk_review_decision_solution_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["solution_revision.id"], name=op.f("fk_review_decision_revision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_decision_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
    )  # fmt: skip
    op.create_index(op.f("ix_review_decision_solution_id"), "review_decision", ["solution_id"])
    op.create_index(op.f("ix_review_decision_at"), "review_decision", ["at"])
    protect("review_decision", read=OWN, insert=f"{ME} and {OWN}")


def withdraw_archived() -> None:
    """What was still waiting for an answer on an archived sheet waits no more."""
    op.execute(
        """update solution_revision r set state = 'withdrawn', state_since = s.state_since from solution s
        where s.id = r.solution_id and s.state = 'archived' and r.state in ('draft', 'submitted', 'in_review')"""
    )


def _row() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
