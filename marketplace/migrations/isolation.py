"""Whether PostgreSQL still refuses what it should: asked of its catalogues, by the tests and by `marketplace doctor`.

Answers for one role (the application's or the worker's) in sentences for the operator, none when all is sound. Reads only;
any role may ask.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

REFERENCE = frozenset(
    {
        "region", "department", "epci", "commune", "former_commune", "clock_shift", "search_entry", "search_posting",
        "search_stem", "search_word", "search_state", "public_contract", "alembic_version", "town_programme",
    }
)  # fmt: skip
"""Tables that everybody may read; every other table is a tenant's."""


async def faults(connection: AsyncConnection, role: str) -> list[str]:
    """What `role` could do that it must not, one sentence each."""
    values = {"role": role, "reference": sorted(REFERENCE)}
    return [str(row.fault) for row in await connection.execute(text(_QUESTIONS), values)]


_QUESTIONS = """
with r as (select * from pg_roles where rolname = :role),
tenant as (
    select c.oid, c.relname, c.relrowsecurity from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all(:reference)
),
verb (name, letter) as (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('delete', 'd'))
select 'le rôle ' || rolname || ' doit être nosuperuser nobypassrls nocreaterole nocreatedb noreplication' as fault
from r where rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
union all
select 'le rôle ' || rolname || ' possède ' || count(*) || ' objet(s) : donnez-les au propriétaire'
from r join pg_shdepend d on d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
    and d.dbid in (0, (select oid from pg_database where datname = current_database()))
group by rolname
union all
select 'le rôle ' || rolname || ' appartient à ' || m.roleid::regrole || ' : il en hérite les droits'
from r join pg_auth_members m on m.member = r.oid
union all
select 'le rôle ' || rolname || ' peut créer des objets dans le schéma public' from r
where has_schema_privilege(rolname, 'public', 'create')
union all
select 'des droits par défaut donnent à ' || rolname || ' ou à tous ce qui sera créé'
from r where exists (
    select from pg_default_acl d, aclexplode(d.defaclacl) a
    where a.grantee in (0, r.oid) and d.defaclrole <> r.oid and d.defaclobjtype in ('r', 'S', 'f')
)
union all
select 'la table ' || relname || ' n’a pas de sécurité par ligne' from tenant where not relrowsecurity
union all
select 'la table ' || t.relname || ' donne ' || v.name || ' à ' || r.rolname || ' sans politique qui le borne'
from tenant t cross join verb v cross join r
where (has_table_privilege(r.rolname, t.oid, v.name)
        or (v.name <> 'delete' and has_any_column_privilege(r.rolname, t.oid, v.name)))
    and not exists (select from pg_policy p where p.polrelid = t.oid and p.polcmd in (v.letter::"char", '*') and r.oid = any(p.polroles))
union all
select 'la table ' || c.relname || ' donne à ' || r.rolname || ' plus que lire et écrire des lignes'
from r cross join pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (has_table_privilege(r.rolname, c.oid, 'references') or has_table_privilege(r.rolname, c.oid, 'trigger')
        or (c.relname <> all(:reference) and has_table_privilege(r.rolname, c.oid, 'truncate')))
union all
select 'une politique de ' || polrelid::regclass || ' vaut pour tous les rôles' from pg_policy where 0 = any(polroles)
union all
select 'la vue ' || c.relname || ' lit avec les droits de son propriétaire'
from r cross join pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm') and has_table_privilege(r.rolname, c.oid, 'select')
    and coalesce(not 'security_invoker=true' = any(c.reloptions), true)
union all
select 'la séquence ' || c.relname || ' compte pour tous ce que chacun crée'
from r cross join pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S' and has_sequence_privilege(r.rolname, c.oid, 'usage, select')
union all
select 'la fonction ' || p.proname || ' s’exécute avec les droits de son propriétaire, sans search_path fixe ou ouverte à tous'
from pg_proc p
where p.pronamespace = 'public'::regnamespace and p.prosecdef
    and (coalesce(not exists (select from unnest(p.proconfig) s where s like 'search_path=%'), true)
        or p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))
"""
