"""Pools proposed to towns that have the same need."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import APPLICATION, WORKER, function, protect, role

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MINE = "town_id = (select actor_organisation())"
ASKED = f"exists (select from proposal_side s where s.proposal_id = pool_proposal.id and s.{MINE})"


def upgrade() -> None:
    op.add_column("need", sa.Column("alike_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_need_alike", "need", ["domain", "unit"], postgresql_where=sa.text("alike_until is not null")
    )
    op.create_table(
        "pool_proposal",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("towns", sa.Integer(), nullable=False),
        sa.Column("low", sa.Numeric(), nullable=True),
        sa.Column("high", sa.Numeric(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_pool_proposal_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_proposal")),
    )
    op.create_index(
        op.f("ix_pool_proposal_domain_unit_made_at"), "pool_proposal", ["domain", "unit", "made_at"]
    )
    op.create_table(
        "proposal_side",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "accepted", "declined", name="sidestate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["pool_proposal.id"], name=op.f("fk_proposal_side_proposal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_proposal_side_town_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_proposal_side_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_side")),
        sa.UniqueConstraint("proposal_id", "town_id", name=op.f("uq_proposal_side_proposal_id_town_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_proposal_side_town_id"), "proposal_side", ["town_id"])
    op.create_index(op.f("ix_proposal_side_need_id"), "proposal_side", ["need_id"])
    rights()


def rights() -> None:
    """A town reads its own side, and once it has accepted, those of the towns that did too. Nobody else reads anything."""
    # asks about the actor's own side alone; in a policy on the same table, a plain subquery would ask itself
    function(
        "accepted_proposal(proposal uuid)", "boolean",
        "select exists (select from proposal_side where proposal_id = proposal and town_id = actor_organisation() and state = 'accepted')",
        definer=True,
    )  # fmt: skip
    protect("proposal_side", read=f"{MINE} or (state = 'accepted' and accepted_proposal(proposal_id))")
    protect("pool_proposal", read=ASKED)
    # a town changes its own answer, and names the pool that it opened: these columns, in these rows
    app = role(APPLICATION)
    op.execute(f"grant update (state, state_since) on proposal_side to {app}")
    op.execute(
        f"create policy proposal_side_update on proposal_side for update to {app} using ({MINE}) with check ({MINE})"
    )
    op.execute(f"grant update (pool_id) on pool_proposal to {app}")
    opened = "exists (select from pool p where p.id = pool_id and p.coordinator_id = (select actor_organisation()))"
    op.execute(
        f"create policy pool_proposal_update on pool_proposal for update to {app}"
        f" using (accepted_proposal(id)) with check (accepted_proposal(id) and {opened})"
    )


def downgrade() -> None:
    op.drop_table("proposal_side")
    op.drop_table("pool_proposal")
    for which in (APPLICATION, WORKER):
        op.execute(f"revoke all on function accepted_proposal(uuid) from {role(which)}")
    op.execute("drop function accepted_proposal(uuid)")
    op.drop_index("ix_need_alike", table_name="need")
    op.drop_column("need", "alike_until")
