"""What migrations say about rights: privileges and row-level security, for the application and the worker.

The application role neither owns nor inherits; every tenant table has row-level security and explicit policies. The
worker has its own explicit policies. The owner is not forced, so that its backups are whole.
"""

from collections.abc import Iterable

from alembic import context, op

APPLICATION = "app_role"
WORKER = "worker_role"


def role(which: str) -> str:
    """The quoted name of one of the two roles, as this installation calls it."""
    name = str(context.config.attributes[which]).replace('"', '""')
    return f'"{name}"'


def protect(
    table: str,
    *,
    read: str | None = None,
    insert: str | None = None,
    update: str | None = None,
    check: str | None = None,
    delete: str | None = None,
    worker: bool = True,
) -> None:
    """Enable row-level security on `table`; give the application what each SQL condition says, and the worker all rows.

    `update` says which rows may be locked or changed, `check` (default: the same) what they may become.
    """
    op.execute(f"alter table {table} enable row level security")
    app = role(APPLICATION)
    clauses = {
        "select": read and f"using ({read})",
        "insert": insert and f"with check ({insert})",
        "update": update and f"using ({update}) with check ({check or update})",
        "delete": delete and f"using ({delete})",
    }
    for verb, clause in clauses.items():
        if clause:
            op.execute(f"grant {verb} on {table} to {app}")
            op.execute(f"create policy {table}_{verb} on {table} for {verb} to {app} {clause}")
    if worker:
        op.execute(f"grant select, insert, update, delete on {table} to {role(WORKER)}")
        op.execute(
            f"create policy {table}_worker on {table} to {role(WORKER)} using (true) with check (true)"
        )


def public(tables: Iterable[str]) -> None:
    """Reference tables: everybody reads, the worker (loader) writes."""
    for table in tables:
        op.execute(f"grant select on {table} to {role(APPLICATION)}")
        op.execute(f"grant select, insert, update, delete, truncate on {table} to {role(WORKER)}")


def function(
    signature: str, returns: str, body: str, *, definer: bool = False, volatile: bool = False
) -> None:
    """A SQL function of ours. `definer` runs with the owner's rights: only for questions whose answer leaks nothing.

    `volatile` writes.
    """
    kind = "volatile" if volatile else "stable"
    security = "security definer set search_path = public, pg_temp" if definer else ""
    op.execute(f"create function {signature} returns {returns} language sql {kind} {security} as $${body}$$")
    if definer:
        op.execute(f"revoke all on function {signature_types(signature)} from public")
        for which in (APPLICATION, WORKER):
            op.execute(f"grant execute on function {signature_types(signature)} to {role(which)}")


def signature_types(signature: str) -> str:
    """`f(a uuid, b text)` → `f(uuid, text)`, as GRANT wants it."""
    name, _, rest = signature.partition("(")
    types = [part.strip().split(" ", 1)[1] for part in rest.rstrip(")").split(",") if part.strip()]
    return f"{name}({', '.join(types)})"
