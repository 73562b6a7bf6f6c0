"""The consolidation of a pool: who gets what, at which price, and what each town pays. Pure arithmetic, no session.

We own the figures behind `marketplace simulate`, the pool's pages, the frozen consolidation, the minutes and the exports:
one function for all of them, so that they cannot disagree (contracts/simulate.md states it to the byte).

We promise:
- exact arithmetic: integer cents and whole units, no float, at any size; the parts always add up to the whole;
- the order of towns, lines, needs and costs changes nothing, and the same plan gives the same bytes;
- a plan file that is wrong is refused with `marketplace.errors.Invalid`, naming its first wrong value;
- `inputs_sha256` names the plan: same hash, same figures.

A plan is read (`read_file`, `read`) or built from rows (`Plan`), consolidated, and used as a `Result` or written as JSON.
"""

from procurement.allocation.canonical import canonical, inputs_sha256
from procurement.allocation.consolidation import consolidate
from procurement.allocation.document import document, document_bytes
from procurement.allocation.plan import Line, Need, Plan, Rule, SharedCost, Split, Town
from procurement.allocation.reading import read, read_file
from procurement.allocation.result import Allocation, LineResult, Proposal, Result, TownBill

__all__ = [
    "Allocation",
    "Line",
    "LineResult",
    "Need",
    "Plan",
    "Proposal",
    "Result",
    "Rule",
    "SharedCost",
    "Split",
    "Town",
    "TownBill",
    "canonical",
    "consolidate",
    "document",
    "document_bytes",
    "inputs_sha256",
    "read",
    "read_file",
]
