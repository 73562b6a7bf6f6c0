"""Buying together: needs, pools, consultations, agreements, orders, invoices; who sees what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, function, protect, role

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


ORG = "(select actor_organisation())"


def upgrade() -> None:
    tables()
    questions()
    needs_and_pools()
    consultations()
    agreements()
    orders_and_invoices()
    frame()


def downgrade() -> None:
    raise NotImplementedError("restore a backup made before this version instead")


def questions() -> None:
    """Membership is asked through functions of the owner, since policies that ask each other never end."""
    function(
        "coordinates(pool uuid)", "boolean",
        "select exists (select from pool p where p.id = pool and p.coordinator_id = actor_organisation())", definer=True,
    )  # fmt: skip
    function(
        "in_pool(pool uuid)", "boolean",
        """select exists (select from pool p where p.id = pool and p.coordinator_id = actor_organisation())
            or exists (select from membership m where m.pool_id = pool and m.town_id = actor_organisation())""",
        definer=True,
    )  # fmt: skip
    function(
        "is_public(pool uuid)", "boolean",
        "select exists (select from pool p where p.id = pool and p.state in ('interest', 'census'))", definer=True,
    )  # fmt: skip
    function(
        "membership_town(membership uuid)", "uuid", "select m.town_id from membership m where m.id = membership", definer=True,
    )  # fmt: skip
    function(
        "membership_pool(membership uuid)", "uuid", "select m.pool_id from membership m where m.id = membership", definer=True,
    )  # fmt: skip
    function(
        "invited_to(consultation uuid)", "boolean",
        """select exists (select from invitation i where i.consultation_id = consultation
            and i.startup_id = actor_organisation())""",
        definer=True,
    )  # fmt: skip
    function(
        "runs_consultation(consultation uuid)", "boolean",
        "select exists (select from consultation c where c.id = consultation and c.coordinator_id = actor_organisation())",
        definer=True,
    )  # fmt: skip
    function(
        "order_parties(purchase uuid)", "uuid[]",
        "select array[o.town_id, o.supplier_id, p.coordinator_id] from purchase_order o join pool p on p.id = o.pool_id where o.id = purchase",
        definer=True,
    )  # fmt: skip


def needs_and_pools() -> None:
    protect("need", read=f"town_id = {ORG}", insert=f"town_id = {ORG}", update=f"town_id = {ORG}")
    joinable = "state in ('interest', 'census')"
    theirs = "coordinator_id = " + ORG
    # members lock the pool's row before they act, so they may reach it for update; only the coordinator may change it
    protect(
        "pool",
        read=f"{theirs} or {joinable} or in_pool(id) or (select supervises())",
        insert=f"{theirs} and (select actor_kind()) = 'town'",
        update=f"{joinable} or in_pool(id)",
        check=theirs,
    )
    seen = "is_public(pool_id) or in_pool(pool_id) or (select supervises())"
    protect(
        "pool_totals",
        read=seen,
        insert="coordinates(pool_id)",
        update="is_public(pool_id) or in_pool(pool_id)",
    )
    ours = "coordinates(pool_id)"
    protect("pool_line", read=seen, insert=ours, update=ours, delete=ours)
    inside = "in_pool(pool_id) or (select supervises())"
    protect(
        "membership",
        read=f"town_id = {ORG} or {inside}",
        insert=f"(town_id = {ORG} and (select actor_kind()) = 'town') or coordinates(pool_id)",
        update=f"town_id = {ORG} or coordinates(pool_id)",
    )
    own = f"membership_town(membership_id) = {ORG}"
    protect(
        "need_line",
        read=f"{own} or in_pool(membership_pool(membership_id)) or (select supervises())",
        insert=own, update=own, delete=own,
    )  # fmt: skip
    capped = f"town_id = {ORG} and {own}"
    protect("price_cap", read=capped, insert=capped, update=capped, delete=capped, worker=False)
    protect(
        "consolidation",
        read="case kind when 'quote' then coordinates(pool_id) else in_pool(pool_id) end",
        insert="coordinates(pool_id)", update="coordinates(pool_id)", delete="coordinates(pool_id)",
    )  # fmt: skip


def consultations() -> None:
    theirs = "coordinator_id = " + ORG
    protect(
        "consultation",
        read=f"{theirs} or invited_to(id) or in_pool(pool_id) or (select supervises())",
        insert=theirs,
        update=f"{theirs} or invited_to(id)",
        check=theirs,
    )
    protect(
        "invitation",
        read=f"startup_id = {ORG} or runs_consultation(consultation_id)",
        insert="runs_consultation(consultation_id)",
        update=f"startup_id = {ORG}",
    )
    opened = "state in ('opened', 'unreadable', 'retained', 'rejected') and coordinates(pool_id)"
    protect(
        "quote",
        read=f"startup_id = {ORG} or ({opened})",
        insert=f"(startup_id = {ORG} and invited_to(consultation_id)) or coordinates(pool_id)",
        update=f"startup_id = {ORG} or ({opened})",
    )
    run = "runs_consultation(consultation_id)"
    protect("evaluation", read=run, insert=run, update=run)
    protect(
        "award",
        read=f"in_pool(pool_id) or (select supervises()) or (startup_id = {ORG} and notified_at is not null)",
        insert="coordinates(pool_id)", update="coordinates(pool_id)",
    )  # fmt: skip


def agreements() -> None:
    inside = "in_pool(pool_id) or (select supervises())"
    protect("agreement", read=inside, insert="coordinates(pool_id)", update="coordinates(pool_id)")
    for table in ("deliberation", "signature"):
        protect(table, read=inside, insert=f"town_id = {ORG}", update=f"town_id = {ORG}")


def orders_and_invoices() -> None:
    parties = f"{ORG} in (town_id, supplier_id)"
    protect("purchase_order", read=f"{parties} or coordinates(pool_id)", update=parties)
    protect("order_line", read=f"{ORG} = any(order_parties(order_id))")
    protect(
        "billing_mandate",
        read=f"supplier_id = {ORG}",
        insert=f"supplier_id = {ORG}",
        update=f"supplier_id = {ORG}",
    )
    protect("invoice_series", read=f"supplier_id = {ORG}")
    protect(
        "invoice", read=f"{parties} or coordinates(pool_id)", insert=f"supplier_id = {ORG}", update=parties
    )
    protect("mandate_payment", read=parties, insert=f"town_id = {ORG}", update=f"supplier_id = {ORG}")


def frame() -> None:
    """What the frame's tables could not say before pools existed."""
    for table, condition in {
        "stored_file": f"{ORG} in (organisation_id, shared_with) or (pool_id is not null and in_pool(pool_id))",
        "job_run": "in_pool(subject_id) or (select supervises())",
    }.items():
        op.execute(f"grant select on {table} to {role(APPLICATION)}")
        op.execute(
            f"create policy {table}_select on {table} for select to {role(APPLICATION)} using ({condition})"
        )


