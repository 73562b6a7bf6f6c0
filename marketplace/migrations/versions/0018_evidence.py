"""What proves a claim: documents, confirmations by towns, public contracts, deliveries here."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, function, protect, public, role

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OURS = "s.startup_id = (select actor_organisation())"
CURATOR = "(select actor_has('curator'))"
OWN = f"exists (select from solution s where s.id = solution_id and ({OURS} or {CURATOR}))"
SEEN = "exists (select from solution s where s.id = solution_id)"
"""The policies of `solution` apply inside this question."""
PURPOSES = ("invitation", "claim", "password_reset", "email_change")
ANSWER = "answer_evidence_request(uuid, text, text, text, text)"


def upgrade() -> None:
    contracts()
    requests()
    evidence()
    links()


def downgrade() -> None:
    op.execute("drop policy stored_file_evidence on stored_file")
    op.execute(f"drop function {ANSWER}")
    op.execute("drop function find_evidence_request(uuid)")
    op.drop_table("evidence")
    op.drop_table("evidence_request")
    op.drop_table("public_contract")
    op.execute("delete from one_time_token where purpose = 'confirmation'")
    _purposes(PURPOSES)


def contracts() -> None:
    op.create_table(
        "public_contract",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("buyer_siret", sa.String(), nullable=False),
        sa.Column("buyer_siren", sa.String(), nullable=False),
        sa.Column("holders", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("holder_sirens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("cpv", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("place_code", sa.String(), nullable=True),
        sa.Column("place_kind", sa.String(), nullable=True),
        sa.Column("innovative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_contract")),
        sa.UniqueConstraint("uid", name=op.f("uq_public_contract_uid")),
    )
    op.create_index(op.f("ix_public_contract_buyer_siren"), "public_contract", ["buyer_siren"])
    op.create_index(
        "ix_public_contract_holder_sirens", "public_contract", ["holder_sirens"], postgresql_using="gin"
    )
    public(["public_contract"])


def requests() -> None:
    key = sa.ForeignKeyConstraint
    op.create_table(
        "evidence_request",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _choice("state", "requeststate", ("sent", "answered", "cancelled")),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        _choice("answer", "answer", ("exact", "corrected", "wrong", "other_person"), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=True),
        sa.Column("contact_role", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        key(["solution_id"], ["solution.id"], name=op.f("fk_evidence_request_solution_id")),
        key(["startup_id"], ["organisation.id"], name=op.f("fk_evidence_request_startup_id")),
        key(["asked_by"], ["person.id"], name=op.f("fk_evidence_request_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_request")),
        sa.UniqueConstraint("token_id", name=op.f("uq_evidence_request_token_id")),
    )
    op.create_index(op.f("ix_evidence_request_solution_id"), "evidence_request", ["solution_id"])
    op.create_index(op.f("ix_evidence_request_startup_id"), "evidence_request", ["startup_id"])
    op.create_index(
        op.f("ix_evidence_request_solution_id_reference_id_asked_at"), "evidence_request",
        ["solution_id", "reference_id", "asked_at"],
    )  # fmt: skip
    op.create_index(
        "uq_evidence_request_open", "evidence_request", ["solution_id", "reference_id"], unique=True,
        postgresql_where=sa.text("state = 'sent'"),
    )  # fmt: skip
    ours = "startup_id = (select actor_organisation())"
    protect(
        "evidence_request", read=f"{ours} or {CURATOR}", insert=f"{ours} and {OWN} and answer is null", update=ours,
        check=f"{ours} and answer is null",
    )  # fmt: skip


def evidence() -> None:
    key = sa.ForeignKeyConstraint
    op.create_table(
        "evidence",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        _choice("kind", "kind", ("document", "confirmation", "contract", "delivery")),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=True),
        _choice("state", "evidencestate", ("offered", "accepted", "refused", "withdrawn")),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        key(["solution_id"], ["solution.id"], name=op.f("fk_evidence_solution_id")),
        key(["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_id")),
        key(["contract_id"], ["public_contract.id"], name=op.f("fk_evidence_contract_id")),
        key(["request_id"], ["evidence_request.id"], name=op.f("fk_evidence_request_id")),
        key(["offered_by"], ["person.id"], name=op.f("fk_evidence_offered_by")),
        key(["decided_by"], ["person.id"], name=op.f("fk_evidence_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("request_id", name=op.f("uq_evidence_request_id")),
        sa.UniqueConstraint("solution_id", "order_id", name=op.f("uq_evidence_solution_id_order_id")),
    )
    for column in ("solution_id", "file_id", "contract_id"):
        op.create_index(op.f(f"ix_evidence_{column}"), "evidence", [column])
    op.create_index(
        "uq_evidence_contract", "evidence", ["solution_id", "path", "contract_id", "digest"], unique=True,
        postgresql_where=sa.text("contract_id is not null and state in ('offered', 'accepted')"),
    )  # fmt: skip
    op.create_index(
        "ix_evidence_waiting", "evidence", ["state_since"], postgresql_where=sa.text("state = 'offered'")
    )
    op.create_index(
        "ix_evidence_ending", "evidence", ["expires_on"], postgresql_where=sa.text("state = 'accepted'")
    )
    # what is accepted is everybody's, as the sheet is; a startup offers, and never accepts but what a contract says by itself
    offered = f"{OWN} and kind in ('document', 'contract') and (state = 'offered' or kind = 'contract')"
    decided = f"({CURATOR} or state = 'withdrawn')"
    protect(
        "evidence", read=f"(state = 'accepted' and {SEEN}) or {OWN}", insert=offered, update=OWN, check=f"{OWN} and {decided}"
    )  # fmt: skip
    op.execute(
        f"create policy stored_file_evidence on stored_file for select to {role(APPLICATION)} using"
        f" ({CURATOR} and exists (select from evidence e where e.file_id = stored_file.id))"
    )


def links() -> None:
    """What the holder of a link reads and writes, whoever they are: the link is known by its exact id alone."""
    _purposes((*PURPOSES, "confirmation"))
    open_one = "r.state = 'sent' and r.answered_at is null and r.expires_at > market_now()"
    function(
        "find_evidence_request(token uuid)",
        "table(id uuid, solution_id uuid, reference_id uuid, digest text, startup text, expires_at timestamptz)",
        f"""select r.id, r.solution_id, r.reference_id, r.digest, o.name, r.expires_at
            from evidence_request r join organisation o on o.id = r.startup_id
            where r.token_id = token and {open_one}""",
        definer=True,
    )
    # the token must have been spent by this very transaction: nobody else's answer can be written with it
    function(
        "answer_evidence_request(token uuid, given text, words text, contact text, held text)", "uuid",
        f"""update evidence_request r
            set answer = given, said = words, contact_name = contact, contact_role = held, answered_at = market_now()
            where r.token_id = token and {open_one}
              and exists (select from one_time_token t where t.id = token and t.purpose = 'confirmation' and t.used_at = now())
            returning r.id""",
        definer=True, volatile=True,
    )  # fmt: skip


def _purposes(allowed: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in allowed)
    op.drop_constraint("purpose", "one_time_token", type_="check")
    op.create_check_constraint("purpose", "one_time_token", f"purpose in ({listed})")


def _choice(name: str, kind: str, values: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=40), nullable=nullable
    )  # fmt: skip
