"""The two open fonts of the pages, cut to the glyphs of French and English when first needed, into the data directory.

They come from their installed packages (OFL, no Reserved Font Name) and are never copied into the repository.
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

GLYPHS = (
    "U+0020-007E,U+00A0-00FF,U+0152,U+0153,U+0178,U+2009-200A,U+2010-2015,U+2018-201E,U+2022,U+2026,U+202F,U+2039,U+203A,"
    "U+20AC,U+2190-2193,U+2212,U+2264,U+2265"
)
FONTS = {
    "titre.woff2": ("fontpkg_bricolage_grotesque", "BricolageGrotesque"),
    "texte.woff2": ("fontpkg_public_sans", "PublicSans"),
}


def make_fonts(folder: Path) -> None:
    """Cut what is missing in `folder`. Safe to run twice at once. Without the packages, the pages use system fonts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, start) in FONTS.items():
        source = _source(package, start)
        if source is None or (folder / name).exists():
            continue
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            _cut(source, Path(part.name))
        Path(part.name).replace(folder / name)


def _source(package: str, start: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = sorted(
        p
        for p in Path(spec.origin).parent.rglob("*.ttf")
        if p.name.startswith(start) and "Italic" not in p.name
    )
    variable = [p for p in found if "[" in p.name or "VariableFont" in p.name]
    return next(iter(variable or found), None)


def _cut(source: Path, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.layout_features = ["kern", "liga", "tnum", "pnum", "lnum", "ccmp", "locl", "mark"]
    options.hinting = False
    tool = subset.Subsetter(options)
    tool.populate(unicodes=subset.parse_unicodes(GLYPHS))
    with TTFont(source) as font:
        tool.subset(font)
        font.flavor = "woff2"
        font.save(target)
