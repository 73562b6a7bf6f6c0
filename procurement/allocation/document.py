"""A `Result` as the JSON document of contracts/simulate.md."""

from decimal import Decimal
from typing import Any

from procurement.allocation.figures import rate_text
from procurement.allocation.result import LineResult, Proposal, Result, TownBill
from procurement.allocation.strict_json import encoded


def document_bytes(result: Result) -> bytes:
    """The document in UTF-8, keys in the contract's order, with one newline at the end. Same result, same bytes."""
    return encoded(document(result)).encode() + b"\n"


def document(result: Result) -> dict[str, Any]:
    """The document: dictionaries, lists, strings, integers and None only."""
    return {
        "lines": [_line(line) for line in result.lines],
        "shared_costs": [
            {"id": cost.id, "towns": [{"town": share.town, "ht_cents": share.ht} for share in cost.towns]}
            for cost in result.shared_costs
        ],
        "towns": [_bill(bill) for bill in result.towns],
        "totals": {
            "ht_cents": result.totals.ht,
            "vat_cents": result.totals.vat,
            "ttc_cents": result.totals.ttc,
        },
        "warnings": list(result.warnings),
        "inputs_sha256": result.inputs_sha256,
    }


def _line(line: LineResult) -> dict[str, Any]:
    following = line.next_tier
    return {
        "id": line.id,
        "quantity": _plain(line.quantity),
        "unallocated": _plain(line.unallocated),
        "unallocated_ht_cents": line.unallocated_ht,
        "tier_from": _plain(line.tier_from),
        "unit_price_cents": line.unit_price,
        "total_ht_cents": line.total,
        "next_tier": following
        and {
            "from": _plain(following.start),
            "missing": _plain(following.missing),
            "unit_price_cents": following.unit_price,
        },
        "towns": [
            {
                "town": part.town,
                "quantity": _plain(part.quantity),
                "ht_cents": part.ht,
                "alone_ht_cents": part.alone,
                "sentence": part.sentence,
            }
            for part in line.towns
        ],
        "worse_off": list(line.worse_off),
        "proposals": [_proposal(proposal) for proposal in line.proposals],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "tier_from": _plain(proposal.tier_from),
        "quantity": _plain(proposal.quantity),
        "extra": [{"town": extra.town, "quantity": _plain(extra.quantity)} for extra in proposal.extra],
        "total_ht_cents": proposal.total,
        "saving_cents": proposal.saving,
    }


def _bill(bill: TownBill) -> dict[str, Any]:
    return {
        "town": bill.town,
        "ht_cents": bill.ht,
        "vat": [
            {"rate": rate_text(row.rate), "base_cents": row.base, "vat_cents": row.vat}
            for row in bill.vat_rows
        ],
        "vat_cents": bill.vat,
        "ttc_cents": bill.ttc,
    }


def _plain(quantity: Decimal) -> str:
    """Result quantities already carry exactly the line's decimals."""
    return format(quantity, "f")
