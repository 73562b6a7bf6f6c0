import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from marketplace import cli as product
from marketplace import logs
from marketplace.embedded import Addresses
from marketplace.embedded.engines import instance_secrets
from marketplace.settings import variables


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error."""
        lines = self.err.splitlines()
        assert len(lines) == 1, f"one line was promised, not {lines}"
        return lines[0]


Cli = Callable[..., Done]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    """`marketplace …` in this process, in an empty folder, with none of its variables set."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["marketplace", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            product.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(int(ended.value.code or 0), said.out, said.err)

    yield run
    with capsys.disabled():  # a command may have bound the logs to this test's captured error stream
        logs.configure(level="ERROR", json=False)


@pytest.fixture
def on_servers(
    cli: Cli, database_urls: dict[str, str], addresses: Addresses, data_dir: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:  # fmt: skip
    """`cli` on a migrated database of this test's own, given by its variables as in production."""
    given = {
        "DATABASE_URL": database_urls["app"],
        "DATABASE_WORKER_URL": database_urls["worker"],
        "DATABASE_OWNER_URL": database_urls["owner"],
        "REDIS_URL": addresses.redis,
        "MARKETPLACE_DATA_DIR": str(tmp_path / "data"),
        **instance_secrets(data_dir),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert os.environ["DATABASE_URL"]
    return cli
