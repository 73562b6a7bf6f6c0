"""Every action that the code can note has its sentence, and every subject its name."""

import re
from pathlib import Path

import catalog.solutions.lifecycle
import procurement.billing.lifecycle
import procurement.orders.lifecycle
import procurement.pools.lifecycle
import procurement.quotes.lifecycle
from marketplace.journal.sentences import FALLBACK, SENTENCES, sentence
from marketplace.journal.wording import SUBJECTS
from marketplace.lifecycle import Lifecycle

ROOT = Path(__file__).parents[3]
ROOMS = (
    catalog.solutions.lifecycle, procurement.billing.lifecycle, procurement.orders.lifecycle, procurement.pools.lifecycle,
    procurement.quotes.lifecycle,
)  # fmt: skip
NOTED = re.compile(
    r"audit\.note\(\s*\w+,\s*[\w.]+(?:\([^()]*\))?,\s*(f?\"[^\"]*\"|\w+),\s*(f?\"[^\"]*\"|[\w.]+),",
    re.MULTILINE,
)
CALLED = re.compile(r"audit\.note\(")
COMPOSED = {
    "marketplace/lifecycle.py": "each lifecycle's moves, walked below",
    "marketplace/web/staff_reads.py": "what staff read: the noun of an address's parameter",
}


def sources() -> list[Path]:
    return [
        path for package in ("marketplace", "catalog", "procurement", "search", "workers")
        for path in sorted((ROOT / package).rglob("*.py"))
    ]  # fmt: skip


def noted() -> set[tuple[str, str]]:
    """Every (action, subject) written out in the code."""
    found = set()
    for path in sources():
        text, where = path.read_text(), str(path.relative_to(ROOT))
        calls = NOTED.findall(text)
        assert len(calls) == len(CALLED.findall(text)), (
            f'{where}: write `audit.note(session, by, "noun.verb", "noun", …` with both spelled out, so that this test reads them'
        )
        if where not in COMPOSED:
            found |= {(action.strip('"'), subject.strip('"')) for action, subject in calls}
    return found


def test_every_action_of_the_code_has_its_sentence_and_its_subject_a_name() -> None:
    assert all(room.__name__.endswith("lifecycle") for room in ROOMS)
    moves = {(f"{noun}.{name}", noun) for noun, found in Lifecycle.by_noun.items() for name in found.moves}
    told = noted() | moves
    assert len(told) > 90
    without = sorted(action for action, _ in told if sentence(action) == FALLBACK)
    lines = "\n".join(f'    "{action}": N_("a …"),' for action in without)
    assert not without, f"add to SENTENCES in marketplace/journal/sentences.py, in French:\n{lines}"
    nameless = sorted({subject for _, subject in told} - set(SUBJECTS))
    assert not nameless, f"add to SUBJECTS in marketplace/journal/wording.py: {nameless}"


FORMER = {"pool.resume", "solution.submit", "solution.request_changes"}
"""Done by earlier versions: their lines are in journals."""


def test_no_sentence_is_left_of_an_action_that_nobody_does() -> None:
    moves = {f"{noun}.{name}" for noun, found in Lifecycle.by_noun.items() for name in found.moves}
    actions = {action for action, _ in noted()} | moves
    left = {known for known in SENTENCES if not known.endswith(".read")} - actions - FORMER
    assert left == set()
