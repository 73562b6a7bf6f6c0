"""Files beside the database: whole, hashed, as attachments, and only for those they concern."""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

import pytest

from marketplace.actor import SYSTEM
from marketplace.errors import StorageFull
from marketplace.files import storage
from marketplace.files.models import StoredFile
from tests.support.world import Caller, World

CONTENT = b"%PDF-1.7 <script>alert(1)</script>"


async def stored(world: World, owner: Caller, name: str = "convention.pdf", **shown: object) -> StoredFile:
    async with world.as_worker.transaction(SYSTEM) as session:
        return await storage.store(
            session, world.settings.files_dir, CONTENT, name=name, media_type="application/pdf",
            organisation_id=owner.actor.organisation_id, **shown,  # type: ignore[arg-type]
        )  # fmt: skip


async def test_a_file_is_an_attachment_under_its_name_with_its_hash(world: World) -> None:
    town = await world.town()
    file = await stored(world, town, 'Délibération n° 5 "été".pdf')
    answer = await town.get(f"/files/{file.id}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-sha256"] == hashlib.sha256(CONTENT).hexdigest() == file.sha256
    said = answer.headers["content-disposition"]
    assert said.startswith('attachment; filename="Deliberation n 5 ete.pdf"')
    assert said.endswith("filename*=UTF-8''D%C3%A9lib%C3%A9ration%20n%C2%B0%205%20%22%C3%A9t%C3%A9%22.pdf")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_file_of_another_organisation_is_as_if_it_did_not_exist(world: World) -> None:
    town, other, partner = await world.town(), await world.town("18033"), await world.startup()
    file = await stored(world, town, shared_with=partner.actor.organisation_id)
    assert (await partner.get(f"/files/{file.id}")).content == CONTENT
    for stranger in (other, world.visitor):
        answers = [await stranger.get(f"/files/{found}") for found in (file.id, uuid4())]
        bodies = [{k: v for k, v in a.json().items() if k not in {"instance", "request_id"}} for a in answers]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert bodies[0] == bodies[1]


async def test_a_file_that_was_altered_or_lost_is_not_given_out(world: World) -> None:
    town = await world.town()
    file = await stored(world, town)
    path = storage.path_of(world.settings.files_dir, file.id)
    path.write_bytes(CONTENT + b"!")
    assert (await town.get(f"/files/{file.id}")).json()["code"] == "not_found"
    path.unlink()
    assert (await town.get(f"/files/{file.id}")).status_code == 404


async def test_a_full_disk_is_said_and_leaves_neither_row_nor_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await world.town()

    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match="disque du serveur est plein"):
        await stored(world, town)
    assert await world.sql("select count(*) from stored_file") == 0
    assert [path for path in world.settings.files_dir.rglob("*") if path.is_file()] == []


ODD_NAMES = {
    "../../etc/passwd": "etc passwd",
    "C:\\temp\\a.pdf": "C  temp a.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie  x=1.pdf",
    "facture\u202efdp.exe": "facturefdp.exe",
    ".htaccess": "htaccess",
    'a";x="b.pdf': "a;x=b.pdf",
    "é" * 400 + ".pdf": "e" * 140 + ".pdf",
    "漢字": "fichier",
    "": "fichier",
    "...": "fichier",
}


async def test_the_name_of_a_download_is_a_name_and_nothing_else(world: World) -> None:
    town = await world.town()
    for name, shown in ODD_NAMES.items():
        file = await stored(world, town, name)
        answer = await town.get(f"/files/{file.id}")
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{shown}"; '), name
        assert answer.headers["content-disposition"].isascii()
        assert "set-cookie" not in answer.headers


async def test_a_typed_path_never_reaches_the_folder(world: World) -> None:
    for path in ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00"):
        assert (await world.visitor.get(f"/files/{path}")).status_code == 404


def test_the_place_of_a_file_comes_from_its_id_alone(tmp_path: Path) -> None:
    file_id = uuid4()
    assert storage.path_of(tmp_path, file_id) == tmp_path / file_id.hex[-2:] / file_id.hex
