"""Does anything notice? Each mutant takes one protection away from a copy of the source; a test must fail on it.

`make mutants` runs them all (or those whose name holds its arguments), says which test killed each, and fails if one
survives, or if its text is no longer in the source. Isolation is twice, so a mutant of one layer is looked at through the
other's absence: without row-level security for the queries, in raw SQL for the policies.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COPIED = (
    "marketplace",
    "catalog",
    "procurement",
    "search",
    "workers",
    "tests",
    "pyproject.toml",
    "README.md",
    "Makefile",
)
DOMAIN = "tests/matrix/test_matrix.py::test_the_domain_alone_hides_as_much_with_row_level_security_off"
BOTH = "tests/matrix/test_matrix.py::test_the_matrix"
ROWS = "tests/matrix/test_rows.py"
RLS = "tests/marketplace/test_row_level_security.py"
POLICIES = "marketplace/migrations/versions/0004_procurement.py"
WAITING = "marketplace/migrations/versions/0027_needs_alike.py"
WAIT = "tests/procurement/needs/test_waiting.py"
ASKED = "marketplace/migrations/versions/0026_own_sheet.py"
MET = "tests/search/own_sheet/test_met.py"
AT_ONCE = int(os.environ.get("JOBS", "2"))


@dataclass(frozen=True)
class Mutant:
    """`edits`: file, what it says, what the mutant says. `tests` are run on it; `routes` limits the matrix."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]
    routes: str = ""


NEED_QUERY = (
    "procurement/needs/queries.py",
    "select(Need).where(Need.id == need_id, Need.town_id == by.organisation_id)",
    "select(Need).where(Need.id == need_id)",
)
NEED_POLICY = (POLICIES, 'protect("need", read=f"town_id = {ORG}"', 'protect("need", read="true"')

