"""`marketplace demo`, as somebody runs it: one command up, one Ctrl-C down, nothing left and nothing lost."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from marketplace.demo import people
from tests.operation import instances
from tests.operation.conftest import Cli

WaitUntil = Callable[..., None]
QUICK = 30
"""Seconds that a second start may take on a busy machine; five are usual."""


class Demo:
    """A demonstration on a data directory of its own, started and ended as often as one likes."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, instances.free_port()
        self.running: list[instances.Started] = []

    def start(self, *more: str) -> instances.Started:
        """Up, with its last words said."""
        started = instances.start(
            "demo", "--port", str(self.port), "--data-dir", str(self.data), *more,
            prefix=instances.as_a_normal_user(),
        )  # fmt: skip
        self.running.append(started)
        started.until("Ctrl-C arrête tout", 110)
        return started

    def get(self, path: str, host: str = "127.0.0.1") -> httpx.Response:
        return httpx.get(f"http://{host}:{self.port}{path}", timeout=10)

    def sign_in(self, email: str) -> set[str]:
        """The roles of somebody who signed in with the password that was printed."""
        with httpx.Client(base_url=f"http://localhost:{self.port}/api/v1", timeout=10) as http:
            signed = http.post("/sessions", json={"email": email, "password": people.PASSWORD})
            assert signed.status_code == 201, signed.text
            return set(http.get("/me").json()["roles"])

    def kill(self, words: str) -> None:
        """kill -9 of the process whose command line holds these words."""
        (pid,) = [pid for pid, said in instances.processes_of(self.data).items() if words in said]
        os.kill(pid, signal.SIGKILL)

    def is_gone(self) -> bool:
        return not instances.processes_of(self.data) and self.port_is_free()

    def port_is_free(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


@contextmanager
def on(data: Path) -> Iterator[Demo]:
    made = Demo(data)
    try:
        yield made
    finally:
        for started in made.running:
            started.process.kill()
            started.process.communicate()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """On a folder that does not exist yet."""
    with on(tmp_path / "data") as made:
        yield made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a demo that has run once, to be copied."""
    with on(tmp_path_factory.mktemp("filled") / "data") as made:
        assert made.start().end(signal.SIGINT) == 0
    return made.data


@pytest.fixture
def known(filled: Path, tmp_path: Path) -> Iterator[Demo]:
    """On data that an earlier demo has left."""
    data = shutil.copytree(filled, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    with on(Path(data)) as made:
        yield made


@pytest.mark.proof
def test_one_command_up_one_ctrl_c_down_nothing_left_and_nothing_lost(
    demo: Demo, wait_until: WaitUntil
) -> None:
    first = demo.start()
    assert f"http://localhost:{demo.port}" in first.said
    assert f"mot de passe « {people.PASSWORD} »" in first.said
    assert [demo.get("/", host).status_code for host in ("127.0.0.1", "localhost")] == [200, 200]
    assert demo.get("/readyz").status_code == 200
    for person in people.PEOPLE:
        assert f"{person.email} " in first.said
        assert demo.sign_in(person.email) == {str(role) for role in person.roles}

    table = demo.get("/references.csv").text
    assert "confirmé par la ville" in table and "déclaré par l’entreprise" in table

    done = command_on(demo, "create-admin", "chef@exemple.test")
    assert done.returncode == 0, done.stderr
    found = command_on(demo, "doctor", "--json")
    assert json.loads(found.stdout)["ok"], found.stdout

    asked = time.monotonic()
    assert first.end(signal.SIGINT) == 0
    assert time.monotonic() - asked < 15
    assert "Tout est arrêté." in first.said
    wait_until(demo.is_gone, "the end of every process", 5)

    asked = time.monotonic()
    second = demo.start()
    assert time.monotonic() - asked < QUICK
    assert command_on(demo, "create-admin", "chef@exemple.test").returncode == 2, "the account was kept"

    second.process.kill()
    wait_until(demo.is_gone, "the end of every process after kill -9")
    again = demo.start("--reset")
    assert command_on(demo, "create-admin", "chef@exemple.test").returncode == 0, "it began afresh"
    assert again.end(signal.SIGTERM) == 0
    wait_until(demo.is_gone, "the end of every process", 5)


@pytest.mark.proof
def test_a_second_demo_on_the_same_data_is_refused_and_the_first_goes_on(known: Demo) -> None:
    known.start()
    for more in ([], ["--reset"]):
        done = command_on(known, "demo", "--port", str(instances.free_port()), *more)
        assert done.returncode == 1
        assert "est déjà utilisé par un autre programme" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert known.get("/readyz").status_code == 200
    assert known.sign_in(people.PEOPLE[0].email)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["worker", "serve"])
def test_when_a_process_dies_the_demo_says_which_and_ends_whole(
    known: Demo, wait_until: WaitUntil, name: str
) -> None:
    started = known.start()
    known.kill(f"marketplace {name} ")
    rest, _ = started.process.communicate(timeout=30)
    assert started.process.returncode == 1
    assert f"Le processus « {name} » s’est arrêté." in rest
    wait_until(known.is_gone, "the end of every process", 5)


@pytest.mark.proof
def test_when_an_engine_dies_the_site_says_so_ctrl_c_still_works_and_the_data_is_there(
    known: Demo, wait_until: WaitUntil
) -> None:
    started = known.start()
    known.kill("/valkey-server ")
    assert known.get("/").status_code == 200
    assert known.sign_in(people.PEOPLE[0].email)
    known.kill("/bin/postgres -D ")
    wait_until(lambda: known.get("/readyz").status_code == 503, "the site's saying so")
    page = known.get("/solutions")
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert started.end(signal.SIGINT) == 0
    wait_until(known.is_gone, "the end of every process", 5)
    known.start()
    assert known.sign_in(people.PEOPLE[0].email)


def test_reset_removes_nothing_of_a_folder_in_use(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "data" / "postgres" / "kept"
    kept.parent.mkdir(parents=True)
    kept.touch()
    with (tmp_path / "data" / "engines.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = cli("demo", "--reset", "--data-dir", tmp_path / "data", "--port", str(instances.free_port()))
    assert done.status == 1
    assert done.line == (
        f"Le dossier {tmp_path}/data est déjà utilisé par un autre programme. Arrêtez-le d’abord."
    )
    assert kept.exists()


def test_reset_removes_nothing_of_a_folder_that_is_not_ours(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "letters" / "kept.txt"
    kept.parent.mkdir()
    kept.touch()
    done = cli("demo", "--reset", "--data-dir", kept.parent, "--port", str(instances.free_port()))
    assert done.status == 1
    assert done.line.endswith("n’est pas un dossier de données de Lot Commun : rien n’a été supprimé.")
    assert kept.exists()


def command_on(demo: Demo, *arguments: str) -> subprocess.CompletedProcess[str]:
    return instances.run(*arguments, "--data-dir", str(demo.data), prefix=instances.as_a_normal_user())
