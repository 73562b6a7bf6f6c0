"""The purge removes exactly what is due, by the settings, and the public page says the same durations."""

from marketplace.accounts.tokens import Purpose
from marketplace.personal_data.retention import RULES, durations
from marketplace.settings import RetentionSettings
from tests.support.world import World
from workers import housekeeping

PERSON, ORGANISATION = "(select id from person limit 1)", "(select id from organisation limit 1)"
ROWS = {
    "sessions": "insert into web_session (id, token_hash, person_id, last_seen_at, proof, proved_at, device, expires_at)"
    f" values (gen_random_uuid(), gen_random_uuid()::text::bytea, {PERSON}, now(), 'password', now(), '', now() - :age)",
    "sign_in_attempts": "insert into half_open_session (id, token_hash, person_id, expires_at)"
    f" values (gen_random_uuid(), gen_random_uuid()::text::bytea, {PERSON}, now() - :age)",
    "tokens": "insert into one_time_token (id, purpose, bound_to, expires_at)"
    f" values (gen_random_uuid(), '{Purpose.CLAIM}', 'x', now() - :age)",
    "invitations": "insert into team_invitation (id, organisation_id, email, roles, invited_by, token_id, expires_at, state, state_since)"
    f" values (gen_random_uuid(), {ORGANISATION}, 'x@y.fr', '{{reader}}', {PERSON}, gen_random_uuid(), now() - :age, 'accepted', now() - :age)",
    "claims": "insert into claim (id, email, person_name, kind, siret, siren, name, roles, state, state_since, created_at)"
    " values (gen_random_uuid(), 'x@y.fr', 'x', 'town', '1', '1', 'x', '{reader}', 'unproven', now() - :age, now() - :age)",
    "claim_decisions": "insert into claim (id, email, person_name, kind, siret, siren, name, roles, state, state_since, created_at)"
    " values (gen_random_uuid(), 'x@y.fr', 'x', 'town', '1', '1', 'x', '{reader}', 'refused', now() - :age, now() - :age)",
    "idempotency": "insert into idempotency_record (id, person_id, organisation_id, key, fingerprint, created_at)"
    f" values (gen_random_uuid(), {PERSON}, {ORGANISATION}, gen_random_uuid()::text, 'x', now() - :age)",
    "webhooks": "with endpoint as (insert into webhook_endpoint (id, organisation_id, name, url, events, secret)"
    f" values (gen_random_uuid(), {ORGANISATION}, 'x', 'https://x.example', '{{}}', 'x') returning id, organisation_id)"
    " insert into webhook_delivery (id, endpoint_id, organisation_id, event_id, key, type, payload, state, step, tries, attempts, next_at, created_at)"
    " select gen_random_uuid(), id, organisation_id, gen_random_uuid(), 'x', 'x', '{}', 'delivered', 0, 1, '[]', now(), now() - :age from endpoint",
    "tries": "insert into try_count (key, tries, expires_at) values (gen_random_uuid()::text::bytea, 1, now() - :age)",
    "outbox": "insert into outbox (id, topic, key, payload, status, claims, starts, failures, done_at)"
    " values (gen_random_uuid(), 'test.kept', gen_random_uuid()::text, '{}', 'done', 0, 0, 0, now() - :age)",
    "mail_bodies": "insert into mail (id, key, recipient, subject, body, state, sent_at)"
    " values (gen_random_uuid(), gen_random_uuid()::text, 'a', 'b', 'texte', 'sent', now() - :age)",
    "mails": "insert into mail (id, key, recipient, subject, body, state, sent_at, created_at)"
    " values (gen_random_uuid(), gen_random_uuid()::text, 'a', 'b', '', 'sent', now() - :age, now() - :age)",
    "notices": "insert into notice (id, organisation_id, person_id, key, subject, body, link, sent_at, created_at)"
    f" values (gen_random_uuid(), {ORGANISATION}, {PERSON}, gen_random_uuid()::text, 'a', 'b', '/', now(), now() - :age)",
    "saved_searches": "insert into saved_search (id, organisation_id, person_id, name, criteria, digest, alert, version, deleted_at)"
    f" values (gen_random_uuid(), {ORGANISATION}, {PERSON}, 'a', '{{}}', 'd', 'none', 1, now() - :age)",
    "imports": "insert into sheet_import (id, organisation_id, person_id, side, file_name, outcomes, created_at)"
    f" values (gen_random_uuid(), {ORGANISATION}, {PERSON}, 'startup', 'a.csv', '[]', now() - :age)",
    "evidence_requests": "with sheet as (insert into solution (id, slug, supplier_name, name, summary, description, domains, tags, audiences, maturity,"
    " fictional, state, state_since, version) values (gen_random_uuid(), gen_random_uuid()::text, 's', 'n', '', '', '{}', '{}', '{}', 'growth', true,"
    " 'draft', now(), 1) returning id)"
    " insert into evidence_request (id, solution_id, startup_id, reference_id, digest, recipient, token_id, asked_at, expires_at, state, state_since)"
    f" select gen_random_uuid(), id, {ORGANISATION}, gen_random_uuid(), 'd', 'a@b.fr', gen_random_uuid(), now() - :age, now(), 'answered', now() from sheet",
    "visitor_searches": "insert into search_log (id, at, kind, asked, ordered, excluded, total, engine, index)"
    " values (gen_random_uuid(), now() - :age, 'match', '{}', '[]', '[]', 0, 'postgres', '')",
    "searches": "insert into search_log (id, at, kind, organisation_id, asked, ordered, excluded, total, engine, index)"
    f" values (gen_random_uuid(), now() - :age, 'match', {ORGANISATION}, '{{}}', '[]', '[]', 0, 'postgres', '')",
    "proposals": "insert into pool_proposal (id, domain, unit, towns, made_at, expires_at)"
    " values (gen_random_uuid(), 'eclairage-public', 'light_point', 3, now() - :age, now() - :age)",
    "exports": "insert into personal_request (id, kind, state, person_id, asked_by, content, done_at)"
    f" values (gen_random_uuid(), 'export', 'done', {PERSON}, {PERSON}, 'zip', now() - :age)",
    "requests": "insert into personal_request (id, kind, state, person_id, asked_by, done_at)"
    f" values (gen_random_uuid(), 'erasure', 'done', {PERSON}, {PERSON}, now() - :age)",
}
"""One row of the age that its rule counts, by rule."""
NEVER = (
    (
        "insert into claim (id, email, person_name, kind, siret, siren, name, roles, state, state_since, created_at) values"
        " (gen_random_uuid(), 'x@y.fr', 'x', 'town', '1', '1', 'x', '{reader}', 'waiting', now() - interval '9 years', now() - interval '9 years')"
    ),
    (
        "insert into outbox (id, topic, key, payload, status, claims, starts, failures, created_at)"
        " values (gen_random_uuid(), 'test.kept', 'dead', '{}', 'dead', 0, 0, 0, now() - interval '9 years')"
    ),
    (
        "insert into mail (id, key, recipient, subject, body, state, created_at)"
        " values (gen_random_uuid(), 'queued', 'a', 'b', 'c', 'queued', now() - interval '9 years')"
    ),
    (
        "insert into notice (id, organisation_id, person_id, key, subject, body, link, created_at) values"
        f" (gen_random_uuid(), {ORGANISATION}, {PERSON}, 'pending', 'a', 'b', '/', now() - interval '9 years')"
    ),
    (
        f"insert into personal_request (id, kind, state, person_id, asked_by, created_at)"
        f" values (gen_random_uuid(), 'erasure', 'asked', {PERSON}, {PERSON}, now() - interval '9 years')"
    ),
)


