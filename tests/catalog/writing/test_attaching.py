"""Files of a sheet: what is kept of them, who may read them, and when they go."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from marketplace.actor import OrganisationKind, Role
from marketplace.files import pictures
from marketplace.files.accepting import FileRefused
from marketplace.files.kinds import Kind
from tests.catalog.solutions.sheets import content
from tests.pages.reader import Page, Reader
from tests.support.curating import publish
from tests.support.files import pdf
from tests.support.world import SELLER_ROLES, Caller, World

SECRET = b"chez-moi"
RED, BLUE = (200, 30, 30), (30, 30, 200)


def drawn(size: tuple[int, int] = (2400, 1200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def jpeg(picture: Image.Image | None = None, **saving: Any) -> bytes:
    out = io.BytesIO()
    (picture or drawn()).save(out, "JPEG", **saving)
    return out.getvalue()


def png(picture: Image.Image | None = None, **saving: Any) -> bytes:
    out = io.BytesIO()
    (picture or drawn((40, 20))).save(out, "PNG", **saving)
    return out.getvalue()


def photograph() -> bytes:
    """A telephone's: turned by a quarter, with the place where it was taken, its maker, a comment and a profile."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return jpeg(exif=exif, comment=SECRET, icc_profile=b"\0" * 128 + SECRET)


async def attach(
    seller: Caller, sheet_id: str, version: int, file: tuple[str, bytes, str], **said: str
) -> httpx.Response:
    """Send a file to a sheet through the API."""
    return await seller.http.post(
        f"/api/v1/my/solutions/{sheet_id}/attachments", data=said, files={"file": file},
        headers=seller.headers | {"If-Match": str(version)},
    )  # fmt: skip


IMAGE = {"kind": "image", "title": "Le tableau de bord", "alt": "Une carte des rues"}


async def attached(seller: Caller, sheet_id: str, file: tuple[str, bytes, str], **said: str) -> str:
    """The id of a file that was accepted."""
    version = (await seller.read(f"/my/solutions/{sheet_id}"))["version"]
    answer = await attach(seller, sheet_id, version, file, **(said or IMAGE))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["file_id"])


async def taken_out(seller: Caller, sheet_id: str, file_id: str) -> httpx.Response:
    version = (await seller.read(f"/my/solutions/{sheet_id}"))["version"]
    headers = seller.headers | {"If-Match": str(version)}
    return await seller.http.delete(f"/api/v1/my/solutions/{sheet_id}/attachments/{file_id}", headers=headers)


async def published(world: World, seller: Caller, sheet_id: str) -> Caller:
    """Have a sheet reviewed and accepted; the curator."""
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await seller.did(f"/my/solutions/{sheet_id}/submission")
    await publish(curator, sheet_id)
    return curator


def kept_in(world: World) -> set[Path]:
    return {path for path in world.settings.files_dir.rglob("*") if path.is_file()}


