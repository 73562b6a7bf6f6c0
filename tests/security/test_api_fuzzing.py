"""Schemathesis against the running product, as three people: no 5xx, and nothing that the API's description does not say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.security.fuzzed_instance import IDENTITIES, fuzzed_instance

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
LEAST_CASES = 3_500
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "use_after_free", "ensure_resource_availability",
)  # fmt: skip
"""All but four: the domain refuses data that a JSON schema allows (a date that the law's rules do not reach), so
`positive_data_acceptance` would report every rule; `allow_header_conformance` compares with OPTIONS, which the framework
answers by handler; `ignored_auth` takes public operations for holes; `object_level_authorization` is the matrix's work."""


@pytest.mark.proof
@pytest.mark.timeout(1500)
def test_three_people_send_thousands_of_odd_requests_and_break_nothing(tmp_path: Path) -> None:
    found: dict[str, Any] = {}
    with fuzzed_instance(tmp_path / "data") as (site, keys):
        for name in IDENTITIES:
            found[name] = _fuzz(site, keys[name], tmp_path / name)
    cases = sum(run["cases"] for run in found.values())
    for name, run in found.items():
        print(f"{name}: {run['cases']} cases on {run['operations']} operations, {run['seconds']} s")
    print(f"{cases} cases in all")
    failures = {name: run["failures"] for name, run in found.items() if run["failures"]}
    assert failures == {}, json.dumps(failures, ensure_ascii=False, indent=1)[:20_000]
    assert cases >= LEAST_CASES
    assert min(run["operations"] for run in found.values()) >= 100


def _fuzz(site: str, key: str, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    report = folder / "run.json"
    ran = subprocess.run(
        [
            SCHEMATHESIS, "run", f"{site}/schema/openapi.json", "--phases", "examples,coverage,fuzzing,stateful", "-n", "12",
            "--seed", "1", "-c", ",".join(CHECKS), "--continue-on-failure", "--no-color", "--warnings", "off",
            "--report", "json", "--report-json-path", str(report), "-H", f"Authorization: Bearer {key}",
        ],
        capture_output=True, text=True, check=False, timeout=600, cwd=folder,
    )  # fmt: skip
    assert report.exists(), ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads(report.read_text())
    assert told["complete"], told["stop_reason"]
    return {
        "cases": told["test_cases"]["generated"],
        "operations": told["operations"]["tested"],
        "seconds": round(told["running_time"], 1),
        "failures": told["failures"],
    }
