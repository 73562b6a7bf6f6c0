"""Mails against a real SMTP server: whole, readable, each at most once, none lost in silence."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.actor import SYSTEM
from marketplace.notifications.writing import tell
from marketplace.settings import MailSettings
from tests.support.world import Caller, World
from tests.workers.bells import make_due
from workers.relay import MAX_FAILURES, Relay
from workers.routing import ROUTES
from workers.tools import Tools

ACCEPTED = "250 OK"


class Server:
    """An SMTP server that keeps what it accepts. `answers` are given first, one a message; None hangs up."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []
        self.answers: list[str | None] = []
        self.port = 0

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer is None or answer == ACCEPTED:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.kept.append(email.message_from_bytes(content, policy=email.policy.default))
        if answer is None:
            server.transport.abort()
            return ACCEPTED
        return answer


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(made, hostname="test", enable_SMTPUTF8=False), "127.0.0.1", 0
    )
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def town(world: World) -> Caller:
    return await world.town()


def by_smtp(world: World, port: int) -> Relay:
    mail = MailSettings(url=f"smtp://127.0.0.1:{port}", sender="Lot Commun <lot@exemple.test>")
    return Relay(Tools(replace(world.settings, mail=mail), world.as_worker), ROUTES)


async def write(world: World, town: Caller, *, key: str = "news", **changes: str) -> int:
    assert town.organisation
    said = {"subject": "Un marché à conclure", "body": "Bonjour."} | changes
    async with world.as_worker.transaction(SYSTEM) as session:
        return await tell(session, town.organisation.id, key=key, **said)  # type: ignore[arg-type]


async def state(world: World) -> str:
    return str(await world.sql("select string_agg(state, ',') from mail"))


async def outcome(world: World) -> str:
    found = await world.sql("select status || '/' || failures from outbox where topic = 'mail.queued'")
    return str(found)


async def test_a_mail_arrives_in_plain_text_with_its_accents(
    world: World, town: Caller, server: Server
) -> None:
    subject = (
        "Convention à délibérer avant l’été : télégestion de l’éclairage public, œuvre des villes du Cher"
    )
    body = (
        "Reste à payer : 1 234,56 € TTC.\n\n.\nUne ligne d’un seul point n’arrête rien — ni « guillemets ».\n"
        + "é" * 1200
    )
    await write(world, town, subject=subject, body=body)
    await by_smtp(world, server.port).drain_all()
    (mail,) = server.kept
    assert (mail["Subject"], mail["From"]) == (subject, "Lot Commun <lot@exemple.test>")
    assert mail["To"].addresses[0].addr_spec.startswith("personne.")
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    assert mail.get_content().replace("\r\n", "\n").startswith(body)
    assert mail["Message-ID"] == f"<{await world.sql('select id from mail')}@lot-commun>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (await state(world), await outcome(world)) == ("sent", "done/0")


async def test_a_title_cannot_add_a_header_or_a_recipient(world: World, town: Caller, server: Server) -> None:
    await write(world, town, subject="Bonjour\r\nBcc: tous@exemple.test\r\n\r\nfin")
    await by_smtp(world, server.port).drain_all()
    (mail,) = server.kept
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Bonjour Bcc: tous@exemple.test fin"


async def test_the_same_news_is_sent_once_however_often_it_is_told(
    world: World, town: Caller, server: Server
) -> None:
    assert [await write(world, town), await write(world, town)] == [1, 0]
    relays = [by_smtp(world, server.port) for _ in range(3)]
    await asyncio.gather(*(relay.drain_all() for relay in relays))
    assert len(server.kept) == 1


async def test_a_refused_mail_is_tried_again_and_arrives_once(
    world: World, town: Caller, server: Server
) -> None:
    server.answers = ["451 come back later"]
    await write(world, town)
    relay = by_smtp(world, server.port)
    await relay.drain()
    assert (server.kept, await state(world), await outcome(world)) == ([], "queued", "pending/1")
    await make_due(world)
    await relay.drain()
    assert (len(server.kept), await state(world), await outcome(world)) == (1, "sent", "done/1")


async def test_a_mail_refused_for_good_is_laid_aside_with_the_reason(
    world: World, town: Caller, server: Server
) -> None:
    server.answers = ["550 no such mailbox"] * MAX_FAILURES
    await write(world, town)
    relay = by_smtp(world, server.port)
    for _ in range(MAX_FAILURES):
        await relay.drain()
        await make_due(world)
    assert await outcome(world) == f"dead/{MAX_FAILURES}"
    assert "550" in await world.sql("select last_error from outbox where topic = 'mail.queued'")
    assert server.kept == []


async def test_a_server_that_is_down_delays_the_mail_only(world: World, town: Caller, server: Server) -> None:
    await write(world, town)
    await by_smtp(world, 9).drain()
    assert (await state(world), await outcome(world)) == ("queued", "pending/1")
    await make_due(world)
    await by_smtp(world, server.port).drain()
    assert (len(server.kept), await state(world)) == (1, "sent")


async def test_a_server_that_hangs_up_with_the_mail_in_hand_is_not_sent_it_twice(
    world: World, town: Caller, server: Server
) -> None:
    server.answers = [None]
    await write(world, town)
    relay = by_smtp(world, server.port)
    await relay.drain()
    await make_due(world)
    await relay.drain()
    assert (len(server.kept), await state(world), await outcome(world)) == (1, "unknown", "done/0")


async def test_a_worker_that_died_while_sending_leaves_the_mail_to_people(
    world: World, town: Caller, server: Server
) -> None:
    await write(world, town)
    await world.sql("update mail set state = 'sending'")
    await by_smtp(world, server.port).drain()
    assert (server.kept, await state(world)) == ([], "unknown")


async def test_without_a_server_a_mail_is_a_file_that_demo_mode_shows(world: World, town: Caller) -> None:
    await write(world, town, subject="Été comme hiver", body="Réponse attendue <avant> le 12 mars.")
    await world.work()
    (file,) = world.settings.mail_dir.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (file.suffix, mail["Subject"]) == (".eml", "Été comme hiver")
    page = await world.http.get("/demo/courriels")
    assert page.status_code == 200
    assert "Été comme hiver" in page.text
    shown = await world.http.get(f"/demo/courriels/{file.stem}")
    assert "Réponse attendue &lt;avant&gt; le 12 mars." in shown.text
