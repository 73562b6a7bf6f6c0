"""The audit seal, and the erasure of people."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import APPLICATION, WORKER, function, protect, role

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSERT_ONLY = ("audit_line", "audit_seal")


def upgrade() -> None:
    seal()
    insert_only()
    journal()
    personal_data()


def downgrade() -> None:
    op.execute("drop function my_last_administrations()")
    op.drop_table("personal_request")
    op.drop_column("person", "erased_at")
    op.execute("drop policy audit_line_select on audit_line")
    op.execute(f"revoke select on audit_line from {role(APPLICATION)}")
    op.execute("drop function audits()")
    for table in INSERT_ONLY:
        op.execute(f"drop trigger {table}_is_insert_only on {table}")
    op.execute("drop function refuse_change()")
    op.drop_table("audit_seal")
    op.drop_index("ix_audit_line_organisation_id_created_at", "audit_line")
    op.drop_index("ix_audit_line_created_at_id", "audit_line")


def seal() -> None:
    op.create_index("ix_audit_line_created_at_id", "audit_line", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_audit_line_organisation_id_created_at",
        "audit_line",
        ["organisation_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("line_id", name=op.f("uq_audit_seal_line_id")),
    )
    protect("audit_seal", worker=False)  # the application has no business with it
    worker = role(WORKER)
    op.execute(f"grant select, insert on audit_seal to {worker}")
    op.execute(f"create policy audit_seal_worker_read on audit_seal for select to {worker} using (true)")
    op.execute(
        f"create policy audit_seal_worker_insert on audit_seal for insert to {worker} with check (true)"
    )


def insert_only() -> None:
    """Refused to everybody, the owner included. A superuser can go past it, knowingly, with
    `set session_replication_role = replica`; the chain then says what was done.
    """
    # an address was kept in lines written before the chain: the last moment to take it out
    op.execute("update audit_line set after = after - 'email' where after ? 'email'")
    op.execute(
        "create function refuse_change() returns trigger language plpgsql as $$begin "
        "raise exception 'the table % is insert-only', tg_table_name using errcode = 'insufficient_privilege'; end$$"
    )
    for table in INSERT_ONLY:
        op.execute(
            f"create trigger {table}_is_insert_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )


def journal() -> None:
    """An organisation's administrator reads its lines; the supervising body's auditor and administrator read all."""
    function(
        "audits()", "boolean", "select actor_kind() = 'supervisor' and (actor_has('auditor') or actor_has('admin'))"
    )  # fmt: skip
    app = role(APPLICATION)
    op.execute(f"grant select on audit_line to {app}")
    op.execute(
        f"create policy audit_line_select on audit_line for select to {app} using ((select audits()) or "
        "(organisation_id = (select actor_organisation()) and (select actor_has('admin'))))"
    )


def personal_data() -> None:
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "personal_request",
        sa.Column(
            "kind",
            sa.Enum("export", "erasure", name="requestkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "confirmed", "done", "refused",
                name="requeststate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_request")),
    )  # fmt: skip
    op.create_index(op.f("ix_personal_request_person_id"), "personal_request", ["person_id"], unique=False)
    me = "person_id = (select actor_person())"
    # whoever serves other people's requests (an administrator of the supervising body) never reads their exports
    staff = "kind = 'erasure' and (select actor_kind()) = 'supervisor' and (select actor_has('admin'))"
    asked_by_me = "asked_by = (select actor_person())"
    protect(
        "personal_request",
        read=f"{me} or ({staff})",
        insert=f"{asked_by_me} and ({me} or ({staff}))",
        update=staff,
    )
    function(
        "my_last_administrations()", "table(name text)",
        """select o.name::text from affiliation a join organisation o on o.id = a.organisation_id
            where a.person_id = actor_person() and 'admin' = any(a.roles) and not exists (
                select from affiliation b where b.organisation_id = a.organisation_id
                and b.person_id <> a.person_id and 'admin' = any(b.roles))
            order by o.name""",
        definer=True,
    )  # fmt: skip
