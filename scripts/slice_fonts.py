"""Cuts Noto Sans SC (OFL, from zhplot) into web slices: a page loads only the characters it shows."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fontTools import subset

REPOSITORY = Path(__file__).resolve().parent.parent
FONTS = REPOSITORY / "assets" / "fonts"
SLICE_SIZE = 520
LOCAL = 'local("Noto Sans CJK SC"), local("NotoSansCJKsc-Regular"), local("Noto Sans SC")'


def _gb2312(first: int, last: int) -> list[str]:
    rows = range(first, last + 1)
    cells = (bytes((0xA0 + row, 0xA0 + cell)) for row in rows for cell in range(1, 95))
    return [char for each in cells if (char := each.decode("gb2312", errors="ignore"))]


def _interface_characters() -> list[str]:
    """Characters of the words and names that every screen shows: one slice, loaded first."""
    sources = [*REPOSITORY.glob("components/locale/*.yaml"), *REPOSITORY.glob("data/metrics/*.yaml")]
    sources += REPOSITORY.glob("data/towns/stown/*.[cy][sa]*")
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(sources))
    symbols = "，。、；：？！（）《》“”‘’·—…％①②③④⑤"
    return sorted({char for char in text + symbols if ord(char) > 0x2000})


def _slices() -> list[list[str]]:
    first = _interface_characters()
    seen = set(first)
    rest = [char for char in [*_gb2312(1, 3), *_gb2312(16, 87)] if char not in seen and ord(char) > 0x2000]
    return [first, *(rest[start : start + SLICE_SIZE] for start in range(0, len(rest), SLICE_SIZE))]


def _write_slice(source: Path, target: Path, *, characters: list[str]) -> None:
    options = subset.Options(
        flavor="woff2", layout_features=["kern", "locl"], hinting=False, notdef_outline=True
    )
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(char) for char in characters])
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def _face(name: str, characters: list[str]) -> str:
    ranges = ", ".join(f"U+{ord(char):X}" for char in characters)
    return (
        '@font-face { font-family: "Cockpit Han"; font-display: swap; font-weight: 400;\n'
        f'  src: {LOCAL}, url("{name}") format("woff2");\n  unicode-range: {ranges}; }}\n'
    )


def main() -> None:
    """Writes assets/fonts/han-*.woff2 and han.css."""
    source = Path(find_spec("zhplot").origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    for old in FONTS.glob("han-*.woff2"):
        old.unlink()
    faces = []
    for number, characters in enumerate(_slices()):
        name = f"han-{number:02d}.woff2"
        _write_slice(source, FONTS / name, characters=characters)
        faces.append(_face(name, characters))
    (FONTS / "han.css").write_text("".join(faces), encoding="utf-8")


if __name__ == "__main__":
    main()
