"""One statement that scores, filters, counts and pages.

A unit's weight in a sheet is what its best key weighs there, or its words together; a sheet's text score is the sum of its units'
weights × their rarity, lowered when it lacks some. To it are added what the domains that the query speaks of are worth, and the likeness
to what the first results are about: they bring up sheets that say the same in other words.
"""

from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from search.engines.postgres.asking import LONGEST, WHOLE, Asked
from search.engines.postgres.weighing import GIST
from search.engines.protocol import SearchQuery, Sort

DOMAIN = 0.5
LIKENESS = 0.6
FEEDBACK, FEEDBACK_STEMS, RESCORED = 6, 25, 25
"""How many first results say what the query is about, by how many stems, and how many are compared with it."""
HINTS = 4
"""Always as many, so that the statement is always the same: its plan is kept."""
COVERED = 0.12
FEW, SURE = 40, 0.8
FLOOR = 0.3
"""A unit's word counts as frequent as this part of its synonyms', at least."""
UNFOUND = 1.5
"""The rarity of a word that nothing holds: sheets lack it, all alike."""


def statement(query: SearchQuery, asked: Asked) -> tuple[TextClause, dict[str, Any]]:
    """The SQL of a page of `query` and its values."""
    values: dict[str, Any] = {
        "limit": query.per_page, "offset": (query.page - 1) * query.per_page, "domains": list(query.domains),
        "maturities": list(query.maturities), "features": list(query.features), "available": query.available,
        "priced": query.priced,
    }  # fmt: skip
    if not asked.own:
        return _unasked(query.sort), values
    values |= {
        "units": asked.units, "slots": asked.slots, "keys": asked.keys, "weights": asked.weights, "strong": asked.strong,
        "own": asked.own, "most": asked.most, "times": asked.times, "beside": asked.beside,
        "beside_weights": asked.beside_weights,
    }  # fmt: skip
    values |= {"sure": [domain for domain, surely in asked.hints.items() if surely >= SURE], "few": FEW}
    surest = sorted(asked.hints.items(), key=lambda each: (-each[1], each[0]))
    for place, (domain, surely) in enumerate((surest + [("", 0.0)] * HINTS)[:HINTS]):
        values |= {f"hint{place}": domain, f"sure{place}": DOMAIN * surely}
    return _asked(query.sort, scattered=any(slot != WHOLE for slot in asked.slots)), values


@cache
def _unasked(sort: Sort) -> TextClause:
    return text(_UNASKED + _ANSWER.format(found="first", final="0::float8", order=_ORDERS[sort] or _BY_USE))


@cache
def _asked(sort: Sort, *, scattered: bool) -> TextClause:
    """`scattered`: whether a unit has words that may stand apart."""
    weight = _SCATTERED if scattered else "max(p.impact * a.weight)"
    final = "floor((raised / (1 + raised)) * 1e9) / 1e9"
    order = _ORDERS[sort] or f"final desc, {_ALIKE}"
    return text(_ASKED.format(weight=weight) + _ANSWER.format(found=_RAISED, final=final, order=order))


