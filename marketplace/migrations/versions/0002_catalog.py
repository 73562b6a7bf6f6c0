"""The directory: solution sheets and their published prices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tables()
    ours = "startup_id = (select actor_organisation())"
    curator = "(select actor_has('curator'))"
    protect(
        "solution",
        read=f"state = 'published' or {ours} or {curator}",
        insert=f"{ours} and (select actor_kind()) = 'startup'",
        update=f"{ours} or {curator}",
    )
    # the policies of `solution` apply inside these questions
    seen = "exists (select from solution s where s.id = solution_id)"
    writable = f"exists (select from solution s where s.id = solution_id and (s.{ours} or {curator}))"
    protect("price_line", read=seen, insert=writable, update=writable, delete=writable)


def downgrade() -> None:
    op.drop_table("price_line")
    op.drop_table("solution")


def tables() -> None:
    op.create_table(
        "solution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("domains", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("audiences", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "maturity",
            sa.Enum(
                "exploration",
                "construction",
                "growth",
                "established",
                "stopped",
                "unknown",
                name="maturity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "suspended",
                "archived",
                name="solutionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_solution_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution")),
        sa.UniqueConstraint("slug", name=op.f("uq_solution_slug")),
    )
    op.create_index("ix_solution_domains", "solution", ["domains"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_solution_startup_id"), "solution", ["startup_id"], unique=False)
    op.create_index(op.f("ix_solution_state"), "solution", ["state"], unique=False)
    op.create_table(
        "price_line",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("one_off", "yearly", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("vat_rate", sa.Numeric(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["solution.id"], name=op.f("fk_price_line_solution_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_line")),
        sa.UniqueConstraint("solution_id", "position", name=op.f("uq_price_line_solution_id_position")),
    )
