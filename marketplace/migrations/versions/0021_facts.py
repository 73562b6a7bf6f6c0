"""What matching knows of published sheets: facts that are public, one document a sheet, written by the worker."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PUBLISHED = "exists (select from solution s where s.id = sheet_facts.solution_id and s.state = 'published')"
"""A sheet that is suspended leaves before its facts do: nobody reads them meanwhile."""


def upgrade() -> None:
    op.create_table(
        "sheet_facts",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["solution_id"], ["solution.id"], name=op.f("fk_sheet_facts_solution_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("solution_id", name=op.f("pk_sheet_facts")),
    )  # fmt: skip
    protect("sheet_facts", read=PUBLISHED)


def downgrade() -> None:
    op.drop_table("sheet_facts")
