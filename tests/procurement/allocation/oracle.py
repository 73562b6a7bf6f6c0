"""An oracle for the consolidation: contracts/simulate.md said a second time, by somebody who never saw the product.

Only ints and Fraction; nothing is clever, nothing is fast, and nothing is shared with `procurement.allocation`.
`run(data, name)` is what `marketplace simulate` must do with a file: status, document (or None), path of the first error.
Comments quote the contract.
"""

import hashlib
import json
from fractions import Fraction
from itertools import pairwise

from tests.procurement.allocation.oracle_reading import Refused, check

UNALLOCATED = None
"""The key of the unallocated part, beside town ids."""


def run(data, name):
    """(0, the document without its sentences, "") for a sound file, (2, None, path) for a refused one."""
    try:
        given = check(data, name)
    except Refused as refused:
        return 2, None, refused.path
    return 0, simulate(given), ""


def simulate(given):
    """The document, its towns' sentences left out: they are for people, « never compared by machines »."""
    tie_order = [town["id"] for town in sorted(given["towns"], key=_tie_key)]
    population = {town["id"]: town["population"] for town in given["towns"]}
    lines = [_line(line, given["rule"], tie_order, population) for line in sorted(given["lines"], key=_by_id)]
    weights = {
        "equal": dict.fromkeys(tie_order, 1),
        "quantity": _summed(tie_order, (allocated for _, allocated, _ in lines)),
        "amount": _summed(tie_order, (share for *_, share in lines)),
        "population": population,
    }
    costs = [(cost, _shared(cost, weights, tie_order)) for cost in sorted(given["shared_costs"], key=_by_id)]
    rates = {line["id"]: line["vat_rate"] for line in given["lines"]}
    charges = [(rates[printed["id"]], share) for printed, _, share in lines]
    charges += [(cost["vat_rate"], share) for cost, share in costs]
    bills = [_bill(town, charges) for town in sorted(tie_order)]
    return {
        "lines": [printed for printed, *_ in lines],
        "shared_costs": [
            {"id": cost["id"], "towns": [{"town": t, "ht_cents": share[t]} for t in sorted(share)]}
            for cost, share in costs
        ],
        "towns": bills,
        "totals": {key: sum(bill[key] for bill in bills) for key in ("ht_cents", "vat_cents", "ttc_cents")},
        "warnings": sorted(warning for line in given["lines"] for warning in _warnings(line)),
        "inputs_sha256": _hash(given),
    }


# one line


def _line(line, rule, tie_order, population):
    """The printed line, what each town gets, and what each town pays."""
    decimals, steps, mode = line["decimals"], line["steps"], line["mode"]
    firm = {need["town"]: need["firm"] for need in line["needs"]}
    order = [town for town in tie_order if town in firm]
    allocated, unallocated, short = _allocate(line, rule, order, population)

    quantity = sum(allocated.values(), unallocated)
    at = _reached(steps, quantity)
    total = _cost(mode, steps, quantity)
    share = largest_remainder(total, allocated | {UNALLOCATED: unallocated}, [*order, UNALLOCATED])
    left_over = share.pop(UNALLOCATED)
    alone = {town: _cost(mode, steps, allocated[town]) for town in firm}
    printed = {
        "id": line["id"],
        "quantity": _show(quantity, decimals),
        "unallocated": _show(unallocated, decimals),
        "unallocated_ht_cents": left_over,
        "tier_from": _show(steps[at]["from"], decimals),
        "unit_price_cents": steps[at]["unit_price_cents"] if mode == "all_units" else None,
        "total_ht_cents": total,
        "next_tier": _next_tier(steps[at + 1 :], quantity, decimals),
        "towns": [
            {
                "town": town,
                "quantity": _show(allocated[town], decimals),
                "ht_cents": share[town],
                "alone_ht_cents": alone[town],
            }
            for town in sorted(firm)
        ],
        "worse_off": sorted(town for town in firm if share[town] > alone[town]),
        "proposals": [] if short else _proposals(line, order, quantity, total),
    }
    return printed, allocated, share


