"""The frame: organisations, people, sessions, outbox, audit, files, mails, territories; roles and row-level security."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import APPLICATION, WORKER, function, protect, public, role

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


MINE = "organisation_id = (select actor_organisation())"


def upgrade() -> None:
    op.execute("create extension if not exists unaccent")
    op.execute("create extension if not exists pg_trgm")
    actor_functions()
    tables()
    market_clock()
    sign_in_functions()
    rights()


def downgrade() -> None:
    raise NotImplementedError("the first migration has nothing before it: drop the database instead")


def actor_functions() -> None:
    """Who acts, as the application said when its transaction began (`marketplace.db`)."""
    for name in ("person", "organisation"):
        function(f"actor_{name}()", "uuid", f"select nullif(current_setting('app.{name}', true), '')::uuid")
    function("actor_kind()", "text", "select coalesce(current_setting('app.kind', true), '')")
    function(
        "actor_has(role text)",
        "boolean",
        "select role = any(string_to_array(current_setting('app.roles', true), ','))",
    )
    function(
        "supervises()", "boolean",
        "select actor_kind() = 'supervisor' and (actor_has('supervisor') or actor_has('auditor') or actor_has('admin'))",
    )  # fmt: skip
    # unaccent is STABLE only because its dictionary could change; ours does not
    op.execute(
        "create function folded(value text) returns text language sql immutable parallel safe strict "
        "as $$select lower(public.unaccent('public.unaccent', replace(replace(value, 'œ', 'oe'), 'Œ', 'oe')))$$"
    )
    # « Saint-Étienne », « st etienne » and « SAINT ETIENNE » are one key
    op.execute(
        "create function town_key(value text) returns text language sql immutable parallel safe strict as $$select trim("
        "regexp_replace(regexp_replace(regexp_replace(folded(value), '[^a-z0-9]+', ' ', 'g'),"
        " '\\msaint\\M', 'st', 'g'), '\\msainte\\M', 'ste', 'g'))$$"
    )


def market_clock() -> None:
    """The market's instant: the database's clock, plus the shift that only demo mode may write."""
    op.execute("insert into clock_shift (singleton, shift) values (true, interval '0')")
    function("market_now()", "timestamptz", "select now() + (select shift from clock_shift)", definer=True)


def sign_in_functions() -> None:
    """What must be asked before anybody is known. Each answers about one exact e-mail, token or key."""
    function(
        "find_sign_in(address text)", "table(person_id uuid, password_hash text)",
        "select id, password_hash from person where email = lower(address)", definer=True,
    )  # fmt: skip
    who = """p.id, p.name, o.id, o.name, o.kind, coalesce(a.roles, '{}')"""
    columns = "person_id uuid, person_name text, organisation_id uuid, organisation_name text, kind text, roles text[]"
    function(
        "find_session(token bytea)", f"table(session_id uuid, {columns}, last_seen_at timestamptz)",
        f"""select s.id, {who}, s.last_seen_at from web_session s join person p on p.id = s.person_id
            left join affiliation a on a.person_id = p.id and a.organisation_id = s.organisation_id
            left join organisation o on o.id = a.organisation_id
            where s.token_hash = token and s.expires_at > now()""",
        definer=True,
    )  # fmt: skip
    function(
        "find_api_key(secret bytea)", f"table(key_id uuid, {columns}, scope text, last_used_at timestamptz)",
        f"""select k.id, {who}, k.scope, k.last_used_at from api_key k join person p on p.id = k.person_id
            join organisation o on o.id = k.organisation_id
            join affiliation a on a.person_id = p.id and a.organisation_id = o.id
            where k.secret_hash = secret and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())""",
        definer=True,
    )  # fmt: skip
    function(
        "colleague(person uuid)", "boolean",
        """select exists (select from affiliation a where a.person_id = person and a.organisation_id = actor_organisation())""",
        definer=True,
    )  # fmt: skip


def rights() -> None:
    for which in (APPLICATION, WORKER):
        op.execute(f"grant usage on schema public to {role(which)}")
    public(["region", "department", "epci", "commune", "former_commune"])
    op.execute(f"grant select on alembic_version to {role(APPLICATION)}, {role(WORKER)}")
    op.execute(f"grant select on clock_shift to {role(WORKER)}, {role(APPLICATION)}")
    protect("organisation", read="true")
    protect(
        "person", read="id = (select actor_person()) or colleague(id)", update="id = (select actor_person())"
    )
    protect("affiliation", read=f"person_id = (select actor_person()) or {MINE}")
    me = "person_id = (select actor_person())"
    protect("web_session", read=me, insert=me, update=me, delete=me)
    protect("api_key", read=MINE, insert=f"{MINE} and {me}", update=MINE)
    protect(
        "idempotency_record", read=f"{me} and {MINE}", insert=f"{me} and {MINE}", update=f"{me} and {MINE}"
    )
    protect("outbox", insert="true")
    protect("audit_line", insert="person_id is not distinct from actor_person()", worker=False)
    op.execute(f"grant select, insert on audit_line to {role(WORKER)}")
    op.execute(
        f"create policy audit_line_worker_read on audit_line for select to {role(WORKER)} using (true)"
    )
    op.execute(
        f"create policy audit_line_worker_insert on audit_line for insert to {role(WORKER)} with check (true)"
    )
    protect("job_run")
    protect("job_chunk")
    protect("stored_file", insert=MINE)  # who reads is said with the pools, in 0004
    protect("mail", insert="true", read=MINE)


def tables() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "town",
                "startup",
                "supervisor",
                "association",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("siret", sa.String(), nullable=True),
        sa.Column("insee", sa.String(), nullable=True),
        sa.Column(
            "town_kind",
            sa.Enum(
                "commune",
                "epci",
                "syndicat",
                name="townkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("insee", name=op.f("uq_organisation_insee")),
        sa.UniqueConstraint("siren", name=op.f("uq_organisation_siren")),
        sa.UniqueConstraint("siret", name=op.f("uq_organisation_siret")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "affiliation",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_affiliation_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", name=op.f("uq_affiliation_person_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_affiliation_organisation_id"), "affiliation", ["organisation_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_web_session_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("read", "write", name="keyscope", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_api_key_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_key_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
    )
    op.create_index(
        op.f("ix_api_key_organisation_id_person_id"),
        "api_key",
        ["organisation_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "idempotency_record",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_record")),
        sa.UniqueConstraint(
            "person_id",
            "organisation_id",
            "key",
            name=op.f("uq_idempotency_record_person_id_organisation_id_key"),
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("handler", sa.String(), server_default="", nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "done",
                "dead",
                name="outboxstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "audit_line",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
    )
    op.create_index(
        op.f("ix_audit_line_subject_subject_id"), "audit_line", ["subject", "subject_id"], unique=False
    )
    op.create_table(
        "job_run",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("key", name=op.f("uq_job_run_key")),
    )
    op.create_index(op.f("ix_job_run_subject_id"), "job_run", ["subject_id"], unique=False)
    op.create_table(
        "job_chunk",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["job_run.id"], name=op.f("fk_job_chunk_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_chunk")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_job_chunk_run_id_position")),
    )
    op.create_table(
        "stored_file",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("shared_with", sa.Uuid(), nullable=True),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_organisation_id"), "stored_file", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_stored_file_pool_id"), "stored_file", ["pool_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "unknown",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index(op.f("ix_mail_organisation_id"), "mail", ["organisation_id"], unique=False)
    op.create_table(
        "clock_shift",
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("shift", sa.Interval(), nullable=False),
        sa.CheckConstraint("shift >= interval '0'", name=op.f("ck_clock_shift_forward")),
        sa.CheckConstraint("singleton", name=op.f("ck_clock_shift_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_clock_shift")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_index(op.f("ix_department_region_code"), "department", ["region_code"], unique=False)
    op.create_table(
        "epci",
        sa.Column("siren", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("siren", name=op.f("pk_epci")),
    )
    op.create_index(op.f("ix_epci_department_code"), "epci", ["department_code"], unique=False)
    op.create_index(
        "ix_epci_search_name",
        "epci",
        ["search_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.create_table(
        "commune",
        sa.Column("insee", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("epci_siren", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["epci_siren"], ["epci.siren"], name=op.f("fk_commune_epci_siren")),
        sa.PrimaryKeyConstraint("insee", name=op.f("pk_commune")),
        sa.UniqueConstraint("siren", name=op.f("uq_commune_siren")),
    )
    op.create_index(op.f("ix_commune_department_code"), "commune", ["department_code"], unique=False)
    op.create_index(op.f("ix_commune_epci_siren"), "commune", ["epci_siren"], unique=False)
    op.create_index(op.f("ix_commune_postal_code"), "commune", ["postal_code"], unique=False)
    op.create_index(op.f("ix_commune_region_code"), "commune", ["region_code"], unique=False)
    op.create_index(
        "ix_commune_search_name",
        "commune",
        ["search_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.create_table(
        "former_commune",
        sa.Column("insee", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("present_insee", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["present_insee"], ["commune.insee"], name=op.f("fk_former_commune_present_insee")
        ),
        sa.PrimaryKeyConstraint("insee", name=op.f("pk_former_commune")),
    )
    op.create_index(
        op.f("ix_former_commune_present_insee"), "former_commune", ["present_insee"], unique=False
    )
    op.create_index(
        "ix_former_commune_search_name",
        "former_commune",
        ["search_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
