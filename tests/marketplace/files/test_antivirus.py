"""The antivirus port, against a small server that speaks clamd's protocol: what it finds is refused, and so is what it cannot see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from marketplace.files import antivirus
from marketplace.files.antivirus import Antivirus, AntivirusDown, Infected
from marketplace.launch import doctor
from marketplace.settings import Settings
from tests.support import story
from tests.support.files import pdf
from tests.support.visiting import changed
from tests.support.world import Caller, World

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_LIMIT = 25_000_000


async def clamd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As clamd reads `zINSTREAM` and `zPING`: chunks with their length before them, until one of length zero."""
    command = await reader.readuntil(b"\0")
    if command == b"zPING\0":
        writer.write(b"PONG\0")
    elif command == b"zINSTREAM\0":
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        if len(content) > STREAM_LIMIT:
            writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            writer.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
    else:
        writer.write(b"UNKNOWN COMMAND\0")
    await writer.drain()
    writer.close()


async def hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def says_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\0")
    writer.write(b"stream: maybe OK\0")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def listening(answer: object = clamd) -> AsyncIterator[str]:
    server = await asyncio.start_server(answer, "127.0.0.1")  # type: ignore[arg-type]
    try:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_sound_file_passes_and_an_infected_one_is_refused_over_tcp_and_a_socket(
    tmp_path: Path,
) -> None:
    there = str(tmp_path / "clamd.ctl")
    server = await asyncio.start_unix_server(clamd, there)
    async with listening() as tcp:
        for url in (tcp, f"unix://{there}"):
            scanner = Antivirus(url)
            await scanner.ping()
            await scanner.scan(b"")
            await scanner.scan(b"x" * 1_000_000)
            for infected in (EICAR, b"x" * 700_000 + EICAR + b"x" * 700_000):  # across several chunks
                with pytest.raises(Infected) as refused:
                    await scanner.scan(infected, field="piece")
                assert [fault.path for fault in refused.value.fields] == ["piece"]
            with pytest.raises(AntivirusDown):
                await scanner.scan(b"x" * (STREAM_LIMIT + 1))
    server.close()


@pytest.mark.parametrize("answer", [hangs_up, says_nothing, says_nonsense])
async def test_an_antivirus_that_does_not_answer_as_one_refuses_the_file(
    answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(antivirus, "PATIENCE", 0.3)
    async with listening(answer) as url:
        for content in (b"x", b"x" * 4_000_000):
            with pytest.raises(AntivirusDown):
                await Antivirus(url).scan(content)
        with pytest.raises(AntivirusDown):
            await Antivirus(url).ping()
    with pytest.raises(AntivirusDown):
        await Antivirus("tcp://127.0.0.1:1").scan(b"x")


async def give(seller: Caller, order: dict[str, object], content: bytes) -> httpx.Response:
    parts = {name: (None, str(order[name])) for name in ("ht_cents", "vat_cents", "ttc_cents")}
    day = await seller.read("/compass", nature="supplies", amount_ht="1")
    parts |= {"number": (None, "F-1"), "issued_on": (None, day["date"])}
    return await seller.http.post(
        f"/api/v1/orders/{order['id']}/invoice",
        files=parts | {"file": ("facture.pdf", content, "application/pdf")},  # type: ignore[arg-type]
        headers=seller.headers,
    )


async def accepted_order(world: World) -> tuple[Caller, dict[str, object]]:
    told = await story.ordered(world, [("12", "0")], sellers=3)
    (order,) = await told.sellers[0].read("/orders")
    at = f"/orders/{order['id']}"
    await told.towns[0].did(f"{at}/issue", {"engagement": "E-1"})
    await told.sellers[0].did(f"{at}/delivery")
    await told.towns[0].did(f"{at}/acceptance")
    return told.sellers[0], order


async def test_every_upload_is_scanned_and_nothing_of_a_refused_one_is_kept(settings: Settings) -> None:
    async with listening() as url, World.open(changed(settings, antivirus={"url": url})) as world:
        seller, order = await accepted_order(world)
        kept = "select count(*) from stored_file where declared_type is not null"
        infected = await give(seller, order, pdf() + b"\n% " + EICAR + b"\n%%EOF\n")
        assert (infected.status_code, infected.json()["code"]) == (422, "invalid")
        assert [(e["path"], e["code"]) for e in infected.json()["errors"]] == [("file", "infected_file")]
        assert await world.sql(kept) == 0
        given = await give(seller, order, pdf())
        assert given.status_code == 201
        at = f"/files/{given.json()['file_id']}"
        known = await seller.read(f"{at}/metadata")
        assert (known["uploaded"], known["scanned"], known["media_type"]) == (True, True, "application/pdf")
        assert known["scanned_at"]
        answer = await seller.get(at)
        assert answer.headers["content-disposition"].startswith('attachment; filename="facture-')
        assert "sandbox" in answer.headers["content-security-policy"]
        privacy = await world.http.get("/donnees-personnelles")
        assert "Un antivirus analyse chacun" in privacy.text


async def test_while_the_antivirus_is_down_uploads_wait_and_say_so(settings: Settings) -> None:
    async with World.open(changed(settings, antivirus={"url": "tcp://127.0.0.1:1"})) as world:
        seller, order = await accepted_order(world)
        refused = await give(seller, order, pdf())
        assert (refused.status_code, refused.json()["code"]) == (503, "antivirus_down")
        assert "rien" in refused.text or "pas été gardé" in refused.text
        assert await world.sql("select count(*) from stored_file where declared_type is not null") == 0
        assert (await seller.read(f"/orders/{order['id']}"))["state"] == "accepted"


async def test_without_an_antivirus_it_is_said_where_files_are_given_and_of_each_file(world: World) -> None:
    seller, order = await accepted_order(world)
    page = await world.http.get(f"/commandes/{order['id']}/facture", headers=seller.headers)
    assert "n’a pas d’antivirus" in page.text
    privacy = await world.http.get("/donnees-personnelles")
    assert "Aucun antivirus n’est branché" in privacy.text
    given = await give(seller, order, pdf())
    known = await seller.read(f"/files/{given.json()['file_id']}/metadata")
    assert (known["uploaded"], known["scanned"], known["scanned_at"]) == (True, False, None)
    made_here = await world.sql("select id from stored_file where declared_type is null limit 1")
    stranger = await world.startup("Ombre et Lueur")
    for file_id in (given.json()["file_id"], made_here):
        assert (await stranger.get(f"/files/{file_id}/metadata")).status_code == 404
        assert (await world.visitor.get(f"/files/{file_id}/metadata")).status_code == 404


async def test_doctor_says_whether_there_is_one_and_whether_it_answers(settings: Settings) -> None:
    async with listening() as url:
        for given, ok, said in (
            (None, True, "aucun"),
            (url, True, "répond"),
            ("tcp://127.0.0.1:1", False, "refusé"),
        ):
            finding = await doctor._antivirus(changed(settings, antivirus={"url": given}))
            assert (finding.ok, said in finding.sentence) == (ok, True)