def _allocate(line, rule, order, population):
    """What each town gets, what nobody takes, and whether supply is short (points 1 and 2)."""
    firm = {need["town"]: need["firm"] for need in line["needs"]}
    unit, limit = Fraction(1, 10 ** line["decimals"]), line["supply_limit"]
    firm_total = sum(firm.values(), Fraction(0))
    ordered = _up_to_pack(firm_total, line["pack"])
    if limit is not None and limit < ordered:
        packs = limit // line["pack"] * line["pack"]
        return _share_short(rule, packs, firm, order, population, unit), Fraction(0), True
    drawn, unallocated = _draw(ordered - firm_total, line, order)
    return {town: firm[town] + drawn[town] for town in firm}, unallocated, False


def _draw(excess, line, order):
    """« drawn from tolerances, pro rata to tolerance by largest remainder and never beyond it »; and what is not covered."""
    unit = Fraction(1, 10 ** line["decimals"])
    tolerance = {need["town"]: need["tolerance"] for need in line["needs"]}
    covered = min(excess, sum(tolerance.values(), Fraction(0)))
    got = largest_remainder(_in_units(covered, unit), tolerance, order)
    assert all(got[town] * unit <= tolerance[town] for town in tolerance)
    return {town: got[town] * unit for town in tolerance}, excess - covered


def _share_short(rule, quantity, firm, order, population, unit):
    """Share a short supply over the firm needs by the rule."""
    left = _in_units(quantity, unit)
    need = {town: _in_units(firm[town], unit) for town in firm}
    match rule:
        case "pro_rata_firm":
            got = largest_remainder(left, firm, order)
        case "commitment_order":
            got = _filled(left, need, order)
        case "smaller_first":
            got = _filled(
                left, need, sorted(order, key=population.get)
            )  # stable: tie order within one population
        case "equal":
            got = _raised(left, need, order)
    assert all(0 <= got[town] <= need[town] for town in firm)
    assert sum(got.values()) == left
    return {town: got[town] * unit for town in firm}


def _filled(left, need, queue):
    got = {}
    for town in queue:
        got[town] = min(left, need[town])
        left -= got[town]
    return got


