"""What operating an instance needs: a few figures for monitoring, which the application may ask and nobody else's rows show."""

from alembic import op

from marketplace.migrations.policies import APPLICATION, WORKER, role

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # counts and ages only; the audit's tail is asked where there is a chain, since the seals are another migration's
    op.execute(
        """
        create function operating_figures() returns table(name text, value double precision)
        language plpgsql stable security definer set search_path = public, pg_temp as $$begin
            return query
                select f.name, f.value from (
                    select count(*) filter (where status = 'pending') as pending, count(*) filter (where status = 'dead') as dead,
                        extract(epoch from now() - min(created_at) filter (where status = 'pending' and next_at <= now())) as oldest
                    from outbox where status <> 'done'
                ) o cross join lateral (values
                    ('outbox_pending', o.pending::double precision), ('outbox_dead', o.dead), ('outbox_oldest_seconds', coalesce(o.oldest, 0))
                ) f(name, value);
            return query select 'mails_' || m.state, count(*)::double precision from mail m where m.state <> 'sent' group by m.state;
            if to_regclass('public.audit_seal') is not null then
                return query execute $q$
                    select 'audit_unsealed_seconds', coalesce(extract(epoch from now() - min(l.created_at)), 0)::double precision
                    from audit_line l
                    where l.created_at >= coalesce((select x.created_at - interval '1 hour' from audit_seal s
                            join audit_line x on x.id = s.line_id order by s.number desc limit 1), '-infinity')
                        and not exists (select from audit_seal s where s.line_id = l.id)
                $q$;
            end if;
        end$$
        """
    )
    op.execute("revoke all on function operating_figures() from public")
    op.execute(f"grant execute on function operating_figures() to {role(APPLICATION)}, {role(WORKER)}")


def downgrade() -> None:
    op.execute("drop function operating_figures()")
