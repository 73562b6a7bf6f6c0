"""Identities of ProConnect."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import function, protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ME = "person_id = (select actor_person())"


def upgrade() -> None:
    tables()
    # what a sign-in must bring back is written by anybody, and read by its exact state and browser alone
    protect("federated_attempt", insert="true")
    protect("federated_identity", read=ME, insert=ME, update=ME)
    protect("federated_session", read=ME, insert=ME)
    questions()
    narrow_writes()


def downgrade() -> None:
    for signature in (
        "attach_as_reader(uuid, uuid, uuid)", "open_town_of_territory(uuid, text)", "take_federated_attempt(bytea, bytea)",
        "find_same_address(text)", "find_federated_identity(text, text)",
    ):  # fmt: skip
        op.execute(f"drop function {signature}")
    for table in ("federated_session", "federated_attempt", "federated_identity"):
        op.drop_table(table)


def tables() -> None:
    op.create_table(
        "federated_identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.String(), nullable=True),
        sa.Column("attached_to", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_federated_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federated_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_federated_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_federated_identity_person_id"), "federated_identity", ["person_id"])
    op.create_table(
        "federated_attempt",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federated_attempt")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_federated_attempt_state_hash")),
    )
    op.create_table(
        "federated_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id_token", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_federated_session_person_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["web_session.id"], name=op.f("fk_federated_session_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federated_session")),
        sa.UniqueConstraint("session_id", name=op.f("uq_federated_session_session_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_federated_session_person_id"), "federated_session", ["person_id"])


def questions() -> None:
    """What must be asked before anybody is known. Each answers about one exact identity, address or sign-in."""
    function(
        "find_federated_identity(provider text, who text)", "uuid",
        "select f.person_id from federated_identity f where f.issuer = provider and f.subject = who", definer=True,
    )  # fmt: skip
    function(
        "find_same_address(address text)", "table(person_id uuid, must_prove boolean)",
        """select p.id, p.password_hash is not null
              or exists (select from totp_factor t where t.person_id = p.id and t.confirmed_at is not null)
              or exists (select from passkey k where k.person_id = p.id)
              or exists (select from federated_identity f where f.person_id = p.id)
           from person p where p.email = lower(address)""",
        definer=True,
    )  # fmt: skip
    # the sign-in of this state ends here, whoever brings it back; those that are too old go with it
    function(
        "take_federated_attempt(state bytea, browser bytea)", "table(nonce text, verifier text, return_to text)",
        """with gone as (
               delete from federated_attempt a where a.state_hash = state or a.expires_at <= now() returning a.*)
           select g.nonce, g.verifier, g.return_to from gone g
           where g.state_hash = state and g.browser_hash = browser and g.expires_at > now()""",
        definer=True, volatile=True,
    )  # fmt: skip


def narrow_writes() -> None:
    """What nobody may write for themselves, and what the provider's word is enough for."""
    # a town of the territory opens its account with the territory's own facts: nothing of the caller's but the code
    function(
        "open_town_of_territory(new_id uuid, code text)", "void",
        """insert into organisation (id, kind, name, siren, insee, town_kind, department, city, population, fictional)
           select new_id, 'town', t.name, t.siren, t.insee, t.kind, t.department_code, t.city, t.population, false from (
               select c.name, c.siren, c.insee, 'commune' as kind, c.department_code, c.name as city, c.population
                   from commune c where c.siren = code
               union all
               select e.name, e.siren, null, 'epci', e.department_code, null, e.population from epci e where e.siren = code
           ) t limit 1
           on conflict do nothing""",
        definer=True, volatile=True,
    )  # fmt: skip
    # reader, once for each identity and town, and only of the town whose number the provider gave
    function(
        "attach_as_reader(new_id uuid, identity uuid, town uuid)", "boolean",
        """with noted as (
               update federated_identity f set attached_to = f.attached_to || town
               where f.id = identity and f.person_id = actor_person() and town <> all (f.attached_to) and exists (
                   select from organisation o where o.id = town and o.kind = 'town'
                   and (o.siret = f.siret or o.siren = left(f.siret, 9)))
               returning f.person_id),
           added as (
               insert into affiliation (id, person_id, organisation_id, roles)
               select new_id, noted.person_id, town, '{reader}' from noted
               on conflict (person_id, organisation_id) do nothing
               returning 1)
           select exists (select from added)""",
        definer=True, volatile=True,
    )  # fmt: skip