def tables() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_need_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(op.f("ix_need_town_id"), "need", ["town_id"], unique=False)
    op.create_table(
        "pool",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "supplies",
                "services",
                "works",
                name="nature",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cpv", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("innovative", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column(
            "mission",
            sa.Enum("a", "b", "c", name="mission", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "committee",
            sa.Enum(
                "pool", "coordinator", name="committee", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "rule",
            sa.Enum(
                "pro_rata_firm",
                "commitment_order",
                "equal",
                "smaller_first",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "missed_policy",
            sa.Enum(
                "extend",
                "continue",
                "individual",
                "abandon",
                name="missedpolicy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "interest",
                "census",
                "consolidation",
                "commitment",
                "frozen",
                "consultation",
                "analysis",
                "award",
                "execution",
                "review",
                "closed",
                "threshold_missed",
                "no_award",
                "unsuccessful",
                "suspended",
                "abandoned",
                name="poolstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_from", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("census_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("channel_basis", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_sha256", sa.String(), nullable=True),
        sa.Column("frozen_perimeter", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["organisation.id"], name=op.f("fk_pool_coordinator_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_pool_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
    )
    op.create_index(op.f("ix_pool_coordinator_id"), "pool", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_pool_state"), "pool", ["state"], unique=False)
    op.create_table(
        "pool_totals",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=False),
        sa.Column("estimate_low_cents", sa.BigInteger(), nullable=True),
        sa.Column("estimate_high_cents", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_pool_totals_pool_id")),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_pool_totals")),
    )
    op.create_table(
        "pool_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("vat_rate", sa.Numeric(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("estimate_unit_cents", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_pool_line_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_line")),
        sa.UniqueConstraint("pool_id", "position", name=op.f("uq_pool_line_pool_id_position")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "interested",
                "declared",
                "confirmed",
                "deliberated",
                "signed",
                "committed",
                "executing",
                "settled",
                "declined",
                "silent",
                "withdrawn",
                "not_committed",
                "excluded",
                name="membershipstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_membership_pool_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_membership_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("pool_id", "town_id", name=op.f("uq_membership_pool_id_town_id")),
    )
    op.create_index(op.f("ix_membership_pool_id_state"), "membership", ["pool_id", "state"], unique=False)
    op.create_index(op.f("ix_membership_town_id"), "membership", ["town_id"], unique=False)
    op.create_table(
        "need_line",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("pool_line_id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.Numeric(), nullable=False),
        sa.Column("tolerance", sa.Numeric(), nullable=False),
        sa.Column("maximum", sa.Numeric(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "firm >= 0 and tolerance >= 0 and maximum >= firm + tolerance", name=op.f("ck_need_line_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_need_line_membership_id")
        ),
        sa.ForeignKeyConstraint(["pool_line_id"], ["pool_line.id"], name=op.f("fk_need_line_pool_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_line")),
        sa.UniqueConstraint(
            "membership_id", "pool_line_id", name=op.f("uq_need_line_membership_id_pool_line_id")
        ),
    )
    op.create_index(op.f("ix_need_line_pool_line_id"), "need_line", ["pool_line_id"], unique=False)
    op.create_table(
        "price_cap",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("pool_line_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("unit_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_price_cap_membership_id")
        ),
        sa.ForeignKeyConstraint(["pool_line_id"], ["pool_line.id"], name=op.f("fk_price_cap_pool_line_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_price_cap_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_cap")),
        sa.UniqueConstraint(
            "membership_id", "pool_line_id", name=op.f("uq_price_cap_membership_id_pool_line_id")
        ),
    )
    op.create_index(op.f("ix_price_cap_pool_line_id"), "price_cap", ["pool_line_id"], unique=False)
    op.create_table(
        "consolidation",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grid",
                "quote",
                "award",
                name="consolidationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_consolidation_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidation")),
        sa.UniqueConstraint(
            "pool_id", "kind", "source_id", name=op.f("uq_consolidation_pool_id_kind_source_id")
        ),
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "quotes",
                "buyer_profile",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "preparing",
                "open",
                "exported",
                "opened",
                "decided",
                "cancelled",
                name="consultationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("profile_reference", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["organisation.id"], name=op.f("fk_consultation_coordinator_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_consultation_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_pool_id"), "consultation", ["pool_id"], unique=False)
    op.create_index(
        op.f("ix_consultation_state_deadline_at"), "consultation", ["state", "deadline_at"], unique=False
    )
    op.create_table(
        "invitation",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_invitation_consultation_id")
        ),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_invitation_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "consultation_id", "startup_id", name=op.f("uq_invitation_consultation_id_startup_id")
        ),
    )
    op.create_index(op.f("ix_invitation_startup_id"), "invitation", ["startup_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("supplier_siren", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "sealed",
                "replaced",
                "withdrawn",
                "opened",
                "unreadable",
                "retained",
                "rejected",
                name="quotestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_quote_consultation_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_quote_pool_id")),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_quote_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_index(
        op.f("ix_quote_consultation_id_state"), "quote", ["consultation_id", "state"], unique=False
    )
    op.create_index(op.f("ix_quote_startup_id"), "quote", ["startup_id"], unique=False)
    op.create_index(
        "uq_quote_one_live",
        "quote",
        ["consultation_id", "startup_id"],
        unique=True,
        postgresql_where=sa.text("state in ('sealed', 'opened', 'retained')"),
    )
    op.create_table(
        "evaluation",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_evaluation_consultation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("consultation_id", name=op.f("uq_evaluation_consultation_id")),
    )
    op.create_table(
        "award",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("ht_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("ttc_cents", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_award_pool_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_award_quote_id")),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_award_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    op.create_index(
        "uq_award_one_live",
        "award",
        ["pool_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.create_table(
        "agreement",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("template_version", sa.String(), nullable=False),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "replaced",
                name="agreementstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_agreement_file_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_agreement_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("pool_id", "number", name=op.f("uq_agreement_pool_id_number")),
    )
    op.create_table(
        "deliberation",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("voted_on", sa.Date(), nullable=False),
        sa.Column("transmitted_on", sa.Date(), nullable=False),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_deliberation_membership_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_deliberation_pool_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_deliberation_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberation")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_deliberation_membership_id")),
    )
    op.create_index(op.f("ix_deliberation_pool_id"), "deliberation", ["pool_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("signatory_name", sa.String(), nullable=False),
        sa.Column("signatory_title", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("agreement_sha256", sa.String(), nullable=False),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_signature_agreement_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_signature_membership_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_signature_pool_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_signature_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "agreement_id", "membership_id", name=op.f("uq_signature_agreement_id_membership_id")
        ),
    )
    op.create_index(op.f("ix_signature_pool_id"), "signature", ["pool_id"], unique=False)
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "prepared",
                "issued",
                "delivered",
                "accepted",
                "invoiced",
                "paid",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ht_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("ttc_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("engagement", sa.String(), nullable=True),
        sa.Column("service_code", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_purchase_order_file_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_purchase_order_pool_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_purchase_order_supplier_id")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_purchase_order_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
        sa.UniqueConstraint("pool_id", "town_id", name=op.f("uq_purchase_order_pool_id_town_id")),
    )
    op.create_index(op.f("ix_purchase_order_supplier_id"), "purchase_order", ["supplier_id"], unique=False)
    op.create_index(op.f("ix_purchase_order_town_id"), "purchase_order", ["town_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_rate", sa.Numeric(), nullable=False),
        sa.Column("ht_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
    )
    op.create_table(
        "billing_mandate",
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_billing_mandate_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_mandate")),
        sa.UniqueConstraint("prefix", name=op.f("uq_billing_mandate_prefix")),
    )
    op.create_index(
        "uq_billing_mandate_one_live",
        "billing_mandate",
        ["supplier_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "invoice_series",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_invoice_series_supplier_id")
        ),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_invoice_series")),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column(
            "issued_by",
            sa.Enum(
                "supplier", "mandate", name="issuedby", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "mandated",
                "paid",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ht_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("ttc_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_invoice_file_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_invoice_order_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_invoice_pool_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisation.id"], name=op.f("fk_invoice_supplier_id")),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_invoice_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoice_order_id")),
        sa.UniqueConstraint("supplier_id", "number", name=op.f("uq_invoice_supplier_id_number")),
    )
    op.create_index(op.f("ix_invoice_pool_id"), "invoice", ["pool_id"], unique=False)
    op.create_index(op.f("ix_invoice_town_id"), "invoice", ["town_id"], unique=False)
    op.create_table(
        "mandate_payment",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("slip", sa.String(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_mandate_payment_invoice_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_mandate_payment_supplier_id")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_mandate_payment_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_payment")),
    )
    op.create_index(op.f("ix_mandate_payment_invoice_id"), "mandate_payment", ["invoice_id"], unique=False)
