"""What is told about the directory, in one mail a day at most; files of sheets that people send."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, protect, role

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    notices()
    imports()


def downgrade() -> None:
    op.execute("drop policy solution_insert_curator on solution")
    op.drop_table("sheet_import")
    op.drop_table("notice")


def notices() -> None:
    op.create_table(
        "notice",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("market_now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_notice_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", "person_id", name=op.f("uq_notice_key_person_id")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_notice_person_id_organisation_id_told_at"), "notice", ["person_id", "organisation_id", "told_at"], unique=False,
    )  # fmt: skip
    op.create_index(
        "ix_notice_pending", "notice", ["person_id", "told_at"], unique=False,
        postgresql_where=sa.text("sent_at is null"),
    )  # fmt: skip
    # its person's, for the organisation they act for; only the worker writes
    protect(
        "notice",
        read="person_id = (select actor_person()) and organisation_id = (select actor_organisation())",
    )


def imports() -> None:
    op.create_table(
        "sheet_import",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("startup", "curator", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sheet_import_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sheet_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_import")),
    )  # fmt: skip
    op.create_index(op.f("ix_sheet_import_person_id"), "sheet_import", ["person_id"], unique=False)
    mine = "person_id = (select actor_person()) and organisation_id = (select actor_organisation())"
    protect("sheet_import", read=mine, insert=mine, update=mine)
    # a curator loads sheets that no startup here has claimed, as an operator does
    op.execute(
        f"create policy solution_insert_curator on solution for insert to {role(APPLICATION)} "
        "with check ((select actor_has('curator')))"
    )
