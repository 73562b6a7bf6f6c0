"""What a startup may be told of the needs that its own sheets did not answer.

An answer belongs to the town that asked. Two functions count, and count only:

- `questions_period` is three whole periods of four weeks, from Monday to Sunday, which begin on the same days for everybody and
  never overlap. The running one is never counted, so that what was said yesterday and what is said today cannot be subtracted.
- `questions_met` counts, for each published sheet of the acting startup, the different questions of towns that found it, or that
  a hard filter left it out of. A count of fewer than three towns in one period joins those of the other reasons of that period, and
  is not counted when they are fewer than three together. What is returned are disjoint sums of such counts, rounded down to a
  step: no sum or difference of them is about fewer than three towns. (Two sheets of one startup that differ by one answer may be
  compared: steps keep that coarse, and each sheet was reviewed.)
"""

from alembic import op

from marketplace.migrations.policies import function

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FIRST_MONDAY = "date '2024-01-01'"
DAYS, PERIODS, LEAST_TOWNS = 28, 3, 3
STEPS = (50, 20, 10, 5, 3)


def upgrade() -> None:
    begins = f"(({FIRST_MONDAY} + {DAYS} * {{}})::timestamp at time zone 'Europe/Paris')"
    function(
        "questions_period()", "tstzrange",
        f"select tstzrange({begins.format(f'(n - {PERIODS})')}, {begins.format('n')})"
        f" from (select ((market_now() at time zone 'Europe/Paris')::date - {FIRST_MONDAY}) / {DAYS} as n) today",
    )  # fmt: skip
    steps = " ".join(f"when sum(questions) >= {step} then {step}" for step in STEPS)
    function(
        "questions_met()", "table (solution_id uuid, reason text, at_least integer)",
        f"""
        with mine as (
            select s.id, s.slug from solution s
            where s.startup_id = actor_organisation() and actor_kind() = 'startup' and s.state = 'published'
        ),
        question as materialized (
            select ((l.at at time zone 'Europe/Paris')::date - {FIRST_MONDAY}) / {DAYS} as period, l.organisation_id, l.asked, l.ordered, l.excluded
            from search_log l join organisation o on o.id = l.organisation_id and o.kind = 'town'
            where l.kind = 'match' and l.at >= lower(questions_period()) and l.at < upper(questions_period())
              and exists (select from mine)
        ),
        met as (
            select distinct m.id, q.period, q.organisation_id, q.asked, 'found' as reason
            from question q, jsonb_to_recordset(q.ordered) as one(slug text) join mine m on m.slug = one.slug
            union all
            select distinct m.id, q.period, q.organisation_id, q.asked, concat_ws(':', one.filter, one.must)
            from question q, jsonb_to_recordset(q.excluded) as one(slug text, filter text, must text) join mine m on m.slug = one.slug
        ),
        counted as (
            select id, period, reason, count(*) as questions, count(distinct organisation_id) as towns from met group by id, period, reason
        ),
        told as (
            select id, reason, questions from counted where towns >= {LEAST_TOWNS}
            union all
            select m.id, 'other', count(*) from met m join counted c using (id, period, reason)
            where c.towns < {LEAST_TOWNS} and m.reason <> 'found'
            group by m.id, m.period having count(distinct m.organisation_id) >= {LEAST_TOWNS}
        )
        select id, reason, case {steps} end from told group by id, reason
        """,
        definer=True,
    )  # fmt: skip


def downgrade() -> None:
    op.execute("drop function questions_met()")
    op.execute("drop function questions_period()")