_ALIKE = "name, solution_id"
_BY_USE = f"(maturity = 'stopped'), priced desc, {_ALIKE}"
_ORDERS = {Sort.RELEVANCE: "", Sort.NAME: _ALIKE, Sort.RECENT: f"published_on desc nulls last, {_ALIKE}"}
_FLAGS = """
    (cardinality(cast(:domains as text[])) = 0 or e.domains && cast(:domains as text[])) as in_domain,
    (cardinality(cast(:maturities as text[])) = 0 or e.maturity = any(cast(:maturities as text[]))) as in_maturity,
    (not :priced or e.priced) and (not :available or e.maturity <> 'stopped')
        and (cardinality(cast(:features as text[])) = 0 or e.features @> cast(:features as text[])) as rest,
    e.number, e.solution_id, e.name, e.domains, e.maturity, e.features, e.priced, e.published_on
"""
_SIDE_BY_SIDE = f"max(p.impact * a.weight) filter (where a.slot = {WHOLE})"
_APART = " + ".join(
    f"coalesce(max(p.impact * a.weight) filter (where a.slot = {slot}), 0)" for slot in range(LONGEST)
)
_SCATTERED = f"greatest({_SIDE_BY_SIDE}, {_APART})"
_HINT = ", ".join(
    f"case when :hint{place} = any(e.domains) then cast(:sure{place} as float8) else 0 end"
    for place in range(HINTS)
)
_ASKED = f"""
with state as materialized (select greatest(entries, 1) n from search_state),
unit as (
    select (u.place - 1)::int unit, u.own, u.most, u.times
    from unnest(cast(:own as int[]), cast(:most as float8[]), cast(:times as float8[])) with ordinality u(own, most, times, place)
),
matched as materialized (
    select p.entry, a.unit, bool_or(a.strong) strong, {{weight}} weight
    from unnest(cast(:units as int[]), cast(:slots as int[]), cast(:keys as text[]), cast(:weights as float8[]), cast(:strong as bool[]))
        a(unit, slot, key, weight, strong)
    cross join lateral (select entry, impact from search_posting where key = a.key collate "C" offset 0) p
    group by p.entry, a.unit
),
rare as materialized (
    select unit, ln(1 + (greatest(n, held) - held + 0.5::float8) / (held + 0.5::float8)) as rarity, most, times, own
    from (
        select m.unit, u.most, u.times, u.own, s.n, case when u.own > 0 then greatest(u.own, {FLOOR} * m.held) else greatest(m.held, 1) end held
        from (select unit, count(*) filter (where strong) held from matched group by unit) m join unit u using (unit), state s
    ) counted
),
worth as materialized (select unit, case when own > 0 then rarity else least(rarity, most) end * times as worth from rare),
whole as materialized (select coalesce(sum(coalesce(w.worth, {UNFOUND})), 1) total from unit left join worth w using (unit)),
beside as (
    select p.entry, sum(p.impact * b.weight) weight
    from unnest(cast(:beside as text[]), cast(:beside_weights as float8[])) b(key, weight)
    cross join lateral (select entry, impact from search_posting where key = b.key collate "C" offset 0) p
    group by p.entry
),
texts as (
    select m.entry, sum(w.worth * m.weight) said, sum(w.worth * least(1, m.weight)) covered
    from matched m join worth w using (unit) group by m.entry
    having sum(w.worth * least(1, m.weight)) >= {COVERED} * (select total from whole)
),
beyond as (
    select number as entry, 0::float8 as said, 0::float8 as covered from search_entry
    where domains && cast(:sure as text[]) and (select count(*) from texts) < :few and number not in (select entry from texts)
),
first as materialized (
    select {_FLAGS}, e.favour,
        ((t.said + coalesce(b.weight, 0)) / whole.total * sqrt(t.covered / whole.total) + greatest({_HINT})) * e.favour as score
    from (select * from texts union all select * from beyond) t
        cross join lateral (select * from search_entry where number = t.entry offset 0) e
        left join beside b on b.entry = t.entry, whole
),
best as materialized (
    select *, row_number() over (order by score desc, name, solution_id) as place
    from (select number, score, favour, name, solution_id from first order by score desc, name, solution_id limit {RESCORED}) b
),
said as materialized (
    select b.number, b.place, g.stem, g.impact
    from best b cross join lateral (select keys, gist from search_entry where number = b.number offset 0) e
        cross join lateral unnest(e.keys[1:{GIST}], e.gist) g(stem, impact)
),
known as materialized (
    select h.stem, ln(1 + (greatest(s.n, h.entries) - h.entries + 0.5::float8) / (h.entries + 0.5::float8)) as rarity
    from search_stem h, state s where h.stem = any(array(select distinct stem from said))
),
gist as materialized (
    select number, place, stem, impact * rarity as weight from said join known using (stem)
),
size as materialized (select number, sqrt(sum(weight * weight)) as size from gist group by number),
about as materialized (
    select g.stem, sum(b.score * g.weight / z.size) as weight from gist g join best b using (number) join size z using (number)
    where b.place <= {FEEDBACK} group by g.stem order by weight desc, g.stem limit {FEEDBACK_STEMS}
),
alike as materialized (
    select g.number, sum(g.weight * a.weight) / min(z.size) / (select sqrt(sum(weight * weight)) from about) as alike
    from gist g join about a using (stem) join size z using (number) group by g.number
)
"""
_UNASKED = f"""
with first as materialized (select {_FLAGS} from search_entry e)
"""
_RAISED = f"""first left join alike using (number) cross join lateral (
            select first.score + coalesce({LIKENESS} * alike.alike * (select max(score) from best) * least(first.favour, 1), 0) as raised
        ) r"""
_ANSWER = """,
page as (
    select number, final, row_number() over () as place from (
        select number, {final} as final from {found} where in_domain and in_maturity and rest order by {order} limit :limit offset :offset
    ) p
)
select
    (select count(*) from first where in_domain and in_maturity and rest) as total,
    (select json_agg(json_build_object('id', e.solution_id, 'slug', e.slug, 'name', e.name, 'summary', e.summary,
        'description', e.description, 'supplier', e.supplier, 'domains', e.domains, 'tags', e.tags, 'maturity', e.maturity,
        'fictional', e.fictional, 'priced', e.priced, 'features', e.features, 'references', e."references", 'score', p.final)
        order by p.place) from page p join search_entry e using (number)) as hits,
    (select json_object_agg(value, n) from (
        select unnest(domains) value, count(*) n from first where in_maturity and rest group by 1) d) as by_domain,
    (select json_object_agg(maturity, n) from (
        select maturity, count(*) n from first where in_domain and rest group by 1) m) as by_maturity,
    (select json_object_agg(value, n) from (
        select unnest(features) value, count(*) n from first where in_domain and in_maturity and rest group by 1) f) as by_feature,
    (select content from search_state) as content,
    set_config('plan_cache_mode', 'auto', true) as planned
"""
