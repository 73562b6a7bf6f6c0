"""The engines of a data directory: found or started, stopped with us however we end, and never somebody else's."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.embedded import EngineError, engines, running
from marketplace.embedded.engines import instance_secrets
from tests.operation import instances
from tests.operation.conftest import Cli
from tests.operation.databases import ask

HOLD = """
import sys, time
from pathlib import Path
from marketplace.embedded import engines
with engines(Path(sys.argv[1])) as found:
    print("up", flush=True)
    time.sleep(600)
"""
HOLD_AS_USER = """
import os, sys
from pathlib import Path
from marketplace.embedded import engines
assert os.geteuid() != 0
with engines(Path(sys.argv[1])) as found:
    print(found.app)
"""
WaitUntil = Callable[..., None]


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose engines have run once, to be copied."""
    folder = tmp_path_factory.mktemp("pristine") / "data"
    with engines(folder) as found:
        ask(found.superuser, "create table kept (word text)")
        ask(found.superuser, "insert into kept values ('gardé')")
    return folder


@pytest.fixture
def data(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "data", ignore=shutil.ignore_patterns("run")))


@pytest.fixture
def holder(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that holds the engines of `data`."""
    environment = instances.clean_environment()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_start_finds_the_data_and_the_end_leaves_no_process(
    data: Path, wait_until: WaitUntil
) -> None:
    with engines(data) as found:
        assert ask(found.superuser, "select word from kept") == "gardé"
        assert instances.processes_of(data)
        ask(found.superuser, "insert into kept values ('aussi')")
    wait_until(lambda: not instances.processes_of(data), "the end of every engine")
    assert running(data) is None
    with engines(data) as found:
        assert ask(found.superuser, "select count(*) from kept") == 2


def test_whoever_comes_second_attaches_and_leaves_the_engines_running(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    before = running(data)
    assert before
    with engines(data) as found:
        assert found == before
        assert found.pid == holder.pid
    assert ask(before.superuser, "select word from kept") == "gardé"
    refused = f"déjà utilisé par un autre programme .processus {holder.pid}."
    with pytest.raises(EngineError, match=refused), engines(data, alone=True):
        pass


def test_killing_the_holder_with_kill_9_leaves_no_engine_and_loses_nothing(
    data: Path, holder: subprocess.Popen[str], wait_until: WaitUntil
) -> None:
    addresses = running(data)
    assert addresses
    ask(addresses.superuser, "insert into kept values ('juste avant')")
    holder.kill()
    holder.wait()
    with engines(data) as found:
        assert ask(found.superuser, "select count(*) from kept") == 2
    wait_until(lambda: not instances.processes_of(data), "the end of every engine")


def test_kill_9_alone_is_enough_to_end_every_engine(
    data: Path, holder: subprocess.Popen[str], wait_until: WaitUntil
) -> None:
    assert len(instances.processes_of(data)) > 2
    holder.kill()
    holder.wait()
    wait_until(lambda: not instances.processes_of(data), "the end of every engine")


def test_two_data_directories_live_side_by_side(
    data: Path, holder: subprocess.Popen[str], pristine: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(pristine, tmp_path / "other", ignore=shutil.ignore_patterns("run")))
    with engines(other) as found:
        ask(found.superuser, "delete from kept")
        mine = running(data)
        assert mine
        assert mine.redis != found.redis
        assert ask(mine.superuser, "select word from kept") == "gardé"


def test_a_path_too_long_for_a_socket_is_no_obstacle(pristine: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("profond-" * 12)
    shutil.copytree(pristine, deep, ignore=shutil.ignore_patterns("run"))
    with engines(deep) as found:
        assert ask(found.superuser, "select word from kept") == "gardé"


def test_a_normal_user_can_do_all_this(data: Path) -> None:
    done = subprocess.run(
        [*instances.as_a_normal_user(), sys.executable, "-c", HOLD_AS_USER, str(data)], capture_output=True, text=True,
        check=False, timeout=60, env=instances.clean_environment(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("postgresql://lotcommun_app@/lotcommun?host=")


def test_the_secrets_are_made_once_and_read_by_their_owner_alone(data: Path) -> None:
    made = instance_secrets(data)
    assert instance_secrets(data) == made
    assert len(made["WEB_SECRET"]) >= 32
    assert (data / "secrets.json").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in data.glob("tmp*")) == []


@pytest.mark.parametrize(
    ("version", "said"), [("99", "Mettez Lot Commun à jour"), ("9", "Restaurez une sauvegarde")]
)
def test_a_cluster_of_another_postgresql_is_refused_in_one_line(
    cli: Cli, data: Path, version: str, said: str
) -> None:
    (data / "postgres" / "PG_VERSION").write_text(f"{version}\n")
    done = cli("migrate", "--data-dir", data)
    assert done.status == 1
    assert done.err.splitlines()[-1].startswith(f"{data}/postgres est un dossier de PostgreSQL {version}")
    assert said in done.err.splitlines()[-1]
    assert (data / "postgres" / "PG_VERSION").read_text() == f"{version}\n"


def test_data_of_a_newer_version_of_the_product_is_refused_and_left_as_it_is(cli: Cli, data: Path) -> None:
    assert cli("migrate", "--data-dir", data).status == 0
    with engines(data) as found:
        ask(found.owner, "update alembic_version set version_num = '9001'")
    for command in (["migrate"], ["reindex"], ["demo", "--port", str(instances.free_port())]):
        done = cli(*command, "--data-dir", data)
        assert done.status == 1
        assert "version plus récente (9001)" in done.err.splitlines()[-1]
    with engines(data) as found:
        assert ask(found.owner, "select version_num from alembic_version") == "9001"


def test_a_creation_cut_short_is_said_with_its_remedy(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data" / "postgres" / "base").mkdir(parents=True)
    done = cli("migrate", "--data-dir", tmp_path / "data")
    assert done.status == 1
    assert "est incomplet (création interrompue). Supprimez ce dossier" in done.err


def test_a_folder_that_is_not_ours_to_use_is_refused_in_one_line(cli: Cli, tmp_path: Path) -> None:
    foreign = Path("/") if os.geteuid() else tmp_path / "foreign"
    if not os.geteuid():
        foreign.mkdir()
        os.chown(foreign, 65534, 65534)
    done = cli("migrate", "--data-dir", foreign)
    assert done.status == 1
    assert str(foreign) in done.line
    assert done.line.endswith("Donnez un autre --data-dir.")
    assert not os.geteuid() or list(foreign.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused_in_one_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "data"):
        done = cli("migrate", "--data-dir", place)
        assert (done.status, done.line) == (1, f"{place} n’est pas un dossier. Donnez un autre --data-dir.")


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    done = instances.run("migrate", "--data-dir", str(closed / "data"), prefix=instances.as_a_normal_user())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Impossible d’écrire dans {closed}/data. Donnez un autre --data-dir.\n"


def test_files_limited_in_size_stop_the_creation_cleanly(tmp_path: Path) -> None:
    data = tmp_path / "data"
    limit = [shutil.which("prlimit") or "prlimit", "--fsize=200000"]
    done = instances.run("migrate", "--data-dir", str(data), prefix=limit)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "disque est plein" in done.stderr.splitlines()[-1]
    done = instances.run("migrate", "--data-dir", str(data), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["applied"]


def test_a_full_disk_is_said_loses_nothing_and_heals(pristine: Path, tmp_path: Path) -> None:
    """On a small disk of its own, mounted where only this process sees it."""
    place = tmp_path / "disk"
    place.mkdir()
    script = tmp_path / "fill.py"
    script.write_text(FILL)
    alone = ["unshare", "-m"] if not os.geteuid() else ["unshare", "-Urm"]
    started = time.monotonic()
    done = subprocess.run(
        [*alone, sys.executable, str(script), str(place), str(pristine)], capture_output=True, text=True, check=False,
        timeout=110, env=instances.clean_environment(),
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr} ({time.monotonic() - started:.0f} s)"
    told = json.loads(done.stdout)
    for refused in (told["at_work"], told["at_start"]):
        assert (refused["status"], refused["out"]) == (1, "")
        assert "Traceback" not in refused["err"]
        assert "disque" in refused["err"].splitlines()[-1], refused["err"]
        assert "plein" in refused["err"].splitlines()[-1]
    assert told["kept"] == "gardé"
    assert told["healed"]["status"] == 0, told["healed"]["err"]
    assert json.loads(told["healed"]["out"])["total"] > 36_000


FILL = """
import asyncio, json, os, shutil, subprocess, sys
from pathlib import Path
from marketplace.embedded import engines
from tests.operation.databases import ask

place, pristine = Path(sys.argv[1]), Path(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150m", "tmpfs", place], check=True)
data = place / "data"
shutil.copytree(pristine, data, ignore=shutil.ignore_patterns("run"))

def command(*words):
    done = subprocess.run([sys.executable, "-m", "marketplace", *words, "--data-dir", data, "--json"], capture_output=True, text=True)
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}

assert command("migrate")["status"] == 0

def fill(left):
    with (place / "ballast").open("wb") as file:
        size = shutil.disk_usage(place).free - left
        while size > 0:
            size -= file.write(bytes(min(size, 1_000_000)))

with engines(data):
    fill(3_000_000)
    at_work = command("load", "towns")
fill(0)
at_start = command("migrate")
(place / "ballast").unlink()
with engines(data) as found:
    kept = ask(found.superuser, "select word from kept")
print(json.dumps({"at_work": at_work, "at_start": at_start, "kept": kept, "healed": command("load", "towns")}))
"""
