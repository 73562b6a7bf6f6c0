"""One-time tokens, and mails whose body is forgotten once sent."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import function, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_token",
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation", "claim", "password_reset", "email_change",
                name="purpose", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("bound_to", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_one_time_token_purpose_bound_to"), "one_time_token", ["purpose", "bound_to"], unique=False
    )
    op.add_column("mail", sa.Column("confidential", sa.Boolean(), server_default="false", nullable=False))
    # who holds a token is not known before it is shown: it is written by anybody, read by its exact id alone
    protect("one_time_token", insert="true", delete="person_id = (select actor_person())")
    columns = "table(person_id uuid, subject_id uuid, bound_to text)"
    sound = "t.id = token and t.purpose = wanted and t.used_at is null and t.expires_at > now()"
    function(
        "find_one_time_token(token uuid, wanted text)", columns,
        f"select t.person_id, t.subject_id, t.bound_to from one_time_token t where {sound}", definer=True,
    )  # fmt: skip
    function(
        "spend_one_time_token(token uuid, wanted text)", columns,
        f"update one_time_token t set used_at = now() where {sound} returning t.person_id, t.subject_id, t.bound_to",
        definer=True, volatile=True,
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop function spend_one_time_token(uuid, text)")
    op.execute("drop function find_one_time_token(uuid, text)")
    op.drop_column("mail", "confidential")
    op.drop_table("one_time_token")
