"""Files of a sheet: public once a published sheet of their startup names them, and gone once no sheet does."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import APPLICATION, protect, role

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ORG = "(select actor_organisation())"
OURS = f"startup_id = {ORG}"
SHOWN = """exists (select from solution_attachment a join solution s on s.id = a.solution_id
    where a.file_id = solution_file.file_id and s.state = 'published' and s.startup_id = solution_file.startup_id)"""
READ = f"{OURS} or (select actor_has('curator')) or {SHOWN}"
OF_A_SHEET = "exists (select from solution_file f where stored_file.id in (f.file_id, f.thumbnail_id))"
"""The policy of `solution_file` applies inside this question."""


def upgrade() -> None:
    op.create_table(
        "solution_file",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("thumbnail_id", sa.Uuid(), nullable=True),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_solution_file_file_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thumbnail_id"], ["stored_file.id"], name=op.f("fk_solution_file_thumbnail_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_solution_file_startup_id")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_solution_file")),
    )  # fmt: skip
    op.create_index(op.f("ix_solution_file_startup_id"), "solution_file", ["startup_id"])
    op.create_index(op.f("ix_solution_file_thumbnail_id"), "solution_file", ["thumbnail_id"])
    op.create_index(op.f("ix_solution_attachment_file_id"), "solution_attachment", ["file_id"])
    protect("solution_file", read=READ, insert=OURS, delete=OURS)
    app = role(APPLICATION)
    op.execute(f"create policy stored_file_sheet on stored_file for select to {app} using ({OF_A_SHEET})")
    op.execute(f"grant delete on stored_file to {app}")
    op.execute(
        f"create policy stored_file_dropped on stored_file for delete to {app} using (organisation_id = {ORG}"
        f" and {OF_A_SHEET})"
    )


def downgrade() -> None:
    op.execute("drop policy stored_file_dropped on stored_file")
    op.execute(f"revoke delete on stored_file from {role(APPLICATION)}")
    op.execute("drop policy stored_file_sheet on stored_file")
    op.drop_index(op.f("ix_solution_attachment_file_id"), "solution_attachment")
    op.drop_table("solution_file")
