"""Second factors, passkeys, recovery codes, and what a session proves."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import function, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ME = "person_id = (select actor_person())"
WHO = "p.id, p.name, o.id, o.name, o.kind, coalesce(a.roles, '{}')"
COLUMNS = (
    "person_id uuid, person_name text, organisation_id uuid, organisation_name text, kind text, roles text[]"
)
FIND_SESSION = """from web_session s join person p on p.id = s.person_id
    left join affiliation a on a.person_id = p.id and a.organisation_id = s.organisation_id
    left join organisation o on o.id = a.organisation_id
    where s.token_hash = token and s.expires_at > now()"""


def upgrade() -> None:
    sessions()
    tables()
    protect("half_open_session", read=ME, insert=ME, delete=ME)
    for table in ("totp_factor", "recovery_code", "passkey"):
        protect(table, read=ME, insert=ME, update=ME, delete=ME)
    # whoever signs in is not known yet: a challenge is written by anybody, and taken by its exact id alone
    protect("passkey_challenge", insert="true")
    questions()


def downgrade() -> None:
    for signature in (
        "find_session(bytea)", "find_half_open_session(bytea)", "find_passkey(bytea)", "take_challenge(uuid, text)",
    ):  # fmt: skip
        op.execute(f"drop function {signature}")
    for table in ("passkey_challenge", "passkey", "recovery_code", "totp_factor", "half_open_session"):
        op.drop_table(table)
    for column in ("device", "proved_at", "proof"):
        op.drop_column("web_session", column)
    function(
        "find_session(token bytea)", f"table(session_id uuid, {COLUMNS}, last_seen_at timestamptz)",
        f"select s.id, {WHO}, s.last_seen_at {FIND_SESSION}", definer=True,
    )  # fmt: skip


def sessions() -> None:
    """Sessions that are open stay so, as what they were: opened by a password, proved when they were opened."""
    op.add_column(
        "web_session",
        sa.Column(
            "proof",
            sa.Enum(
                "password", "totp", "recovery", "passkey", "proconnect",
                name="proof", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=True,
        ),
    )  # fmt: skip
    op.add_column("web_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_session", sa.Column("device", sa.String(), nullable=True))
    op.execute("update web_session set proof = 'password', proved_at = created_at, device = ''")
    for column in ("proof", "proved_at", "device"):
        op.alter_column("web_session", column, nullable=False)


def tables() -> None:
    op.create_table(
        "half_open_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_half_open_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_open_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_half_open_session_token_hash")),
    )
    op.create_index(op.f("ix_half_open_session_person_id"), "half_open_session", ["person_id"], unique=False)
    op.create_table(
        "totp_factor",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_totp_factor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_totp_factor_person_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("person_id", "code_hash", name=op.f("uq_recovery_code_person_id_code_hash")),
    )
    op.create_table(
        "passkey",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"], unique=False)
    op.create_table(
        "passkey_challenge",
        sa.Column(
            "ceremony",
            sa.Enum(
                "register", "sign_in", "confirm",
                name="ceremony", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_challenge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
    )  # fmt: skip


def questions() -> None:
    """What must be asked before anybody is known. Each answers about one exact token, credential or id."""
    op.execute("drop function find_session(bytea)")
    function(
        "find_session(token bytea)",
        f"table(session_id uuid, {COLUMNS}, last_seen_at timestamptz, proof text, proved_at timestamptz)",
        f"select s.id, {WHO}, s.last_seen_at, s.proof, s.proved_at {FIND_SESSION}", definer=True,
    )  # fmt: skip
    function(
        "find_half_open_session(token bytea)", "table(half_open_id uuid, person_id uuid)",
        "select h.id, h.person_id from half_open_session h where h.token_hash = token and h.expires_at > now()",
        definer=True,
    )  # fmt: skip
    function(
        "find_passkey(credential bytea)",
        "table(passkey_id uuid, person_id uuid, public_key bytea, sign_count bigint)",
        "select k.id, k.person_id, k.public_key, k.sign_count from passkey k where k.credential_id = credential",
        definer=True,
    )  # fmt: skip
    function(
        "take_challenge(challenge_id uuid, wanted text)", "table(challenge bytea, person_id uuid)",
        """delete from passkey_challenge c where c.id = challenge_id and c.ceremony = wanted and c.expires_at > now()
           returning c.challenge, c.person_id""",
        definer=True, volatile=True,
    )  # fmt: skip
