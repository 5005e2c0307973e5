"""The briefing as PDF (便携文档): typeset by Typst with the shipped typeface; bookmarks, tags, text that can be searched.

Words reach the typesetter as data, never as markup: nothing a citizen writes can be a command. No file is read but the
template and the font; no network, no packages.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path

import orjson
import typst

from components.briefing.copy import Copy, MarkedNote, MarkedParagraph, MarkedPart, make_copy, without_words
from components.briefing.document import Document, Picture, Printing, Table
from components.briefing.plain import breakable
from components.briefing.writers import widths
from components.briefing.writers.pictures import picture_bytes
from components.drawing.typeface import typeface_path

TEMPLATE = Path(__file__).with_name("briefing.typ")
TEXT_MM = 160.0
NARROW = 4  # letters of a very long word that stay together in a column
WHOLE_ROWS, WHOLE_LETTERS = 12, 60
_VIEW_BOX = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_ONE_AT_A_TIME = threading.Lock()


def write_pdf(document: Document, printing: Printing | None = None, *, geo: Path) -> bytes:
    """Returns the briefing as a PDF; the same bytes for the same document and copy.

    Args:
        document: what is told.
        printing: notes, release, reader.
        geo: folder with the shapes of the areas.
    """
    copy = make_copy(document, printing)
    told = orjson.dumps(_told(copy, geo)).decode()
    with _ONE_AT_A_TIME:
        return _compiler().compile(
            format="pdf", sys_inputs={"told": told}, timestamp=int(copy.fixed_at.timestamp()), pdf_tags=True
        )


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=[str(typeface_path().parent)], ignore_system_fonts=True
    )


def _told(copy: Copy, geo: Path) -> dict:
    document = copy.document
    return {
        "lang": document.language,
        "title": document.title,
        "issuer": document.issuer,
        "period": copy.period,
        "date": [copy.fixed_at.year, copy.fixed_at.month, copy.fixed_at.day],
        "warning": copy.warning,
        "watermark": copy.watermark,
        "reader": copy.t("printed.reader", reader=copy.watermark) if copy.watermark else "",
        "release": copy.release or copy.t("printed.draft"),
        "is_released": bool(copy.release),
        "origin": [[label, breakable(value)] for label, value in copy.origin],
        "nothing": copy.t("printed.nothing"),
        "parts": [_part(part, copy=copy, geo=geo, place=place) for place, part in enumerate(copy.parts)],
    }


def _part(part: MarkedPart, *, copy: Copy, geo: Path, place: int) -> dict:
    first_annex = next((at for at, each in enumerate(copy.parts) if each.is_annex), -1)
    return {
        "heading": breakable(part.heading),
        "starts_page": place == first_annex and place > 0,
        "blocks": [_block(block, geo) for block in part.blocks],
        "notes": [_note(note) for note in part.notes],
    }


def _block(block: MarkedParagraph | Table | Picture, geo: Path) -> dict:
    if isinstance(block, MarkedParagraph):
        return {
            "type": "paragraph",
            "kind": block.kind,
            "sentences": [
                {
                    "text": breakable(each.text),
                    "is_struck": each.is_struck,
                    "marks": each.marks,
                    "gap": each.gap,
                }
                for each in block.sentences
            ],
            "notes": [_note(note) for note in block.notes],
        }
    return _table(block) if isinstance(block, Table) else _picture(block, geo)


def _note(note: MarkedNote) -> dict:
    return {"head": note.head, "text": breakable(note.text)}


def _table(table: Table) -> dict:
    size = widths.font_size(table, width_mm=TEXT_MM, largest=9.5)
    return {
        "type": "table",
        "title": breakable(table.title),
        "note": breakable(table.note),
        "size": size,
        "widths": widths.shares(table, room=widths.room_of(size, width_mm=TEXT_MM)),
        "aligns": ["right" if widths.is_right(column.kind) else "left" for column in table.columns],
        "is_whole": _is_short(table),
        "heads": [breakable(column.name, piece=NARROW) for column in table.columns],
        "rows": [[breakable(cell.text, piece=NARROW) for cell in row] for row in table.rows],
    }


def _is_short(table: Table) -> bool:
    """Whether the table is not torn apart by a page's end."""
    return len(table.rows) <= WHOLE_ROWS and all(
        len(cell.text) <= WHOLE_LETTERS for row in table.rows for cell in row
    )


def _picture(picture: Picture, geo: Path) -> dict:
    shown = picture.shown
    drawn = picture_bytes(without_words(picture), geo=geo, form="svg")
    return {
        "type": "picture",
        "title": breakable(shown.title),
        "source": breakable(shown.source),
        "alt": shown.alt or shown.title,
        "ratio": _ratio(drawn),
        "svg": drawn.decode("utf-8"),
    }


def _ratio(drawn: bytes) -> float:
    """Returns height over width, from the drawing's own view box."""
    found = _VIEW_BOX.search(drawn)
    return float(found[2]) / float(found[1]) if found else 0.5
