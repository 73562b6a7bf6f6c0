"""Every variable of the environment: described to the operator, and named when its value is wrong."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from marketplace.errors import Invalid
from marketplace.settings import Settings, variables

README = Path(__file__).parent.parent.parent / "README.md"
OUTSIDE_SETTINGS = {"POSTGRES_BIN_DIR"}
"""Read where the embedded engines are started, before there are settings."""


def test_every_variable_is_described_in_the_readme() -> None:
    readme = README.read_text()
    names = {*variables(), *OUTSIDE_SETTINGS}
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", readme)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_SIZE", "201"),
        ("WEB_PORT", "65536"),
        ("WEB_PORT", "http"),
        ("WEB_SECRET", "trop court"),
        ("MARKETPLACE_DEMO", "peut-être"),
        ("MARKETPLACE_LOG_LEVEL", "BAVARD"),
        ("MARKETPLACE_LOG_JSON", "2"),
        ("MEILISEARCH_URL", "meilisearch:7700"),
        ("MEILISEARCH_KEY", "clé"),
        ("MEILISEARCH_INDEX", "site/1"),
        ("MEILISEARCH_SEARCH_MS", "251"),
        ("MEILISEARCH_WRITE_SECONDS", "30"),
    ],
)
def test_a_wrong_value_of_the_environment_is_refused_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Invalid) as refused:
        Settings.read()
    assert [fault.path for fault in refused.value.fields] == [name]
    assert name in str(refused.value)


def test_a_command_started_with_a_wrong_variable_says_which_in_one_line(
    command: Callable[..., list[str]], tmp_path: Path
) -> None:
    environment = os.environ | {"WEB_SECRET": "trop court", "MARKETPLACE_DATA_DIR": str(tmp_path / "data")}
    ran = subprocess.run(
        command("serve"), env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.strip().splitlines()) == 1
    assert "WEB_SECRET" in ran.stderr
    assert "trop court" not in ran.stderr
