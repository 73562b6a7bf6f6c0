"""The door of files: what people send comes in, what could act does not, quickly and without filling the memory."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from marketplace.documents import Document, parse, to_pdf
from marketplace.files.accepting import FileRefused, look
from marketplace.files.kinds import Kind
from tests.support import files as samples

ALL = set(Kind)
MEASURED = """
import json, sys, time
from pathlib import Path
from marketplace.files.accepting import FileRefused, look
from marketplace.files.kinds import Kind

def memory(line):
    status = Path("/proc/self/status").read_text()
    return int(status.split(line + ":")[1].split()[0]) / 1024

found = {}
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    facts = json.loads(path.read_text())
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = memory("VmRSS")
    content = path.with_suffix(".bin").read_bytes()
    started = time.perf_counter()
    try:
        code = str(look(content, name=facts["name"], declared=facts["declared"], allowed=set(Kind)))
    except FileRefused as refusal:
        code = refusal.fields[0].code
    found[facts["what"]] = [code, time.perf_counter() - started, memory("VmHWM") - before]
    del content
print(json.dumps(found))
"""


def test_what_people_send_comes_in_as_what_it_is() -> None:
    found = {
        what: look(content, name=name, declared=declared, allowed=ALL)
        for what, (name, declared, content) in samples.sound().items()
    }
    assert {str(kind) for kind in found.values()} == {str(kind) for kind in ALL}


def test_hostile_files_are_refused_each_under_a_second_and_64_megabytes(tmp_path: Path) -> None:
    wanted = {}
    for number, (what, (code, (name, declared, content))) in enumerate(samples.hostile().items()):
        wanted[what] = code
        at = tmp_path / f"{number:03}"
        at.with_suffix(".bin").write_bytes(content)
        at.with_suffix(".json").write_text(json.dumps({"what": what, "name": name, "declared": declared}))
    command = [sys.executable, "-c", MEASURED, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    measured: dict[str, Any] = json.loads(ran.stdout)
    assert {what: code for what, (code, _, _) in measured.items()} == wanted
    slow, seconds = max(((what, s) for what, (_, s, _) in measured.items()), key=lambda pair: pair[1])
    heavy, mebibytes = max(((what, m) for what, (_, _, m) in measured.items()), key=lambda pair: pair[1])
    print(
        f"\n{len(wanted)} hostile files; slowest {seconds:.3f} s ({slow}); heaviest +{mebibytes:.1f} MiB ({heavy})"
    )
    assert mebibytes > 10, "the largest file alone is 20 MB: else nothing was measured"
    assert seconds < 1, slow
    assert mebibytes < 64, heavy


def test_a_refusal_says_how_to_mend_it() -> None:
    with pytest.raises(FileRefused) as refused:
        look(b"x", name="t.exe", declared="", allowed={Kind.CSV, Kind.JSON}, field="table")
    (fault,) = refused.value.fields
    assert (fault.path, str(fault)) == ("table", "Extension refusée. Acceptées ici : .csv, .json.")


def test_only_what_a_field_allows_comes_in() -> None:
    for name, declared, content in samples.sound().values():
        if not name.lower().endswith(".pdf"):
            with pytest.raises(FileRefused):
                look(content, name=name, declared=declared, allowed={Kind.PDF})


def test_our_own_documents_would_come_in() -> None:
    document = Document(
        title="Convention", subtitle="Éclairage", reference="LC-1", notice="", summary=[("a", "b")],
        blocks=parse("# Article premier\n\n| a | b |\n| --- | --- |\n| c | d |\n"), signers=[],
    )  # fmt: skip
    content = to_pdf(document, made_on=date(2026, 11, 22))
    assert look(content, name="c.pdf", declared="application/pdf", allowed=ALL) is Kind.PDF
