"""What must be true of the data, one SQL question each: it answers the rows that break it, each in words.

`:application` and `:worker` are the names of the two roles; `:present` and `:counted` are states of a membership.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """`name` is for programs, `sentence` says in French what holds."""

    name: str
    sentence: str
    broken: str


TRUTHS = (
    Truth(
        "orders_equal_award",
        "les commandes d’un achat font le montant attribué, au centime",
        """
        select format('achat %s : commandes %s/%s/%s, attribution %s/%s/%s (HT/TVA/TTC, en centimes)', a.pool_id,
            o.ht, o.vat, o.ttc, a.ht_cents, a.vat_cents, a.ttc_cents)
        from award a join job_run r on r.key = 'orders:' || a.id and r.finished_at is not null
        cross join lateral (
            select coalesce(sum(ht_cents), 0) as ht, coalesce(sum(vat_cents), 0) as vat, coalesce(sum(ttc_cents), 0) as ttc
            from purchase_order where pool_id = a.pool_id
        ) o
        where a.withdrawn_at is null and (o.ht, o.vat, o.ttc) <> (a.ht_cents, a.vat_cents, a.ttc_cents)
        """,
    ),
    Truth(
        "lines_equal_order",
        "les lignes d’une commande font son montant hors taxes",
        """
        select format('commande %s : lignes %s, commande %s', o.number, coalesce(l.ht, 0), o.ht_cents)
        from purchase_order o left join (select order_id, sum(ht_cents) as ht from order_line group by order_id) l
            on l.order_id = o.id
        where coalesce(l.ht, 0) <> o.ht_cents
        """,
    ),
    Truth(
        "vat_adds_up",
        "la TVA se calcule par taux, au centime, et HT + TVA = TTC",
        """
        with taxed as (
            select 'commande' as what, number, ht_cents, vat_cents, ttc_cents, vat from purchase_order
            union all select 'facture', number, ht_cents, vat_cents, ttc_cents, vat from invoice
        )
        select format('%s %s', what, number) from taxed cross join lateral (
            select coalesce(sum((row ->> 'base_cents')::bigint), 0) as base, coalesce(sum((row ->> 'vat_cents')::bigint), 0) as vat,
                coalesce(bool_or((row ->> 'vat_cents')::bigint
                    <> round((row ->> 'base_cents')::numeric * (row ->> 'rate')::numeric / 100)), false) as wrong
            from jsonb_array_elements(taxed.vat) as row
        ) sums
        where ht_cents + taxed.vat_cents <> ttc_cents or base <> ht_cents or sums.vat <> taxed.vat_cents or wrong
        """,
    ),
    Truth(
        "invoices_equal_orders",
        "une facture a le montant de sa commande, et une commande facturée a sa facture",
        """
        select format('facture %s : %s, commande %s : %s', i.number, i.ttc_cents, o.number, o.ttc_cents)
        from invoice i join purchase_order o on o.id = i.order_id
        where (i.ht_cents, i.vat_cents, i.ttc_cents) <> (o.ht_cents, o.vat_cents, o.ttc_cents)
            or (i.town_id, i.pool_id) <> (o.town_id, o.pool_id) or i.supplier_id is distinct from o.supplier_id
        union all
        select format('commande %s : %s', o.number, case when count(i.id) > 1 then 'facturée deux fois' else 'état et facture se contredisent' end)
        from purchase_order o left join invoice i on i.order_id = o.id
        group by o.id having count(i.id) > 1 or (count(i.id) = 1) <> (o.state in ('invoiced', 'paid'))
        """,
    ),
    Truth(
        "payments_equal_invoices",
        "un mandat paie sa facture entière, et une facture payée a un seul paiement confirmé",
        """
        select format('facture %s', i.number)
        from invoice i left join mandate_payment p on p.invoice_id = i.id and p.disputed_at is null
        group by i.id
        having coalesce(bool_or(p.cents <> i.ttc_cents), false)
            or count(p.id) <> case when i.state = 'issued' then 0 else 1 end
            or count(p.confirmed_at) <> case when i.state = 'paid' then 1 else 0 end
        """,
    ),
    Truth(
        "invoice_numbers_gapless",
        "les numéros de facture émis sous mandat se suivent sans trou",
        """
        select format('%s-%s-%s manque', s.prefix, s.year, lpad(n::text, greatest(5, length(n::text)), '0'))
        from invoice_series s cross join lateral generate_series(1, s.last) n
        where not exists (select from invoice i where i.issued_by = 'mandate'
            and i.number = format('%s-%s-%s', s.prefix, s.year, lpad(n::text, greatest(5, length(n::text)), '0')))
        union all
        select format('%s n’appartient à aucune série', i.number) from invoice i
        where i.issued_by = 'mandate' and not exists (select from invoice_series s
            where i.number ~ ('^' || s.prefix || '-' || s.year || '-[0-9]{5,}$')
                and right(i.number, -length(s.prefix || '-' || s.year || '-'))::bigint between 1 and s.last)
        """,
    ),
    Truth(
        "states_have_stamps",
        "chaque état porte ses dates et ses pièces",
        """
        select format('commande %s, %s', number, state) from purchase_order
        where (state <> 'prepared' and issued_at is null)
            or (state in ('delivered', 'accepted', 'invoiced', 'paid') and delivered_at is null)
            or (state in ('accepted', 'invoiced', 'paid') and accepted_at is null)
        union all
        select format('achat %s, %s', id, state) from pool
        where state in ('frozen', 'consultation', 'analysis', 'award', 'execution', 'review', 'closed', 'no_award', 'unsuccessful')
            and (frozen_at is null or frozen_sha256 is null or frozen_perimeter is null)
        union all
        select format('achat %s, %s, sans attribution notifiée', p.id, p.state) from pool p
        where p.state in ('execution', 'review', 'closed') and not exists (select from award a
            where a.pool_id = p.id and a.withdrawn_at is null and a.notified_at is not null)
        union all
        select format('adhésion %s, %s', id, state) from membership
        where (state in ('declared', 'confirmed', 'deliberated', 'signed', 'committed', 'executing', 'settled') and declared_at is null)
            or (state = 'signed' and signed_at is null)
        union all
        select format('consultation %s, %s', id, state) from consultation
        where (state in ('opened', 'decided') and opened_at is null) or (state = 'open' and (public_key is null or wrapped_key is null))
        union all
        select format('offre %s, %s', id, state) from quote where state in ('opened', 'retained', 'rejected') and content is null
        union all
        select format('facture %s, %s', number, state) from invoice where state_since is null
        union all
        select format('travail %s, fait', id) from outbox where status = 'done' and done_at is null
        union all
        select format('courriel %s, envoyé', id) from mail where state = 'sent' and sent_at is null
        """,
    ),
    Truth(
        "one_order_a_town",
        "aucune ville n’a deux commandes dans un achat, et toute commande est celle d’un membre engagé",
        """
        select format('achat %s, ville %s : %s commandes', pool_id, town_id, count(*)) from purchase_order
        group by pool_id, town_id having count(*) > 1
        union all
        select format('commande %s : la ville n’est pas un membre engagé', o.number) from purchase_order o
        where not exists (select from membership m where m.pool_id = o.pool_id and m.town_id = o.town_id
            and m.state in ('executing', 'settled'))
        """,
    ),
    Truth(
        "totals_are_counted",
        "le nombre de villes affiché est celui des adhésions",
        """
        select format('achat %s : %s et %s affichées, %s et %s comptées', t.pool_id, t.members, t.declared, c.members, c.declared)
        from pool_totals t cross join lateral (
            select count(*) filter (where m.state = any(:present)) as members, count(*) filter (where m.state = any(:counted)) as declared
            from membership m where m.pool_id = t.pool_id
        ) c
        where (t.members, t.declared) <> (c.members, c.declared)
        """,
    ),
    Truth(
        "nothing_abandoned",
        "aucun travail en attente n’a été abandonné",
        "select format('%s (%s) : %s', topic, id, last_error) from outbox where status = 'dead'",
    ),
    Truth(
        "seals_hold",
        "aucune offre scellée n’est lisible avant l’heure, et chacune est celle qui a été déposée",
        """
        select format('offre %s : %s, mais son contenu est lisible', id, state) from quote
        where state in ('sealed', 'replaced', 'withdrawn') and content is not null
        union all
        select format('offre %s : ouverte, mais sa consultation ne l’est pas', q.id) from quote q
        join consultation c on c.id = q.consultation_id
        where c.channel = 'quotes' and c.opened_at is null and (q.content is not null or q.state in ('opened', 'retained', 'rejected'))
        union all
        select format('consultation %s : ouverte le %s, limite le %s', id, opened_at, deadline_at) from consultation
        where channel = 'quotes' and opened_at < deadline_at
        union all
        select format('offre %s : ce n’est pas l’offre déposée', id) from quote
        where ciphertext is not null and encode(sha256(ciphertext), 'hex') <> sha256
        union all
        select format('offre %s : scellée, mais son contenu chiffré a disparu', id) from quote where state = 'sealed' and ciphertext is null
        """,
    ),
    Truth(
        "caps_are_secret",
        "aucun prix plafond n’est lisible par le worker",
        """
        select format('le rôle « %s » peut lire la table price_cap', rolname) from pg_roles where rolname = :worker and (
            has_table_privilege(rolname, 'price_cap', 'select') or has_any_column_privilege(rolname, 'price_cap', 'select'))
        union all
        select format('la règle « %s » montre les prix plafonds', policyname) from pg_policies
        where tablename = 'price_cap' and cmd in ('SELECT', 'ALL') and qual !~ 'town_id = .*actor_organisation'
        """,
    ),
    Truth(
        "roles_own_nothing",
        "les rôles du site et du worker ne possèdent rien, n’héritent de rien, ne contournent rien",
        """
        select format('le rôle « %s » est superutilisateur ou contourne les règles', rolname) from pg_roles
        where rolname in (:application, :worker) and (rolsuper or rolbypassrls)
        union all
        select format('le rôle « %s » est membre d’un autre', r.rolname) from pg_roles r
        where r.rolname in (:application, :worker) and exists (select from pg_auth_members m where m.member = r.oid)
        union all
        select format('« %s » possède %s', r.rolname, c.oid::regclass) from pg_class c join pg_roles r on r.oid = c.relowner
        where r.rolname in (:application, :worker)
        union all
        select format('« %s » possède la base', r.rolname) from pg_database d join pg_roles r on r.oid = d.datdba
        where d.datname = current_database() and r.rolname in (:application, :worker)
        union all
        select format('le rôle « %s » n’existe pas', wanted) from unnest(array[:application, :worker]) wanted
        where not exists (select from pg_roles where rolname = wanted)
        """,
    ),
    Truth(
        "tables_are_protected",
        "toute table qui dit à qui elle appartient a ses règles d’accès",
        """
        select format('%s : %s', c.relname, case when c.relrowsecurity then 'aucune règle' else 'règles désactivées' end)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        where c.relkind in ('r', 'p') and exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
                and a.attname in ('organisation_id', 'person_id', 'town_id', 'startup_id', 'supplier_id', 'coordinator_id', 'pool_id'))
            and (not c.relrowsecurity or (
                not exists (select from pg_policy p where p.polrelid = c.oid)
                and (has_table_privilege(:application, c.oid, 'select, insert, update, delete')
                    or has_table_privilege(:worker, c.oid, 'select, insert, update, delete'))))
        """,
    ),
)
