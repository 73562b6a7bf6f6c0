"""`marketplace demo` with a `meilisearch` on the machine: a child on loopback that answers searches, and nothing to fear from it.

No real server is to be had here: the executable is the stand-in, which takes the real one's options and checks the key.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from marketplace.embedded import meilisearch
from marketplace.embedded.processes import EngineError
from tests.operation import instances
from tests.operation.test_demo import Demo, on

STAND_IN = Path(__file__).parents[1] / "support" / "meilisearch" / "program.py"


def script(folder: Path, body: str) -> Path:
    made = folder / "meilisearch"
    made.write_text(f"#!/bin/sh\n{body}\n")
    made.chmod(0o755)
    return made


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    return script(tmp_path, f'exec {sys.executable} {STAND_IN} "$@"')


def test_it_answers_on_loopback_with_its_key_alone_and_ends_when_told(stand_in: Path, tmp_path: Path) -> None:
    server = meilisearch.start(stand_in, tmp_path / "data", tmp_path / "log")
    try:
        assert server.url.startswith("http://127.0.0.1:")
        assert len(server.key) >= 32
        assert server.key not in repr(server)
        command = Path(f"/proc/{server.process.pid}/cmdline").read_text()
        assert server.key not in command
        assert "--no-analytics" in command
        assert httpx.get(f"{server.url}/indexes").status_code == 401
        for key, status in ((server.key, 200), ("une-autre", 403)):
            asked = httpx.get(f"{server.url}/indexes", headers={"Authorization": f"Bearer {key}"})
            assert asked.status_code == status
    finally:
        server.stop()
    assert server.process.poll() is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 3", "s’est arrêté au démarrage"),
        ("echo 'Error: Permission denied (os error 13)' >&2; exit 1", "Permission denied"),
        ("exec sleep 60", "ne répond pas après 1 s"),
    ],
)
def test_one_that_does_not_start_is_told_with_what_it_said(tmp_path: Path, body: str, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(EngineError, match=said):
        meilisearch.start(script(tmp_path, body), tmp_path / "data", tmp_path / "log", patience=1)
    assert time.monotonic() - started < 10


def test_data_of_another_version_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data" / "data.ms").mkdir(parents=True)
    (tmp_path / "data" / "data.ms" / "VERSION").write_text("1.2.3")
    picky = script(
        tmp_path,
        f'[ -e {tmp_path}/data/data.ms/VERSION ] && echo "incompatible version" >&2 && exit 1\nexec {sys.executable} {STAND_IN} "$@"',
    )
    server = meilisearch.start(picky, tmp_path / "data", tmp_path / "log")
    server.stop()
    assert not (tmp_path / "data" / "data.ms" / "VERSION").exists()


def test_the_program_is_the_one_that_is_named_or_on_the_path(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert meilisearch.program(None) is None
    assert meilisearch.program(stand_in) == stand_in
    monkeypatch.setenv("PATH", str(tmp_path))
    assert meilisearch.program(None) == stand_in
    for wrong in (tmp_path / "absent", tmp_path, STAND_IN):
        with pytest.raises(EngineError, match="MEILISEARCH_BIN"):
            meilisearch.program(wrong)


def started(demo: Demo, **environment: str) -> instances.Started:
    """As `Demo.start`, with variables."""
    run = instances.start(
        "demo", "--port", str(demo.port), "--data-dir", str(demo.data), prefix=instances.as_a_normal_user(), **environment
    )  # fmt: skip
    demo.running.append(run)
    run.until("Ctrl-C arrête tout", 110)
    return run


def search(demo: Demo) -> dict[str, object]:
    found: dict[str, object] = demo.get("/api/v1/solutions?q=eclairage").json()
    return found


def answered_by(demo: Demo, engine: str, patience: float = 30) -> dict[str, object]:
    """Search until that engine answers: the stand-in is slow on a busy machine, and the breaker then lets it rest."""
    deadline = time.monotonic() + patience
    while (found := search(demo))["engine"] != engine:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    return found


@pytest.mark.proof
def test_the_demo_uses_it_survives_its_death_and_takes_it_down(tmp_path: Path, stand_in: Path) -> None:
    ended = threading.Event()
    with on(tmp_path / "data") as demo:
        first = started(demo, MEILISEARCH_BIN=str(stand_in), MEILISEARCH_SEARCH_MS="250")
        assert "Meilisearch répond aux recherches" in first.said
        assert answered_by(demo, "meilisearch")["total"]
        assert demo.get("/readyz").json() == {"database": "ok", "search": "ok"}
        demo.kill(str(STAND_IN))
        assert search(demo)["engine"] == "postgres"
        ready = demo.get("/readyz")
        assert (ready.status_code, ready.json()["search"]) == (200, "degraded")
        first.until("Meilisearch s’est arrêté. La recherche passe par PostgreSQL.", 10)
        assert first.end(signal.SIGINT) == 0
        again = started(demo, PATH=f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
        answered_by(demo, "meilisearch")
        assert again.end(signal.SIGINT) == 0
        deadline = time.monotonic() + 5
        while not demo.is_gone() and time.monotonic() < deadline:
            ended.wait(0.05)
        assert demo.is_gone()


@pytest.mark.proof
def test_without_one_or_with_one_that_fails_the_demo_is_as_it_was(tmp_path: Path) -> None:
    with on(tmp_path / "data") as demo:
        for body, said in (("echo 'Error: no such luck' >&2; exit 1", "no such luck"), ("", "")):
            given = {"MEILISEARCH_BIN": str(script(tmp_path, body))} if body else {}
            run = started(demo, **given)
            assert said in run.said
            assert ("La recherche passe par PostgreSQL." in run.said) == bool(body)
            assert search(demo)["engine"] == "postgres"
            assert demo.get("/readyz").json() == {"database": "ok", "search": "ok"}
            assert run.end(signal.SIGINT) == 0
