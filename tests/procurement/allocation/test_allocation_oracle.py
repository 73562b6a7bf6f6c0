"""The product against the oracle, which was written from the contract alone: same figures, same hash, same first error."""

import json
import random
from collections import Counter

import pytest

from marketplace.errors import Invalid
from procurement.allocation import consolidate, document_bytes, read
from tests.procurement.allocation import oracle
from tests.procurement.allocation.broken_plans import broken_file
from tests.procurement.allocation.plans import as_bytes, worked
from tests.procurement.allocation.random_plans import shuffled, sound_plan, written_file

NAME = "plan.json"


def product(data):
    """What the product does with a file, as the oracle says it."""
    try:
        written = document_bytes(consolidate(read(data, NAME)))
    except Invalid as refusal:
        (fault,) = refusal.fields
        return 2, None, fault.path
    found = json.loads(written)
    for line in found["lines"]:
        assert all(part.pop("sentence") for part in line["towns"])
    return 0, found, ""


def disagreements(files):
    """What to look at first: the seeds, each with what both say."""
    found = []
    for seed, data in files:
        expected, got = oracle.run(data, NAME), product(data)
        if expected != got:
            found.append((seed, expected, got))
            if len(found) == 3:
                break
    return found


def sound(seeds):
    for seed in seeds:
        rng = random.Random(seed)
        yield seed, written_file(rng, sound_plan(rng))


def broken(seeds):
    for seed in seeds:
        yield seed, broken_file(random.Random(-seed))


def test_the_oracle_knows_the_worked_example():
    status, document, _ = oracle.run(as_bytes(worked()), NAME)
    line = document["lines"][0]
    assert status == 0
    assert (line["quantity"], line["total_ht_cents"]) == ("245", 4_655_000)
    assert [(p["quantity"], p["saving_cents"]) for p in line["proposals"]] == [("250", 355_000)]
    short = worked()
    short["lines"][0]["supply_limit"] = "200"
    _, document, _ = oracle.run(as_bytes(short), NAME)
    assert [part["quantity"] for part in document["lines"][0]["towns"]] == ["98", "65", "37"]


def test_the_random_plans_reach_every_corner():
    seen = Counter()
    for _, data in sound(range(150)):
        _, document, _ = oracle.run(data, NAME)
        for line in document["lines"]:
            seen["proposal"] += bool(line["proposals"])
            seen["unallocated"] += bool(line["unallocated_ht_cents"])
            seen["worse off"] += bool(line["worse_off"])
            seen["top tier"] += line["next_tier"] is None
            seen["graduated"] += line["unit_price_cents"] is None
            seen["nothing for somebody"] += any(float(part["quantity"]) == 0 for part in line["towns"])
        seen["warning"] += bool(document["warnings"])
        seen["several rates"] += any(len(town["vat"]) > 1 for town in document["towns"])
    refused = {oracle.run(data, NAME)[2] for _, data in broken(range(200))}
    assert min(seen.values()) >= 5, seen
    assert len(refused) >= 50


def test_the_product_agrees_with_the_oracle_on_sound_plans():
    assert disagreements(sound(range(1_000, 1_150))) == []


def test_the_product_refuses_what_the_oracle_refuses_at_the_same_place():
    assert disagreements(broken(range(1_000, 1_300))) == []


@pytest.mark.proof
@pytest.mark.timeout(400)
def test_the_product_agrees_with_the_oracle_at_length():
    assert disagreements(sound(range(10_000, 18_000))) == []
    assert disagreements(broken(range(10_000, 30_000))) == []


@pytest.mark.proof
def test_a_reordered_plan_gives_the_same_bytes_at_length():
    for seed in range(2_000):
        rng = random.Random(seed)
        plan = sound_plan(rng)
        first = document_bytes(consolidate(read(written_file(rng, plan), NAME)))
        again = written_file(rng, shuffled(rng, plan))
        assert document_bytes(consolidate(read(again, NAME))) == first, seed
