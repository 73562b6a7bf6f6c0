"""How many towns wait with a need of one domain and unit."""

from alembic import op

from marketplace.migrations.policies import APPLICATION, WORKER, function, role

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what « waits » means, once: its town asked to be told of others, and no pool was opened on it, by that town or by another
    # that accepted the same proposal. Read with the reader's own rights: the worker's, or the owner's in the function below
    op.execute(
        "create view need_waiting with (security_invoker = true) as"
        " select n.id, n.town_id, n.domain, n.unit from need n"
        " where n.alike_until > (select market_now())"
        " and not exists (select from pool p where p.need_id = n.id)"
        " and not exists (select from proposal_side s join pool_proposal p on p.id = s.proposal_id"
        " where s.need_id = n.id and s.state = 'accepted' and p.pool_id is not null)"
    )
    op.execute(f"grant select on need_waiting to {role(WORKER)}")
    # told to a town alone, of towns other than itself: whatever it asks for or stops, its own answer does not move.
    # Nothing below three towns, steps above, no narrower cell than a domain and a unit: nobody can be told apart
    function(
        "towns_waiting(counted_in text)", "table (domain text, at_least integer)",
        """select n.domain, case when count(*) >= 20 then 20 when count(*) >= 10 then 10 when count(*) >= 5 then 5 else 3 end
        from (
            select distinct w.domain, w.town_id from need_waiting w
            where w.unit = counted_in and (select actor_kind()) = 'town' and w.town_id <> (select actor_organisation())
        ) n
        group by n.domain having count(*) >= 3""",
        definer=True,
    )  # fmt: skip


def downgrade() -> None:
    for which in (APPLICATION, WORKER):
        op.execute(f"revoke all on function towns_waiting(text) from {role(which)}")
    op.execute("drop function towns_waiting(text)")
    op.execute("drop view need_waiting")