def test_a_photograph_is_turned_upright_made_smaller_and_nothing_but_its_pixels_is_kept() -> None:
    sent = photograph()
    assert SECRET in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    for picture, size in zip(pictures.redrawn(sent, Kind.JPEG), ((800, 1600), (240, 480)), strict=True):
        assert (picture.width, picture.height) == size
        assert SECRET not in picture.content
        again = Image.open(io.BytesIO(picture.content))
        assert again.format == "JPEG"
        assert not again.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(again.info)
        assert near(again.getpixel((size[0] // 2, 5)), RED)  # its left side is now above
        assert near(again.getpixel((size[0] // 2, size[1] - 5)), BLUE)


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize(
    ("sent", "kind", "mode"),
    [
        (jpeg(drawn((60, 30), "CMYK")), Kind.JPEG, "RGB"),
        (jpeg(drawn((60, 30), "L")), Kind.JPEG, "RGB"),
        (png(drawn((60, 30), "P")), Kind.PNG, "RGB"),
        (png(drawn((60, 30), "RGBA")), Kind.PNG, "RGBA"),
        (png(drawn((60, 30), "LA")), Kind.PNG, "RGBA"),
        (png(Image.new("I;16", (60, 30), 40_000)), Kind.PNG, "RGB"),
        (png(drawn((60, 30), "1")), Kind.PNG, "RGB"),
    ],
)  # fmt: skip
def test_every_mode_of_colour_is_drawn_for_screens(sent: bytes, kind: Kind, mode: str) -> None:
    full, thumbnail = pictures.redrawn(sent, kind)
    for picture in (full, thumbnail):
        again = Image.open(io.BytesIO(picture.content))
        again.load()
        assert (again.mode, again.size, (picture.width, picture.height)) == (mode, (60, 30), (60, 30))
    if sent == png(Image.new("I;16", (60, 30), 40_000)):
        assert near(Image.open(io.BytesIO(full.content)).getpixel((5, 5)), (156, 156, 156))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(side: int) -> bytes:
    """A PNG that says how large it is, and holds nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


TEXT_BOMB = png()[:33] + chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 80_000_000, 9)) + png()[33:]
"""A comment that unfolds to 80 MB."""


@pytest.mark.parametrize("sent", [bomb(6500), bomb(200), b"\x89PNG\r\n\x1a\nrien", png()[:60], TEXT_BOMB])
def test_what_cannot_be_drawn_is_refused_at_its_field(sent: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        pictures.redrawn(sent, Kind.PNG)
    assert [fault.path for fault in refusal.value.fields] == ["file"]


async def test_a_picture_of_a_sheet_is_kept_as_drawn_and_shown_with_it(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    file_id = await attached(seller, drafted["id"], ("photo.jpg", photograph(), "image/jpeg"))
    assert all(SECRET not in path.read_bytes() for path in kept_in(world))
    assert await world.sql("select count(*) from stored_file") == 2
    (said,) = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["attachments"]
    assert said == {
        "file_id": file_id,
        "kind": "image",
        "title": "Le tableau de bord",
        "alt": "Une carte des rues",
    }
    await published(world, seller, drafted["id"])
    path = f"/solutions/{drafted['slug']}/pieces/{file_id}"
    for address, width in ((path, 800), (f"{path}/vignette", 240)):
        answer = await world.http.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"].startswith('inline; filename="Le tableau de bord.jpg"')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert Image.open(io.BytesIO(answer.content)).width == width
        again = await world.http.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_brochure_is_downloaded_under_its_title(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    sent = pdf()
    file_id = await attached(
        seller, drafted["id"], ("x.pdf", sent, "application/pdf"), kind="brochure", title="Plaquette d’été"
    )
    await published(world, seller, drafted["id"])
    answer = await world.http.get(f"/solutions/{drafted['slug']}/pieces/{file_id}")
    assert answer.content == sent
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "Plaquette%20d%E2%80%99%C3%A9t%C3%A9.pdf" in answer.headers["content-disposition"]
    assert (
        await world.http.get(f"/solutions/{drafted['slug']}/pieces/{file_id}/vignette")
    ).status_code == 404


BAD: list[tuple[str, tuple[str, bytes, str], dict[str, str], set[str]]] = [
    ("an image that is not one", ("a.png", b"<svg/>", "image/png"), IMAGE, {"file"}),
    ("an image cut short", ("a.png", png()[:60] + b"IEND\xaeB`\x82", "image/png"), IMAGE, {"file"}),
    ("a bomb", ("a.png", bomb(9000), "image/png"), IMAGE, {"file"}),
    ("a bomb within the limits", ("a.png", bomb(6000), "image/png"), IMAGE, {"file"}),
    ("a picture without words", ("a.png", png(), "image/png"), {"kind": "image", "title": "T"}, {"alt"}),
    ("a certificate's picture without words", ("a.png", png(), "image/png"), {"kind": "certificate", "title": "T"}, {"alt"}),
    ("a PDF as an image", ("a.pdf", pdf(), "application/pdf"), IMAGE, {"file"}),
    ("an image as a brochure", ("a.png", png(), "image/png"), IMAGE | {"kind": "brochure"}, {"file"}),
    ("everything at once", ("a.gif", b"GIF89a", "image/gif"), {"kind": "film", "title": ""}, {"file", "kind", "title"}),
    ("HTML in the title", ("a.png", png(), "image/png"), IMAGE | {"title": "<b>T</b>"}, {"title"}),
]  # fmt: skip


async def test_a_bad_file_is_refused_where_it_is_wrong_and_nothing_is_kept(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    for name, file, said, places in BAD:
        answer = await attach(seller, drafted["id"], 1, file, **said)
        assert answer.status_code == 422, f"{name}: {answer.status_code} {answer.text}"
        assert {fault["path"] for fault in answer.json()["errors"]} == places, f"{name}: {answer.text}"
    stale = await attach(seller, drafted["id"], 7, ("a.png", png(), "image/png"), **IMAGE)
    unversioned = await seller.http.post(
        f"/api/v1/my/solutions/{drafted['id']}/attachments", data=IMAGE, files={"file": ("a.png", png(), "image/png")}, headers=seller.headers,
    )  # fmt: skip
    assert (stale.status_code, unversioned.status_code) == (412, 428)
    assert await world.sql("select count(*) from stored_file") == 0
    assert not kept_in(world)
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["version"] == 1


async def test_a_sheet_names_its_startups_own_files_once_and_as_what_they_are(world: World) -> None:
    seller, other = await world.startup(), await world.startup("Lucivoie")
    drafted, theirs = (
        await seller.did("/my/solutions", content()),
        await other.did("/my/solutions", content()),
    )
    foreign = await attached(other, theirs["id"], ("a.png", png(), "image/png"))
    await published(world, other, theirs["id"])  # everybody may read it, and nobody else may name it
    mine = await attached(
        seller, drafted["id"], ("a.pdf", pdf(), "application/pdf"), kind="certificate", title="T"
    )
    invoice = await world.sql(
        "insert into stored_file (id, organisation_id, name, media_type, size, sha256) values (gen_random_uuid(), :who, 'f.pdf',"
        " 'application/pdf', 1, '') returning id", who=seller.actor.organisation_id,
    )  # fmt: skip
    nobodys = seller.actor.person_id
    one = {"kind": "certificate", "title": "T"}
    named = [one | {"file_id": str(which)} for which in (mine, foreign, invoice, nobodys, mine)]
    files = [*named, {"file_id": mine, "kind": "image", "title": "T", "alt": "A"}]
    for answer in (
        await seller.put(f"/my/solutions/{drafted['id']}", content(attachments=files), If_Match="2"),
        await seller.post("/my/solutions", content(attachments=files)),
    ):
        assert answer.status_code == 422
        found = {(fault["path"], fault["code"]) for fault in answer.json()["errors"]}
        assert found == {
            *((f"attachments[{i}].file_id", "unknown_file") for i in (1, 2, 3)), ("attachments[4].file_id", "duplicate"),
            ("attachments[5].file_id", "duplicate"),
        }  # fmt: skip
    odd = await seller.put(f"/my/solutions/{drafted['id']}", content(attachments=files[5:]), If_Match="2")
    assert [fault["path"] for fault in odd.json()["errors"]] == ["attachments[0].kind"]


async def test_files_are_seen_with_their_published_sheet_alone(world: World) -> None:
    seller, other, town = await world.startup(), await world.startup("Lucivoie"), await world.town()
    drafted = await seller.did("/my/solutions", content())
    first = await attached(seller, drafted["id"], ("a.png", png(), "image/png"))
    path = f"/solutions/{drafted['slug']}/pieces"
    reader = await Reader.arrive(world, "writer", seller.organisation, SELLER_ROLES)
    visitors = [
        await Reader.arrive(world, "another", other.organisation, SELLER_ROLES),
        await Reader.arrive(world, "visitor"),
    ]

    async def seen(address: str) -> list[int]:
        return [(await who.http.get(address)).status_code for who in (reader, *visitors)]

    assert await seen(f"{path}/{first}") == [200, 404, 404]
    assert await seen(f"{path}/{first}/vignette") == [200, 404, 404]
    curator = await published(world, seller, drafted["id"])
    second = await attached(seller, drafted["id"], ("b.png", png(drawn((50, 50))), "image/png"))
    assert await seen(f"{path}/{first}") == [200, 200, 200]
    assert await seen(f"{path}/{second}") == [200, 404, 404]
    hidden = await reader.http.get(f"{path}/{second}")
    assert hidden.headers["cache-control"] == "no-store"
    for caller in (other, town):
        assert (await caller.get(f"/files/{second}")).status_code == 404
    await curator.did(f"/reviews/{drafted['id']}/suspension", {"reason": "Un doute."})
    assert await seen(f"{path}/{first}") == [200, 404, 404]


async def test_the_database_itself_shows_a_file_with_its_published_sheet_alone(world: World) -> None:
    seller, other = await world.startup(), await world.startup("Lucivoie")
    drafted = await seller.did("/my/solutions", content())
    file_id = await attached(seller, drafted["id"], ("a.png", png(), "image/png"))
    theirs = await other.did("/my/solutions", content())
    await published(world, other, theirs["id"])

    async def rows(caller: Caller) -> int:
        async with world.app.state.database.reading(caller.actor) as reads:
            return len((await reads.execute(text("select id from stored_file"))).all())

    assert [await rows(caller) for caller in (seller, other, world.visitor)] == [2, 0, 0]
    await world.sql(  # even named by somebody else's published sheet
        "insert into solution_attachment (solution_id, file_id, position, kind, title) values (cast(:sheet as uuid), cast(:file as uuid), 0, 'image', 'T')",
        sheet=theirs["id"], file=file_id,
    )  # fmt: skip
    assert [await rows(caller) for caller in (seller, other, world.visitor)] == [2, 0, 0]
    await published(world, seller, drafted["id"])
    assert [await rows(caller) for caller in (seller, other, world.visitor)] == [2, 2, 2]


async def test_a_file_that_no_sheet_names_any_more_goes_with_its_bytes(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    first = await attached(seller, drafted["id"], ("a.png", png(), "image/png"))
    assert len(kept_in(world)) == 2
    assert (await taken_out(seller, drafted["id"], first)).status_code == 204
    assert await world.sql("select count(*) from stored_file") == 0
    assert len(kept_in(world)) == 2  # until the transaction's event is worked
    await world.work()
    assert not kept_in(world)
    assert (await taken_out(seller, drafted["id"], first)).status_code == 404

    shown = await attached(seller, drafted["id"], ("a.png", png(), "image/png"))
    await published(world, seller, drafted["id"])
    added = await attached(
        seller, drafted["id"], ("a.pdf", pdf(), "application/pdf"), kind="brochure", title="T"
    )
    assert (await taken_out(seller, drafted["id"], shown)).status_code == 204
    assert await world.sql("select count(*) from stored_file") == 3  # the published sheet still names it
    await seller.did(f"/my/solutions/{drafted['id']}/withdrawal")
    await world.work()
    assert len(kept_in(world)) == 2
    assert await world.sql("select count(*) from stored_file where id = cast(:id as uuid)", id=added) == 0
    assert (await world.http.get(f"/solutions/{drafted['slug']}/pieces/{shown}")).status_code == 200


async def test_files_are_sent_described_ordered_and_taken_out_on_the_pages(world: World) -> None:
    seller = await world.startup()
    reader = await Reader.arrive(world, "writer", seller.organisation, SELLER_ROLES)
    drafted = await seller.did("/my/solutions", content())
    home = f"/espace-entreprise/fiches/{drafted['id']}"

    async def send(file: tuple[str, bytes, str], **said: str) -> httpx.Response:
        page = await reader.reads(f"{home}/attachments")
        sent = {name: value for name, value in (page.form(f"{home}/pieces") | said).items() if name != "file"}
        return await reader.http.post(f"{home}/pieces", data=sent, files={"file": file})

    refused = await send(("a.png", png(), "image/png"), kind="image", title="Carte")
    assert refused.status_code == 422
    page = Page.of(f"{home}/pieces", refused)
    assert "#champ-alt" in {link.get("href") for link in page.all("a")}
    assert page.field("title").get("value") == "Carte"
    assert not page.faults()
    assert (await send(("a.png", png(), "image/png"), **IMAGE)).status_code == 303
    assert (
        await send(("a.pdf", pdf(), "application/pdf"), kind="brochure", title="Plaquette")
    ).status_code == 303

    async def titles() -> list[str]:
        files = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["attachments"]
        return [file["title"] for file in files]

    listed = await reader.reads(f"{home}/attachments")
    assert not listed.faults()
    assert [image.get("alt") for image in listed.all("img")] == ["Une carte des rues"]
    brochure = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["attachments"][1]["file_id"]
    assert (await reader.sends(listed, f"{home}/pieces/{brochure}/monter")).status_code == 303
    assert await titles() == ["Plaquette", "Le tableau de bord"]
    image = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["attachments"][1]["file_id"]
    page = await reader.reads(f"{home}/pieces/{image}")
    assert not page.faults()
    wordless = await reader.sends(page, f"{home}/pieces/{image}", alt="", title="Carte")
    assert wordless.status_code == 422
    assert "#champ-alt" in {link.get("href") for link in Page.of(f"{home}/pieces/{image}", wordless).all("a")}
    assert (await reader.sends(page, f"{home}/pieces/{image}", title="Carte")).status_code == 303
    stale = await reader.sends(page, f"{home}/pieces/{image}", title="Trop tard")
    assert stale.status_code == 412
    listed = await reader.reads(f"{home}/attachments")
    assert (await reader.sends(listed, f"{home}/pieces/{brochure}/retrait")).status_code == 303
    assert await titles() == ["Carte"]
