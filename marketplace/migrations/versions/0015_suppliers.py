"""A startup's profile, stakes, certificates and insurance: its reusable candidature file."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import APPLICATION, function, protect, role

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ORG = "(select actor_organisation())"
OURS = f"startup_id = {ORG}"
AS_STARTUP = f"{OURS} and (select actor_kind()) = 'startup'"
CURATOR = "(select actor_has('curator'))"
ADMIN = "(select actor_has('admin'))"


def upgrade() -> None:
    supplier()
    contacts_and_bank()
    stakes()
    certificates()
    siret()


def supplier() -> None:
    op.create_table(
        "supplier",
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "legal_form",
            _choice(
                "legalform", "sas", "sasu", "sa", "sarl", "eurl", "scop", "scic", "sem", "snc", "gie", "association", "sole_trader",
                "foreign", "other",
            ),
            nullable=True,
        ),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column(
            "headcount",
            _choice("headcount", "0_0", "1_9", "10_19", "20_49", "50_99", "100_249", "250_4999", "5000_more"),
            nullable=True,
        ),
        sa.Column("turnover_cents", sa.BigInteger(), nullable=True),
        sa.Column("turnover_year", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("street", "postal_code", "city", "website", "presentation", "vat_number")
        ),
        sa.Column("towns_at_once", sa.Integer(), nullable=True),
        sa.Column("towns_served", sa.Integer(), nullable=True),
        sa.Column("lead_weeks", sa.Integer(), nullable=True),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("overseas", sa.Boolean(), nullable=False),
        sa.Column("capacity_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_supplier_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("startup_id", name=op.f("uq_supplier_startup_id")),
    )  # fmt: skip
    protect("supplier", read="true", insert=AS_STARTUP, update=OURS)


def contacts_and_bank() -> None:
    op.create_table(
        "supplier_contact",
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _choice("contactkind", "sales", "technical", "data_protection"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(
            ["startup_id"], ["organisation.id"], name=op.f("fk_supplier_contact_startup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_contact")),
        sa.UniqueConstraint("startup_id", "kind", name=op.f("uq_supplier_contact_startup_id_kind")),
    )
    told = "(select actor_kind()) in ('town', 'supervisor', 'association')"
    protect("supplier_contact", read=f"{OURS} or {told}", insert=AS_STARTUP, update=OURS, delete=OURS)
    op.create_table(
        "supplier_bank",
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("bic", sa.String(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_supplier_bank_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_bank")),
        sa.UniqueConstraint("startup_id", name=op.f("uq_supplier_bank_startup_id")),
    )  # fmt: skip
    protect("supplier_bank", read=OURS, insert=f"{AS_STARTUP} and {ADMIN}", update=f"{OURS} and {ADMIN}")


def stakes() -> None:
    op.create_table(
        "stake",
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "holder", "founders", "employees", "private_fund", "company", "bdt", "state", "public_body"
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Numeric(), nullable=True),
        sa.Column(
            "band", _choice("band", "under_5", "5_to_25", "25_to_50", "over_50", "not_told"), nullable=True
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("origin", _choice("origin", "startup", "curator"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_stake_startup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stake")),
    )
    op.create_index(op.f("ix_stake_startup_id"), "stake", ["startup_id"], unique=False)
    own = f"origin = 'startup' and {AS_STARTUP}"
    protect("stake", read="true", insert=f"({own}) or {CURATOR}", update=f"({own}) or {CURATOR}")


def certificates() -> None:
    op.create_table(
        "certificate",
        sa.Column("startup_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "certificatekind", "vigilance", "tax", "registration", "liability", "ten_year", "honour", "iso", "other"
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("state", _choice("certificatestate", "offered", "accepted", "refused"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["startup_id"], ["organisation.id"], name=op.f("fk_certificate_startup_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_certificate_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )  # fmt: skip
    for column in ("file_id", "startup_id", "state"):
        op.create_index(op.f(f"ix_certificate_{column}"), "certificate", [column], unique=False)
    # a startup never writes that its own document was accepted
    protect(
        "certificate",
        read=f"{OURS} or {CURATOR}",
        insert=f"{AS_STARTUP} and state = 'offered'",
        update=f"{OURS} or {CURATOR}",
        check=f"({OURS} and state <> 'accepted') or {CURATOR}",
    )
    # one more reason to read a file, beside those of 0004: the policies of `certificate` apply inside the question
    op.execute(
        f"create policy stored_file_certificates on stored_file for select to {role(APPLICATION)}"
        f" using ({CURATOR} and exists (select from certificate c where c.file_id = stored_file.id))"
    )
    # what everybody may know of a file: that an accepted document of these kinds is there, and its dates
    function(
        "certificate_facts(startups uuid[])", "table(startup_id uuid, kind text, issued_on date, expires_on date)",
        """select c.startup_id, c.kind::text, c.issued_on, c.expires_on from certificate c
            where c.startup_id = any(startups) and c.state = 'accepted' and c.replaced_at is null
            and c.kind in ('vigilance', 'tax', 'registration', 'liability', 'ten_year')""",
        definer=True,
    )  # fmt: skip


def siret() -> None:
    """An administrator completes the SIRET that the startup's account lacks, once. The application may write no organisation."""
    function(
        "complete_siret(number text)", "boolean",
        """with done as (
                update organisation set siren = left(number, 9), siret = number
                where id = actor_organisation() and kind = 'startup' and actor_has('admin') and siret is null
                    and (siren is null or siren = left(number, 9)) and number ~ '^[0-9]{14}$'
                returning id
            )
            select exists (select from done)""",
        definer=True, volatile=True,
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop function complete_siret(text)")
    op.execute("drop function certificate_facts(uuid[])")
    op.execute("drop policy stored_file_certificates on stored_file")
    for table in ("certificate", "stake", "supplier_bank", "supplier_contact", "supplier"):
        op.drop_table(table)


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
