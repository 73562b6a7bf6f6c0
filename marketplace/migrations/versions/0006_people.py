"""Invitations, claims and roles: how people come to act for organisations, and stop."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import APPLICATION, function, protect, role

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ME = "person_id = (select actor_person())"
MINE = "organisation_id = (select actor_organisation())"
ADMIN = f"({MINE} and (select actor_has('admin')))"
STAFF = "(select registers())"
MY_ADDRESS = "email = (select actor_email())"
WATCHING = "'{supervisor,auditor}'::text[]"

TOWN_KINDS = ("commune", "epci", "syndicat")
MORE_KINDS = ("department", "region", "ccas", "other")
FUNCTIONS = (
    "administered(uuid)", "known_domains(uuid)", "last_sign_ins()", "stop_sessions(uuid)", "hold_team(uuid)", "two_hats(uuid, text[], uuid)",
    "claim_grants(uuid, uuid, text[])", "invited_roles(uuid)", "find_claim(uuid)", "find_invitation(uuid)", "actor_email()",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_organisation_townkind"), "organisation", type_="check")
    op.create_check_constraint(
        op.f("ck_organisation_townkind"), "organisation", f"town_kind in ({_listed(TOWN_KINDS + MORE_KINDS)})"
    )
    _supervises("actor_has('supervisor') or actor_has('auditor')")  # who manages accounts reads no pool by it
    tables()
    actor_functions()
    token_functions()
    team_functions()
    one_hat()
    rights()


def downgrade() -> None:
    for table in ("claim", "team_invitation"):
        op.drop_table(table)
    op.execute("drop trigger affiliation_fits on affiliation")
    op.execute("drop function affiliation_fits()")
    app = role(APPLICATION)
    for table, verbs in (("affiliation", ("insert", "update", "delete")), ("person", ("insert",)), ("organisation", ("insert",))):  # fmt: skip
        for verb in verbs:
            op.execute(f"drop policy {table}_{verb} on {table}")
            op.execute(f"revoke {verb} on {table} from {app}")
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.execute("drop function registers()")
    _supervises("actor_has('supervisor') or actor_has('auditor') or actor_has('admin')")
    op.execute("update affiliation set roles = array_remove(roles, 'investor') where 'investor' = any(roles)")
    op.execute(f"update organisation set town_kind = null where town_kind in ({_listed(MORE_KINDS)})")
    op.drop_constraint(op.f("ck_organisation_townkind"), "organisation", type_="check")
    op.create_check_constraint(
        op.f("ck_organisation_townkind"), "organisation", f"town_kind in ({_listed(TOWN_KINDS)})"
    )


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _supervises(roles: str) -> None:
    op.execute(
        "create or replace function supervises() returns boolean language sql stable as "
        f"$$select actor_kind() = 'supervisor' and ({roles})$$"
    )


def tables() -> None:
    op.create_table(
        "team_invitation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", _choice("invitationstate", "pending", "accepted", "withdrawn"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_team_invitation_organisation_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"], name=op.f("fk_team_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitation")),
        sa.UniqueConstraint("token_id", name=op.f("uq_team_invitation_token_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_team_invitation_organisation_id"), "team_invitation", ["organisation_id"])
    op.create_index(op.f("ix_team_invitation_email"), "team_invitation", ["email"])
    op.create_index(
        "uq_team_invitation_pending", "team_invitation", ["organisation_id", "email"], unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )  # fmt: skip
    op.create_table(
        "claim",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", _choice("organisationkind", "town", "startup", "supervisor", "association"), nullable=False),
        sa.Column("siret", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("town_kind", _choice("townkind", *TOWN_KINDS, *MORE_KINDS), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("state", _choice("claimstate", "unproven", "waiting", "confirmed", "refused", "withdrawn"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_claim_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )  # fmt: skip
    for column in ("email", "person_id", "organisation_id"):
        op.create_index(op.f(f"ix_claim_{column}"), "claim", [column])
    op.create_index(
        "uq_claim_waiting",
        "claim",
        ["person_id", "siren"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def actor_functions() -> None:
    function(
        "registers()", "boolean",
        "select (actor_kind() = 'supervisor' and (actor_has('admin') or actor_has('curator')))"
        " or (actor_kind() = 'association' and actor_has('admin'))",
    )  # fmt: skip
    function(
        "actor_email()", "text", "select p.email from person p where p.id = actor_person()", definer=True
    )


def token_functions() -> None:
    """What the holder of a link may read before anybody is known: each answers about one exact, sound token."""
    known = "exists (select from person p where p.email = {email})"
    function(
        "find_claim(token uuid)", "table(person_name text, kind text, name text, siret text, known boolean)",
        f"""select c.person_name, c.kind, c.name, c.siret, {known.format(email="c.email")}
            from one_time_token t join claim c on c.id = t.subject_id
            where t.id = token and t.purpose = 'claim' and t.used_at is null and t.expires_at > now() and c.state = 'unproven'""",
        definer=True,
    )  # fmt: skip
    function(
        "find_invitation(token uuid)", "table(organisation_id uuid, name text, kind text, roles text[], known boolean)",
        f"""select o.id, o.name, o.kind, i.roles, {known.format(email="i.email")}
            from team_invitation i join organisation o on o.id = i.organisation_id
            where i.token_id = token and i.state = 'pending' and i.expires_at > now()""",
        definer=True,
    )  # fmt: skip


def team_functions() -> None:
    """What an administrator, the staff and the database itself ask about people whom the policies hide from them."""
    may_ask = "(registers() or (body = actor_organisation() and actor_has('admin')))"
    function(
        "administered(body uuid)", "boolean",
        f"select {may_ask} and exists (select from affiliation a where a.organisation_id = body and 'admin' = any(a.roles))",
        definer=True,
    )  # fmt: skip
    function(
        "known_domains(body uuid)", "table(domain text, people bigint)",
        f"""select split_part(p.email, '@', 2), count(*) from affiliation a join person p on p.id = a.person_id
            where a.organisation_id = body and {may_ask} group by 1""",
        definer=True,
    )  # fmt: skip
    function(
        "last_sign_ins()", "table(person_id uuid, at timestamptz)",
        """select a.person_id, max(l.created_at) from affiliation a
           join audit_line l on l.subject = 'person' and l.subject_id = a.person_id and l.action = 'person.sign_in'
           where a.organisation_id = actor_organisation() and actor_has('admin') group by 1""",
        definer=True,
    )  # fmt: skip
    function(
        "stop_sessions(whose uuid)", "bigint",
        """with stopped as (
               update web_session s set organisation_id = null where s.person_id = whose and s.organisation_id = actor_organisation()
               and (actor_has('admin') or whose = actor_person()) returning 1)
           select count(*) from stopped""",
        definer=True, volatile=True,
    )  # fmt: skip
    function(
        "hold_team(body uuid)", "uuid", "select o.id from organisation o where o.id = body for no key update",
        definer=True, volatile=True,
    )  # fmt: skip
    function(
        "two_hats(whose uuid, given text[], beside uuid)", "boolean",
        f"""select exists (select from affiliation a join organisation o on o.id = a.organisation_id
                where a.person_id = whose and o.kind = 'supervisor' and o.id is distinct from beside
                and (('investor' = any(given) and a.roles && {WATCHING}) or (given && {WATCHING} and 'investor' = any(a.roles))))""",
        definer=True,
    )  # fmt: skip
    function(
        "invited_roles(body uuid)", "text[]",
        """select i.roles from team_invitation i where i.organisation_id = body and i.state = 'pending' and i.expires_at > now()
           and i.email = actor_email()""",
        definer=True,
    )  # fmt: skip
    function(
        "claim_grants(whose uuid, body uuid, given text[])", "boolean",
        """select exists (select from claim c where c.person_id = whose and c.organisation_id = body and c.roles = given
           and c.state = 'confirmed')""",
        definer=True,
    )  # fmt: skip


def one_hat() -> None:
    """No row of any writer gives a role that its organisation's kind does not have, or lets an investor of the bank watch pools.

    The person is locked first: of two organisations that give the two hats at once, the second waits and sees the first.
    """
    op.execute(
        f"""create function affiliation_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
        declare the_kind text;
        begin
            select o.kind into the_kind from organisation o where o.id = new.organisation_id;
            if not (new.roles <@ case the_kind
                when 'town' then '{{reader,agent,accountant,signatory,admin}}'::text[]
                when 'startup' then '{{editor,seller,admin}}'::text[]
                when 'supervisor' then '{{curator,supervisor,auditor,investor,admin}}'::text[]
                when 'association' then '{{curator,admin}}'::text[] end)
            then
                raise exception 'affiliation_roles_fit: % in %', new.roles, the_kind using errcode = 'check_violation';
            end if;
            if the_kind = 'supervisor' then
                perform 1 from person p where p.id = new.person_id for no key update;
                if ('investor' = any(new.roles) and new.roles && {WATCHING}) or exists (
                    select from affiliation a join organisation o on o.id = a.organisation_id
                    where a.person_id = new.person_id and o.kind = 'supervisor' and a.id <> new.id
                    and (('investor' = any(new.roles) and a.roles && {WATCHING})
                         or (new.roles && {WATCHING} and 'investor' = any(a.roles))))
                then
                    raise exception 'affiliation_one_hat' using errcode = 'check_violation';
                end if;
            end if;
            return new;
        end $$"""
    )
    op.execute("revoke all on function affiliation_fits() from public")
    op.execute(
        "create trigger affiliation_fits before insert or update on affiliation for each row execute function affiliation_fits()"
    )


def rights() -> None:
    """Who may write what. Columns that nobody changes once written are not granted at all."""
    judges = f"({STAFF} or {ADMIN}) and person_id is distinct from (select actor_person())"
    protect(
        "team_invitation",
        read=f"{ADMIN} or {MY_ADDRESS}",
        insert=f"{ADMIN} and state = 'pending' and invited_by = (select actor_person())",
        update=f"{ADMIN} or {MY_ADDRESS}",
        check=f"({ADMIN} and state in ('pending', 'withdrawn')) or ({MY_ADDRESS} and state = 'accepted')",
    )
    _only("team_invitation", "state, state_since, token_id, expires_at")
    protect(
        "claim",
        read=f"{ME} or (person_id is null and {MY_ADDRESS}) or (state <> 'unproven' and ({STAFF} or {ADMIN}))",
        insert="state = 'unproven' and person_id is null and organisation_id is null",
        update=f"{ME} or (person_id is null and {MY_ADDRESS}) or (state <> 'unproven' and {judges})",
        check=f"({ME} and state in ('unproven', 'waiting', 'withdrawn')) or (state in ('waiting', 'confirmed', 'refused') and {judges})",
    )
    _only("claim", "state, state_since, person_id, organisation_id, roles, reason")
    _allow("organisation", "insert", f"with check ({STAFF} and kind in ('town', 'startup'))")
    _allow("person", "insert", "with check (id = (select actor_person()))")
    _allow(
        "affiliation", "insert",
        f"with check (({ME} and roles = invited_roles(organisation_id)) or ({judges} and claim_grants(person_id, organisation_id, roles)))",
    )  # fmt: skip
    _allow("affiliation", "update", f"using ({ADMIN}) with check ({ADMIN})")
    _only("affiliation", "roles")
    _allow("affiliation", "delete", f"using ({ME} or {ADMIN})")


def _allow(table: str, verb: str, clause: str) -> None:
    """One more right on a table that an earlier migration protects."""
    op.execute(f"grant {verb} on {table} to {role(APPLICATION)}")
    op.execute(f"create policy {table}_{verb} on {table} for {verb} to {role(APPLICATION)} {clause}")


def _only(table: str, columns: str) -> None:
    """The application changes these columns and no other."""
    op.execute(f"revoke update on {table} from {role(APPLICATION)}")
    op.execute(f"grant update ({columns}) on {table} to {role(APPLICATION)}")
