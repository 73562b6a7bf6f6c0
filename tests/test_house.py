"""The house itself: every room has its place in the import contracts, and the contracts hold."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from marketplace import VERSION

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def _modules_of(package: str) -> set[str]:
    found = {path.stem for path in (ROOT / package).glob("*.py")}
    found |= {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    return {f"{package}.{name}" for name in found - {"__init__"}}


def test_every_module_of_the_frame_has_its_layer() -> None:
    listed = {name.strip() for layer in CONTRACTS[0]["layers"] for name in layer.split("|")}
    assert _modules_of("marketplace") - listed == set(), "give it a layer in pyproject.toml"
    assert listed - _modules_of("marketplace") == {"workers", "search", "procurement", "catalog"}


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_the_lock_files_hash_every_package_and_name_no_index(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert not [
        line
        for line in lines
        if "://" in line or line.lstrip().startswith(("-i ", "--index", "--find-links"))
    ]
    pins = [i for i, line in enumerate(lines) if "==" in line and not line.startswith((" ", "#"))]
    assert len(pins) > 30
    assert all("--hash=sha256:" in lines[i + 1] for i in pins)


def test_the_program_says_the_version_that_is_packaged() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert packaged == VERSION
