"""Tables of the Word briefing (公文表格): native, fixed widths, heading row on every page, rows whole."""

from __future__ import annotations

from docx.document import Document as WordFile
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from components.briefing.document import Table
from components.briefing.writers import widths
from components.briefing.writers.word_page import HEAD_FACE, TEXT_MM, set_faces

TWIPS_PER_MM = 56.7
LARGEST, SMALLEST = 10.5, 8.5
LINE = 1.35  # of the size


def add_table(file: WordFile, table: Table) -> None:
    """Appends the table to the document's body, before its last section."""
    size = widths.font_size(table, width_mm=TEXT_MM, largest=LARGEST, smallest=SMALLEST)
    room = widths.room_of(size, width_mm=TEXT_MM)
    spans = [int(share * TEXT_MM * TWIPS_PER_MM) for share in widths.shares(table, room=room)]
    frame = _child(None, "w:tbl")
    _set_table(frame, spans)
    head = [(column.name, False) for column in table.columns]
    frame.append(_row(head, spans, size=size, is_head=True))
    rights = [widths.is_right(column.kind) for column in table.columns]
    for row in table.rows:
        cells = [(cell.text, is_right) for cell, is_right in zip(row, rights, strict=True)]
        frame.append(_row(cells, spans, size=size, is_head=False))
    file.element.body.insert_element_before(frame, "w:sectPr")


def _child(parent, tag: str, **values: object):
    element = OxmlElement(tag)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), str(value))
    if parent is not None:
        parent.append(element)
    return element


def _set_table(frame, spans: list[int]) -> None:
    properties = _child(frame, "w:tblPr")
    _child(properties, "w:tblStyle", val="TableGrid")
    _child(properties, "w:tblW", w=sum(spans), type="dxa")
    _child(properties, "w:jc", val="center")
    borders = _child(properties, "w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        is_outer = side in ("top", "bottom")
        _child(borders, f"w:{side}", val="single", sz=8 if is_outer else 4, space=0, color="000000")
    _child(properties, "w:tblLayout", type="fixed")
    margins = _child(properties, "w:tblCellMar")
    for side in ("left", "right"):
        _child(margins, f"w:{side}", w=60, type="dxa")
    grid = _child(frame, "w:tblGrid")
    for span in spans:
        _child(grid, "w:gridCol", w=span)


def _row(cells: list[tuple[str, bool]], spans: list[int], *, size: float, is_head: bool):
    row = _child(None, "w:tr")
    properties = _child(row, "w:trPr")
    _child(properties, "w:cantSplit")
    if is_head:
        _child(properties, "w:tblHeader")
    for (words, is_right), span in zip(cells, spans, strict=True):
        cell = _child(row, "w:tc")
        look = _child(cell, "w:tcPr")
        _child(look, "w:tcW", w=span, type="dxa")
        if is_head:
            _child(look, "w:shd", val="clear", color="auto", fill="EDF1F7")
        _child(look, "w:vAlign", val="center")
        cell.append(_paragraph(words, size=size, is_head=is_head, side="right" if is_right else "left"))
    return row


def _paragraph(words: str, *, size: float, is_head: bool, side: str):
    paragraph = _child(None, "w:p")
    properties = _child(paragraph, "w:pPr")
    _child(properties, "w:pStyle", val="BriefingCell")
    _child(properties, "w:snapToGrid", val="0")
    _child(properties, "w:spacing", before=20, after=20, line=int(size * LINE * 20), lineRule="exact")
    _child(properties, "w:jc", val="center" if is_head else side)
    run = _child(paragraph, "w:r")
    look = _child(run, "w:rPr")
    if is_head:
        set_faces(look, HEAD_FACE)
        if words.isascii():
            _child(look, "w:b")
    _child(look, "w:sz", val=int(size * 2))
    _child(look, "w:szCs", val=int(size * 2))
    text = _child(run, "w:t")
    text.text = words
    text.set(qn("xml:space"), "preserve")
    return paragraph