def _raised(left, need, order):
    """« raises all towns together […], and when fewer units remain than towns still below it, one unit each in tie order »"""
    got = dict.fromkeys(need, 0)
    while left:
        below = [town for town in order if got[town] < need[town]]
        # as many whole rounds of one unit each as change nothing in who is below; or a last, partial one
        rounds = min(left // len(below), *(need[town] - got[town] for town in below))
        for town in below if rounds else below[:left]:
            got[town] += rounds or 1
        left -= rounds * len(below) or left
    return got


def _next_tier(above, quantity, decimals):
    if not above:
        return None
    return {
        "from": _show(above[0]["from"], decimals),
        "missing": _show(above[0]["from"] - quantity, decimals),
        "unit_price_cents": above[0]["unit_price_cents"],
    }


def _proposals(line, order, quantity, total):
    """Point 6: « for each step above `quantity` […] if the line total becomes lower than now »."""
    decimals, steps, limit = line["decimals"], line["steps"], line["supply_limit"]
    firm_total = sum((need["firm"] for need in line["needs"]), Fraction(0))
    most = firm_total + sum((need["tolerance"] for need in line["needs"]), Fraction(0))
    targets = {_up_to_pack(step["from"], line["pack"]) for step in steps if step["from"] > quantity}
    found = []
    for target in sorted(targets):
        cost = _cost(line["mode"], steps, target)
        if target > most or (limit is not None and target > limit) or cost >= total:
            continue
        extra, uncovered = _draw(target - firm_total, line, order)
        assert uncovered == 0
        found.append(
            {
                "tier_from": _show(steps[_reached(steps, target)]["from"], decimals),
                "quantity": _show(target, decimals),
                "extra": [
                    {"town": t, "quantity": _show(extra[t], decimals)} for t in sorted(extra) if extra[t]
                ],
                "total_ht_cents": cost,
                "saving_cents": total - cost,
            }
        )
    return found


def _warnings(line):
    for before, step in pairwise(line["steps"]):
        if step["unit_price_cents"] > before["unit_price_cents"]:
            yield f"{line['id']}: price goes up from {_show(step['from'], line['decimals'])}"


# all lines together


def _shared(cost, weights, tie_order):
    chosen = weights[cost["split"]]
    if not any(chosen.values()):
        chosen = weights["equal"]
    return largest_remainder(cost["amount_cents"], chosen, tie_order)


def _bill(town, charges):
    """« VAT per town and per rate on the sum of its bases »; charges are (rate, what each town pays)."""
    bases = {}
    for rate, share in charges:
        bases[rate] = bases.get(rate, 0) + share.get(town, 0)
    rows = [
        {
            "rate": _show_rate(rate),
            "base_cents": bases[rate],
            "vat_cents": _half_away(bases[rate] * rate / 100),
        }
        for rate in sorted(bases)
        if bases[rate]
    ]
    ht, vat = sum(bases.values()), sum(row["vat_cents"] for row in rows)
    return {"town": town, "ht_cents": ht, "vat": rows, "vat_cents": vat, "ttc_cents": ht + vat}


def _hash(given):
    """The lower-case hex SHA-256 of the canonical input."""
    text = json.dumps(_canonical(given), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(given):
    return {
        "rule": given["rule"],
        "towns": [
            town | {"committed_at": town["committed_at"].isoformat(timespec="seconds") + "Z"}
            for town in sorted(given["towns"], key=_by_id)
        ],
        "lines": [_canonical_line(line) for line in sorted(given["lines"], key=_by_id)],
        "shared_costs": [
            cost | {"vat_rate": _show_rate(cost["vat_rate"])}
            for cost in sorted(given["shared_costs"], key=_by_id)
        ],
    }


def _canonical_line(line):
    decimals = line["decimals"]

    def shown(quantity):
        return None if quantity is None else _show(quantity, decimals)

    return {
        **{key: line[key] for key in ("id", "unit", "decimals")},
        **{key: shown(line[key]) for key in ("pack", "supply_limit")},
        "vat_rate": _show_rate(line["vat_rate"]),
        "tiers": {
            "mode": line["mode"],
            "steps": [step | {"from": shown(step["from"])} for step in line["steps"]],
        },
        "needs": [
            {"town": need["town"]} | {key: shown(need[key]) for key in ("firm", "tolerance", "max")}
            for need in sorted(line["needs"], key=lambda need: need["town"])
        ],
    }


# arithmetic


def largest_remainder(total, weights, order):
    """Share the integer `total` pro rata to `weights`. `order` lists the keys, first served in a tie."""
    whole = Fraction(sum(weights.values()))
    if whole == 0:
        assert total == 0
        return dict.fromkeys(order, 0)
    exact = {key: total * weights[key] / whole for key in order}
    share = {key: exact[key].__floor__() for key in order}
    by_rest = sorted(order, key=lambda key: share[key] - exact[key])  # stable: `order` breaks ties
    for key in by_rest[: total - sum(share.values())]:
        share[key] += 1
    assert sum(share.values()) == total
    return share


def _cost(mode, steps, quantity):
    """The cost of a quantity in cents, rounded once."""
    if mode == "all_units":
        return _half_away(quantity * steps[_reached(steps, quantity)]["unit_price_cents"])
    exact = Fraction(0)
    for step, following in pairwise([*steps, {"from": max(quantity, steps[-1]["from"])}]):
        part = min(quantity, following["from"]) - step["from"]
        exact += max(part, 0) * step["unit_price_cents"]
    return _half_away(exact)


def _reached(steps, quantity):
    """The index of « the last step with `from` ≤ quantity »."""
    return max(i for i, step in enumerate(steps) if step["from"] <= quantity)


def _half_away(exact):
    """Rounded half away from zero; nothing here is negative."""
    assert exact >= 0
    return (Fraction(exact) + Fraction(1, 2)).__floor__()


def _up_to_pack(quantity, pack):
    return -(-quantity // pack) * pack


def _in_units(quantity, unit):
    units = quantity / unit
    assert units.denominator == 1
    return units.numerator


def _summed(towns, parts):
    found = dict.fromkeys(towns, 0)
    for part in parts:
        for town, value in part.items():
            found[town] += value
    return found


def _tie_key(town):
    """« `committed_at` as an instant, then `siren` (null last), then `id` »"""
    return (town["committed_at"], town["siren"] is None, town["siren"] or "", town["id"])


def _by_id(item):
    return item["id"]


def _show(quantity, decimals):
    """« printed with exactly `decimals` decimals »"""
    units = quantity * 10**decimals
    assert units.denominator == 1
    digits = str(units.numerator).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


def _show_rate(rate):
    """« at least one decimal and no further trailing zero »"""
    decimals = 1
    while (rate * 10**decimals).denominator != 1:
        decimals += 1
    return _show(rate, decimals)
