"""Every table that holds something about people says what it holds, what a copy shows, and what an erasure does."""

import re

from sqlalchemy import text

from marketplace.actor import SYSTEM
from marketplace.audit.models import AuditLine
from marketplace.ids import new_id
from marketplace.migrations.tables import metadata
from marketplace.personal_data.holdings import HOLDINGS, NOT_ABOUT_PEOPLE
from marketplace.personal_data.retention import RULES, durations
from marketplace.settings import RetentionSettings
from tests.support.world import World

ABOUT_PEOPLE = re.compile(
    r"(^|_)(persons?|people|email|mail_address|recipient|signatory_name|signer|user_agent|ip|phone|person_name|bound_to|given_name|family_name"
    r"|full_name|contact|login|username)(_ids?|_hash)?$|_by$"
)
TEMPLATE = """
  {table}: {columns} — add to HOLDINGS in marketplace/personal_data/holdings.py, before the tables it refers to:
    Holding(
        "{table}", {quoted}, N_("…what it is, in French…"), "…a rule of retention.py: account, tokens, sessions…",
        "select created_at, … from {table} where {found}",
        ("delete from {table} where {found}",),   # or leave it out, and say with kept=N_("…") why it stays
    ),
  (a column that is not about people: add "{table}.{first}" to NOT_ABOUT_PEOPLE with the reason)"""


def where(columns: list[str]) -> str:
    return " or ".join(
        f"lower({name}) = :email" if name in {"email", "recipient", "bound_to"} else f"{name} = :person"
        for name in columns
    )


def test_every_table_with_a_column_about_people_is_in_the_list() -> None:
    told = {(holding.table, column) for holding in HOLDINGS for column in holding.columns}
    found: dict[str, list[str]] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            place = (table.name, column.name)
            if (
                ABOUT_PEOPLE.search(column.name)
                and place not in told
                and ".".join(place) not in NOT_ABOUT_PEOPLE
            ):
                found.setdefault(table.name, []).append(column.name)
    missing = "".join(
        TEMPLATE.format(
            table=table,
            columns=", ".join(columns),
            quoted=(*columns,),
            first=columns[0],
            found=where(columns),
        )
        for table, columns in found.items()
    )
    assert not missing, f"tables that hold something about people, and say nothing of it:{missing}"


def test_the_list_names_what_exists_once_and_each_thing_has_its_duration() -> None:
    places = [f"{holding.table}.{column}" for holding in HOLDINGS for column in holding.columns]
    known = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert set(places) | set(NOT_ABOUT_PEOPLE) <= known
    assert len(places) == len(set(places))
    assert len({holding.table for holding in HOLDINGS}) == len(HOLDINGS)
    rules = {rule.name: rule for rule in RULES}
    assert {holding.rule for holding in HOLDINGS} <= set(rules)
    for holding in HOLDINGS:
        assert holding.erase or holding.kept, f"{holding.table}: erase it, or say why it stays"
        assert HOLDINGS[-1].table == "person", "the identity goes last: the others are found by it"
    purged = {name for name, rule in rules.items() if rule.statement}
    settings = set(durations(RetentionSettings()))
    assert purged <= settings, "a purge needs its setting in RetentionSettings"
    assert all(rule.statement or rule.lasts for rule in RULES), (
        "a rule without a purge says how long in `lasts`"
    )
    assert settings <= set(rules), "a setting of retention without its rule"


async def test_every_statement_of_the_list_runs_as_the_worker(world: World) -> None:
    values = {"person": new_id(), "email": "personne@exemple.test", "pseudonym": "Personne effacée"}
    async with world.as_worker.transaction(SYSTEM) as session:
        for holding in HOLDINGS:
            for statement in (holding.copy, *holding.erase):
                bound = {name: value for name, value in values.items() if f":{name}" in statement}
                assert bound, f"{holding.table}: a statement that names nobody touches everybody"
                done = await session.execute(text(statement), bound)
                assert done.returns_rows is (statement == holding.copy)
    assert await world.sql(f"select count(*) from {AuditLine.__tablename__}") == 0
