"""Outgoing webhooks and their deliveries; API keys end, warn, and die with the membership they came from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, protect, role

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MINE = "organisation_id = (select actor_organisation())"
ME = "person_id = (select actor_person())"


def upgrade() -> None:
    op.add_column("api_key", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    app = role(APPLICATION)
    op.execute("drop policy api_key_update on api_key")
    op.execute(
        f"create policy api_key_update on api_key for update to {app} using ({MINE} and ({ME} or actor_has('admin')))"
        f" with check ({MINE} and ({ME} or actor_has('admin')))"
    )
    # whoever removes somebody from an organisation, and however, their keys there are revoked for good:
    # coming back later does not bring them to life
    op.execute(
        """create function revoke_keys_of_removed() returns trigger language plpgsql
        security definer set search_path = public, pg_temp as $$ begin
            update api_key set revoked_at = now()
            where person_id = old.person_id and organisation_id = old.organisation_id and revoked_at is null;
            return null;
        end $$"""
    )
    op.execute("revoke all on function revoke_keys_of_removed() from public")
    op.execute(
        "create trigger revoke_keys after delete on affiliation for each row execute function revoke_keys_of_removed()"
    )
    tables()
    admin = f"{MINE} and actor_has('admin')"
    protect("webhook_endpoint", read=admin, insert=admin, update=admin, delete=admin)
    inside = (
        f"{admin} and exists (select from webhook_endpoint e where e.id = endpoint_id"
        " and e.organisation_id = webhook_delivery.organisation_id)"
    )
    protect("webhook_delivery", read=admin, insert=inside, update=admin)


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
    op.execute("drop trigger revoke_keys on affiliation")
    op.execute("drop function revoke_keys_of_removed()")
    op.execute("drop policy api_key_update on api_key")
    op.execute(
        f"create policy api_key_update on api_key for update to {role(APPLICATION)} using ({MINE}) with check ({MINE})"
    )
    op.drop_column("api_key", "warned_at")


def tables() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "disabled_reason",
            sa.Enum(
                "person", "failing", "gone", "secret",
                name="disabledreason", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=True,
        ),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_endpoint_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_webhook_endpoint_organisation_id"), "webhook_endpoint", ["organisation_id"], unique=False
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending", "sending", "delivered", "failed", "cancelled",
                name="deliverystate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_delivery_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "key", name=op.f("uq_webhook_delivery_endpoint_id_key")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_webhook_delivery_organisation_id"), "webhook_delivery", ["organisation_id"], unique=False
    )
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["next_at", "endpoint_id"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