MUTANTS = [
    # the queries, without the policies to catch them
    Mutant("a pool is read by anybody", (
        ("procurement/pools/queries.py", "select(Pool).where(Pool.id == pool_id, scopes.seen(reads))", "select(Pool).where(Pool.id == pool_id)"),
    ), (DOMAIN,), r"GET /api/v1/pools/{pool_id}$"),
    Mutant("a pool is acted on by anybody", (
        ("procurement/pools/access.py", "Pool.id == pool_id, scopes.acted_on(session)", "Pool.id == pool_id"),
    ), (DOMAIN,), "freeze"),
    Mutant("a pool's members are listed to anybody", (
        ("procurement/pools/queries.py", "Membership.pool_id == pool_id, scopes.inside(reads, pool_id)", "Membership.pool_id == pool_id"),
    ), (DOMAIN,), r"pool_id}$|members|villes"),
    Mutant("a need is read by another town", (NEED_QUERY,), (DOMAIN,), "GET /api/v1/needs/"),
    Mutant("a frozen answer is read by another town", (
        ("search/register/queries.py", "SourcingRecord.id == record_id, owned(reads, SourcingRecord.town_id)", "SourcingRecord.id == record_id"),
    ), (DOMAIN,), r"GET /api/v1/sourcing-records/{record_id}"),
    Mutant("a kept search is read by somebody else", (
        ("search/saved/queries.py", "SavedSearch.id == search_id, own(reads, by), SavedSearch", "SavedSearch.id == search_id, SavedSearch"),
    ), (DOMAIN,), r"GET /api/v1/saved-searches/{search_id}"),
    Mutant("an order is issued by another town", (
        ("procurement/orders/fulfilling.py", "PurchaseOrder.id == order_id, parties(session)", "PurchaseOrder.id == order_id"),
    ), (DOMAIN,), "issue$"),
    Mutant("orders are exported whole", (
        ("procurement/orders/queries.py", ".where(parties(reads))", ".where(PurchaseOrder.id.is_not(None))"),
    ), (DOMAIN,), r"GET /commandes.csv"),
    Mutant("a file is downloaded by whoever knows its id", (
        ("marketplace/files/api.py", "StoredFile.id == file_id, theirs | of_their_pool", "StoredFile.id == file_id"),
    ), (DOMAIN,), "GET /(api/v1/files|fichiers)"),
    Mutant("an API key is revoked by another organisation", (
        ("marketplace/accounts/api_keys.py", "ApiKey.id == key_id, ApiKey.organisation_id == by.organisation_id", "ApiKey.id == key_id"),
    ), (DOMAIN,), "DELETE /api/v1/api-keys"),
    Mutant("a draft sheet is read by anybody", (
        ("catalog/solutions/queries.py", "Solution.slug == slug, or_(Solution.state == SolutionState.PUBLISHED, theirs(reads))", "Solution.slug == slug"),
    ), (DOMAIN,), "GET /api/v1/solutions/{slug}"),
    # the policies, in raw SQL
    Mutant("the policy of needs lets everybody read", (NEED_POLICY,), (ROWS,)),
    Mutant("the policy of offers lets everybody read", (
        (POLICIES, 'read=f"startup_id = {ORG} or ({opened})"', 'read="true"'),
    ), (ROWS,)),
    Mutant("the coordinator reads sealed offers", (
        (POLICIES, "opened = \"state in ('opened',", "opened = \"state in ('sealed', 'opened',"),
    ), (ROWS,)),
    Mutant("supervisors read price caps", (
        (POLICIES, 'capped = f"town_id = {ORG} and {own}"', 'capped = f"(town_id = {ORG} and {own}) or (select supervises())"'),
    ), (ROWS,)),
    Mutant("row-level security is off on price caps", (
        ("marketplace/migrations/policies.py", '    op.execute(f"alter table {table} enable row level security")',
         '    if table != "price_cap":\n        op.execute(f"alter table {table} enable row level security")'),
    ), (RLS,)),
    Mutant("questions asked with the owner's rights are open to every role", (
        ("marketplace/migrations/policies.py", '        op.execute(f"revoke all on function {signature_types(signature)} from public")\n', ""),
    ), (RLS,)),
    Mutant("two towns that wait are told of", (
        (WAITING, "having count(*) >= 3", "having count(*) >= 2"),
    ), (WAIT,)),
    Mutant("a town that waits reads its own part", (
        (WAITING, " and w.town_id <> (select actor_organisation())", ""),
    ), (WAIT,)),
    Mutant("towns that wait are told of to firms and staff", (
        (WAITING, "(select actor_kind()) = 'town'", "(select actor_kind()) <> ''"),
        ("procurement/needs/waiting.py", "unit is None or acting(reads).kind is not OrganisationKind.TOWN", "unit is None"),
    ), (WAIT,)),
    Mutant("a startup is told of two towns' questions", (
        (ASKED, "LEAST_TOWNS = 28, 3, 3", "LEAST_TOWNS = 28, 3, 2"),
    ), (MET,)),
    Mutant("a startup subtracts what rare reasons were from one period to the next", (
        (ASKED, "group by m.id, m.period having", "group by m.id having"),
    ), (MET,)),
    Mutant("a startup sees the running period grow", (
        (ASKED, "{begins.format('n')})", "{begins.format('(n + 1)')})"),
    ), (MET,)),
    Mutant("a startup is told of another's sheets", (
        (ASKED, "s.startup_id = actor_organisation() and ", ""),
    ), (MET,)),
    # both layers at once, and what stands before them
    Mutant("a need is read by anybody through both layers", (NEED_QUERY, NEED_POLICY), (BOTH,), "GET /api/v1/needs/"),
    Mutant("offers are compared before the deadline", (
        ("procurement/quotes/comparing.py", "        ConsultationState.OPENED,\n", "        ConsultationState.OPENED,\n        ConsultationState.OPEN,\n"),
    ), (BOTH,), "comparison"),
    Mutant("another's object is forbidden, not missing", (
        ("marketplace/web/problems.py", "    (NotFound, 404),", "    (NotFound, 403),"),
    ), (BOTH,), "GET /api/v1/needs/"),
    Mutant("a read-only key writes", (
        ("marketplace/app.py", "if request.method not in SAFE and actor_of(request).read_only and", "if not request.method and"),
    ), (BOTH,), "POST /api/v1/needs"),
    Mutant("a form without its token is taken", (
        ("marketplace/web/csrf.py", "    if not hmac.compare_digest(", "    if not request.method and not hmac.compare_digest("),
    ), ("tests/marketplace/web/test_csrf.py",)),
    Mutant("the session that a sign-in replaces lives on", (
        ("marketplace/sign_in/sessions.py", "    if session_id is not None:\n        async with database.transaction(by)", "    if session_id is None:\n        async with database.transaction(by)"),
    ), ("tests/marketplace/sign_in/test_signing_in.py",)),
    Mutant("roles are those of the sign-in, not the present ones", (
        ("marketplace/sign_in/authentication.py", '    scope["session_token"] = token', '    actor = _KNOWN.setdefault(token, actor)\n    scope["session_token"] = token'),
        ("marketplace/sign_in/authentication.py", "TOUCH_EVERY = ", "_KNOWN: dict[str, Actor] = {}\nTOUCH_EVERY = "),
    ), ("tests/marketplace/sign_in/test_signing_in.py",)),
    Mutant("invoice numbers are read, then written", (
        ("procurement/billing/invoicing.py", 'set_={"last": InvoiceSeries.last + 1}', 'set_={"last": seen + 1}'),
        ("procurement/billing/invoicing.py", "    last = await session.scalar(\n        insert(InvoiceSeries)",
         ("    seen = await session.scalar(select(InvoiceSeries.last).where(InvoiceSeries.prefix == prefix, InvoiceSeries.year == year)) or 0\n"
         "    last = await session.scalar(\n        insert(InvoiceSeries)")),
    ), ("tests/procurement/billing/test_invoices.py",)),
    # the directory
    Mutant("whoever answers from anywhere confirms for a town", (
        ("catalog/evidence/domains.py", "    if domain in WEBMAIL:\n        return False\n", "    if domain:\n        return True\n"),
    ), ("tests/catalog/evidence/test_confirming.py",)),
    Mutant("a confirmation outlives what it confirmed", (
        ("catalog/evidence/levels.py", "    if piece.digest != value_digest:", "    if not piece.digest:"),
    ), ("tests/catalog/evidence/test_levels.py",)),
    Mutant("a curator decides over what another one read", (
        ("catalog/curation/reviewing.py", "revision.version != version:", "revision.version < version:"),
    ), ("tests/catalog/curation/test_deciding.py",)),
    Mutant("visitors read confidential answers", (
        ("catalog/directory/queries.py", "return by.acts_for(sheet.startup_id) or Role.CURATOR in by.roles or by.kind in TOLD", "return not by.read_only"),
        ("marketplace/migrations/versions/0014_directory.py", '    protect("solution_confidential", read=asked,', '    protect("solution_confidential", read="true",'),
    ), ("tests/catalog/directory/test_sheet_page.py",)),
]  # fmt: skip


