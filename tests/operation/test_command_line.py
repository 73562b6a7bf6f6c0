"""The command: every part helps, succeeds with 0, refuses bad input with 2 and one clear line, fails with 1."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from marketplace.cli import app
from tests.operation.conftest import Cli
from tests.operation.databases import ask
from tests.procurement.allocation.plans import worked

TOP = get_command(app).commands  # type: ignore[attr-defined]
COMMANDS = [
    *([name] for name in TOP),
    *(["load", name] for name in TOP["load"].commands),
]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(cli: Cli, command: list[str]) -> None:
    done = cli(*command, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Usage: marketplace {' '.join(command)}")


@pytest.mark.parametrize("command", [[], ["load"]], ids=str)
def test_without_a_command_the_help_is_shown_as_it_is_laid_out(cli: Cli, command: list[str]) -> None:
    done = cli(*command)
    assert done.status == 2
    assert "\nCommands:\n" in done.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["vendre"], "vendre"),
        (["serve", "--prot", "80"], "--prot"),
        (["demo", "--port", "0"], "--port"),
        (["demo", "--port", "huit"], "--port"),
        (["scenario", "--towns", "0"], "--towns"),
        (["create-admin"], "email"),
        (["forget-factors"], "email"),
        (["load", "solutions"], "file"),
        (["load", "solutions", "absent.csv"], "absent.csv"),
        (["load", "towns", "absent.csv"], "absent.csv"),
        (["scenario", "--solutions", "absent.json"], "absent.json"),
        (["simulate", "absent.json"], "absent.json"),
        (["simulate", "."], "."),
        (["document", "founding_agreement", "--data", "absent.json", "--out", "a.pdf"], "absent.json"),
        (["document", "lease", "--data", "absent.json", "--out", "a.pdf"], "founding_agreement"),
        (["document", "founding_agreement", "--data", "absent.json", "--out", "a.txt"], ".pdf"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_ends_with_2_and_one_line_that_names_it(
    cli: Cli, arguments: list[str], named: str, tmp_path: Path
) -> None:
    done = cli(*arguments)
    assert (done.status, done.out) == (2, "")
    assert named in done.line
    assert list(tmp_path.iterdir()) == [], "nothing was started, nothing was written"


def test_simulate_prints_the_worked_example_and_nothing_else(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(worked()))
    done = cli("simulate", "plan.json")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("}\n")
    (line,) = json.loads(done.out)["lines"]
    assert (line["quantity"], line["total_ht_cents"]) == ("245", 4655000)
    assert [proposal["saving_cents"] for proposal in line["proposals"]] == [355000]


@pytest.mark.shared
def test_simulate_reads_the_contracts_own_input(cli: Cli, shared: Path, tmp_path: Path) -> None:
    contract = (shared / "contracts" / "simulate.md").read_text()
    (tmp_path / "plan.json").write_text(contract.split("```json\n", 1)[1].split("```", 1)[0])
    done = cli("simulate", "plan.json")
    document = json.loads(done.out)
    promised = json.loads(contract.split("## Output\n```json\n", 1)[1].split("```", 1)[0])
    assert done.status == 0
    assert (document.keys(), document["lines"][0].keys()) == (promised.keys(), promised["lines"][0].keys())
    assert document["totals"]["ht_cents"] == 120 * 21000 + 100000


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"towns":[]}', b"\xff\xfe{}", b"PK\x03\x04"])
def test_simulate_refuses_what_is_not_a_plan_and_prints_nothing(
    cli: Cli, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    done = cli("simulate", "plan.json")
    assert (done.status, done.out) == (2, "")
    assert done.line.split(":")[0] in {"plan.json", "lines"}


@pytest.mark.parametrize("command", ["demo", "scenario"])
@pytest.mark.parametrize("variable", ["DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"])
def test_a_demonstration_never_touches_a_database_that_the_environment_names(
    on_servers: Cli,
    database_urls: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    variable: str,
) -> None:
    for name in {"DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"} - {variable}:
        monkeypatch.delenv(name)
    done = on_servers(command)
    assert done.status == 1
    assert "sans DATABASE_URL" in done.line
    assert ask(database_urls["owner"], "select count(*) from person") == 0


def test_half_the_addresses_of_a_database_are_not_mixed_with_our_own_engines(
    on_servers: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert on_servers("worker").line == "DATABASE_URL: Cette variable est nécessaire."
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_in_use_is_said_in_one_line(
    request: pytest.FixtureRequest, taken: int, command: str, tmp_path: Path
) -> None:
    run: Cli = request.getfixturevalue("cli" if command == "demo" else "on_servers")
    done = run(command, "--port", str(taken))
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert done.line == f"port: Le port {taken} est déjà utilisé : choisissez-en un autre."


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        ("worker", "DATABASE_WORKER_URL"),
        ("worker", "SEAL_KEY"),
        ("serve", "WEB_SECRET"),
        ("migrate", "DATABASE_OWNER_URL"),
        ("reindex", "DATABASE_WORKER_URL"),
    ],
)
def test_a_process_without_what_it_needs_names_the_variable_and_ends(
    on_servers: Cli, monkeypatch: pytest.MonkeyPatch, command: str, variable: str
) -> None:
    monkeypatch.delenv(variable)
    done = on_servers(command)
    assert done.status == 2
    assert done.line == f"{variable}: Cette variable est nécessaire."


@pytest.mark.parametrize(
    ("version", "said"), [("9001", "plus récente (9001)"), ("0001", "« marketplace migrate »")]
)
def test_a_database_of_another_version_is_refused_and_left_alone(
    on_servers: Cli, database_urls: dict[str, str], version: str, said: str
) -> None:
    ask(database_urls["owner"], f"update alembic_version set version_num = '{version}'")
    for command in (
        ["worker"],
        ["serve"],
        ["reindex"],
        ["load", "towns"],
        ["create-admin", "a@exemple.test"],
        ["forget-factors", "a@exemple.test"],
    ):
        done = on_servers(*command)
        assert done.status == 1, command
        assert said in done.line
    assert ask(database_urls["owner"], "select count(*) from person") == 0


def test_migrate_refuses_a_newer_database_and_says_when_there_is_nothing_to_do(
    on_servers: Cli, database_urls: dict[str, str]
) -> None:
    done = on_servers("migrate")
    assert (done.status, done.out) == (0, "La base est à jour.\n")
    assert json.loads(on_servers("migrate", "--json").out) == {"applied": []}
    ask(database_urls["owner"], "update alembic_version set version_num = '9001'")
    done = on_servers("migrate")
    assert done.status == 1
    assert "version plus récente (9001)" in done.line


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://lotcommun_app@127.0.0.1:9/lotcommun", "injoignable"),
        ("postgresql://nobody@/{database}?host={host}", "nobody"),
        ("postgresql://lotcommun_app@/absent?host={host}", "absent"),
    ],
)
def test_a_database_that_does_not_let_us_in_is_one_line_and_status_1(
    on_servers: Cli, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    place, _, host = database_urls["app"].partition("?host=")
    monkeypatch.setenv("DATABASE_URL", url.format(database=place.rsplit("/", 1)[1], host=host))
    done = on_servers("reindex")
    assert done.status == 1
    assert said in done.line


def test_the_first_administrator_is_made_once_and_never_changed_by_this_command(
    on_servers: Cli, database_urls: dict[str, str]
) -> None:
    done = on_servers("create-admin", "Chef@Exemple.test")
    assert done.status == 0
    assert len(done.out.strip()) >= 20
    made = ask(
        database_urls["owner"],
        "select email || ' ' || array_to_string(array(select unnest(a.roles) order by 1), ',') from person p"
        " join affiliation a on a.person_id = p.id",
    )
    assert made == "chef@exemple.test admin,curator,supervisor"
    kept = ask(database_urls["owner"], "select password_hash from person")
    again = on_servers("create-admin", "chef@exemple.test")
    assert (again.status, again.out) == (2, "")
    assert again.line == "email: Cette adresse a déjà un compte."
    assert ask(database_urls["owner"], "select password_hash from person") == kept


def test_a_known_account_becomes_an_administrator_of_a_named_team_and_keeps_its_password(
    on_servers: Cli, database_urls: dict[str, str]
) -> None:
    on_servers("create-admin", "chef@exemple.test")
    kept = ask(database_urls["owner"], "select password_hash from person")
    second = on_servers("create-admin", "chef@exemple.test", "--organisation", "Équipe du Cher")
    assert (second.status, second.out) == (0, "")
    assert "son mot de passe n’a pas changé" in second.err
    teams = "select string_agg(o.name, ', ' order by o.name) from organisation o join affiliation a on a.organisation_id = o.id where 'admin' = any(a.roles)"
    assert ask(database_urls["owner"], teams) == "Équipe de Lot Commun, Équipe du Cher"
    assert ask(database_urls["owner"], "select password_hash from person") == kept
    nameless = on_servers("create-admin", "autre@exemple.test", "--organisation", " ")
    assert (nameless.status, nameless.out) == (2, "")
    assert nameless.line.startswith("organisation:")


@pytest.mark.parametrize(
    "email", ["", "chef", "chef@", "a b@exemple.test", "chef@exemple.test\nBcc: x@y.test"]
)
def test_an_address_that_is_none_is_refused(
    on_servers: Cli, database_urls: dict[str, str], email: str
) -> None:
    done = on_servers("create-admin", email)
    assert (done.status, done.out) == (2, "")
    assert done.line.startswith("email:")
    assert ask(database_urls["owner"], "select count(*) from person") == 0


def test_the_operator_forgets_the_factors_of_an_account_that_exists(on_servers: Cli) -> None:
    assert on_servers("create-admin", "chef@exemple.test").status == 0
    assert on_servers("forget-factors", "Chef@exemple.test").status == 0
    unknown = on_servers("forget-factors", "personne@exemple.test")
    assert unknown.status == 2
    assert "Aucun compte n’a cette adresse" in unknown.line
