"""The candidature file leaves whole: documents, a summary and a list that say the same, without what was refused or replaced."""

import csv
import io
import zipfile

import openpyxl
import pikepdf

from marketplace.actor import OrganisationKind, Role
from tests.catalog.suppliers.firms import IDENTITY, SOUND, accepted, insurance, offered, vigilance
from tests.pages.reader import Reader
from tests.support.files import png
from tests.support.world import SELLER_ROLES, World


async def test_the_whole_file_is_a_zip_of_documents_with_a_summary_and_a_list(world: World) -> None:
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    today = await world.today()
    await seller.did("/my/supplier/identity", IDENTITY, method="put", If_Match="0")
    await accepted(seller, curator, vigilance(today, age=90))
    await accepted(seller, curator, vigilance(today))
    await offered(seller, insurance(today), ("police.png", "image/png", png()))
    refused = await offered(seller, {"kind": "honour", "issuer": "=Nous", "issued_on": str(today)})
    await curator.did(f"/reviews/certificates/{refused['id']}/refusal", {"reason": "Non signée."})
    other = await offered(
        seller, {"kind": "other", "title": "=Effectifs", "issuer": "Nous", "issued_on": str(today)}
    )
    answer = await seller.get("/my/candidature.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert names == [
            "00-liste.xlsx", "00-sommaire.pdf", f"01-vigilance-{today}.pdf", f"02-liability-{today}.png", f"03-other-{today}.pdf",
        ]  # fmt: skip
        assert archive.read(names[2]) == SOUND[2] and archive.read(names[3]) == png()
        with pikepdf.open(io.BytesIO(archive.read("00-sommaire.pdf"))) as summary:
            assert summary.docinfo["/Title"] == "Dossier de candidature"
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read("00-liste.xlsx"))).active
        rows = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    assert [row[-1] for row in rows[1:]] == names[2:]
    assert [row[-2] for row in rows[1:]] == ["acceptée", "à vérifier", "à vérifier"]
    assert not rows[3][1].startswith("=")
    assert (await seller.get("/my/candidature.zip")).content == answer.content
    # a document that is lost is told, and does not keep the others back
    file_id = await world.sql("select file_id from certificate where id = cast(:id as uuid)", id=other["id"])
    (world.settings.files_dir / file_id.hex[-2:] / file_id.hex).unlink()
    answer = await seller.get("/my/candidature.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 4
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read("00-liste.xlsx"))).active
        assert [cell.value for cell in list(sheet.iter_rows())[3]][-2] == "fichier illisible"


async def test_the_pages_give_the_same_list_the_summary_and_the_whole(world: World) -> None:
    seller = await world.startup()
    reader = await Reader.arrive(world, "the startup", seller.organisation, SELLER_ROLES)
    await offered(seller, vigilance(await world.today()))
    listed = await reader.http.get("/espace-entreprise/candidature.csv")
    rows = list(csv.reader(io.StringIO(listed.content.decode("utf-8-sig")), delimiter=";"))
    assert (len(rows), rows[0][0], rows[1][2]) == (2, "Pièce", "CODE-123")
    for ending, start in ((".xlsx", b"PK"), (".pdf", b"%PDF-"), (".zip", b"PK")):
        answer = await reader.http.get(f"/espace-entreprise/candidature{ending}")
        assert answer.status_code == 200 and answer.content.startswith(start), ending
        assert "attachment" in answer.headers["content-disposition"]
    rival = await world.startup("Lucivoie")
    with zipfile.ZipFile(io.BytesIO((await rival.get("/my/candidature.zip")).content)) as archive:
        assert archive.namelist() == ["00-liste.xlsx", "00-sommaire.pdf"]
    assert (await (await world.town()).get("/my/candidature.zip")).status_code == 403