async def test_the_purge_removes_exactly_what_is_due(world: World) -> None:
    await world.town()
    purged = {rule.name for rule in RULES if rule.statement}
    assert purged == set(ROWS), "a purge without its row in this test"
    days = durations(RetentionSettings())
    for name, insert in ROWS.items():
        for hours in (-1, 1):  # an hour before its day, and an hour after
            age = f"make_interval(days => {days[name]}, hours => {hours})"
            await world.sql(insert.replace(":age", age))
    for insert in NEVER:
        await world.sql(insert)
    removed = await housekeeping.prune(world.as_worker, RetentionSettings())
    assert removed == dict.fromkeys(ROWS, 1)
    again = await housekeeping.prune(world.as_worker, RetentionSettings())
    assert again == dict.fromkeys(ROWS, 0)
    lines = await world.sql("select json_agg(after) from audit_line where action = 'retention.purge'")
    assert lines == [dict.fromkeys(ROWS, 1)], "what was removed is in the journal, nothing is not"


async def test_a_setting_changes_what_is_due(world: World) -> None:
    await world.town()
    await world.sql(ROWS["outbox"].replace(":age", "interval '5 days'"))
    assert (await housekeeping.prune(world.as_worker))["outbox"] == 0
    assert (await housekeeping.prune(world.as_worker, RetentionSettings(outbox=4)))["outbox"] == 1


async def test_the_public_page_says_every_rule_with_its_reason_reference_and_days(world: World) -> None:
    shown = plain((await world.http.get("/donnees-personnelles")).text)
    for rule in RULES:
        for said in (rule.what, rule.why, rule.reference, rule.lasts or ""):
            assert plain(said) in shown, rule.name
    for days in (30, 90, 365, 7, 180):
        assert f"{days} jours" in shown


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")