def run(mutant: Mutant) -> tuple[bool, str]:
    """Whether a test killed it, and what is to be said."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, copy / name)
        for file, before, after in mutant.edits:
            text = (copy / file).read_text()
            if before not in text:
                return False, f"its text is no longer in {file}: write the mutant again"
            (copy / file).write_text(text.replace(before, after))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--timeout", "900", *mutant.tests],
            cwd=copy, env=os.environ | {"MATRIX_ROUTES": mutant.routes, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return False, "survived"
        killer = re.search(r"^FAILED (\S+)(.*)", done.stdout, re.MULTILINE)
        if done.returncode != 1 or killer is None:
            return False, "the tests did not run: " + done.stdout[-600:] + done.stderr[-300:]
        why = re.search(r"^E +(?=\S)(?!AssertionError: \d+ kinds)(.*)$", done.stdout, re.MULTILINE)
        return True, f"{killer[1].rsplit('::', 1)[-1]}: {why[1].strip()[:150] if why else ''}"


def main(wanted: list[str]) -> int:
    chosen = [m for m in MUTANTS if not wanted or any(word in m.name for word in wanted)]
    started, survivors = time.monotonic(), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, (killed, said) in zip(chosen, pool.map(run, chosen), strict=True):
            survivors += not killed
            print(f"{'killed  ' if killed else 'SURVIVED'}  {mutant.name}\n          {said}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed, {time.monotonic() - started:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
