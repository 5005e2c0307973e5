"""The briefing as an official document (公文): Word, WPS and LibreOffice open the same native paragraphs and tables."""

from __future__ import annotations

import io
from itertools import zip_longest
from pathlib import Path

import docx
from docx.document import Document as WordFile
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from components.briefing.copy import Copy, MarkedNote, MarkedParagraph, MarkedPart, make_copy, without_words
from components.briefing.document import Document, Picture, Printing, Table
from components.briefing.writers.archive import settled
from components.briefing.writers.pictures import picture_bytes
from components.briefing.writers.word_page import RED, TEXT_MM, draw_line, lay_out_page
from components.briefing.writers.word_table import add_table
from components.drawing.spec import AreaPicture, Chart

MAP_MM = 132.0
STYLES = {"text": "Body Text", "item": "Briefing Item", "quote": "Quote", "note": "Briefing Small"}


def write_word(
    document: Document, printing: Printing | None = None, *, geo: Path, has_red_head: bool = True
) -> bytes:
    """Returns the briefing as a Word file; the same bytes for the same document and copy.

    Args:
        document: what is told.
        printing: notes, release, reader.
        geo: folder with the shapes of the areas.
        has_red_head: the issuer in red over a red line.
    """
    copy = make_copy(document, printing)
    file = docx.Document()
    lay_out_page(file, copy, has_red_head=has_red_head)
    file.add_paragraph(copy.document.title, style="Title")
    if not has_red_head:
        file.add_paragraph(copy.period, style="Caption")
    first_annex = next((part.code for part in copy.parts if part.is_annex), "")
    for part in copy.parts:
        _write_part(file, part, copy=copy, geo=geo, starts_page=part.code == first_annex)
    _write_origin(file, copy)
    held = io.BytesIO()
    file.save(held)
    return settled(held.getvalue(), fixed_at=copy.fixed_at)


def _write_part(file: WordFile, part: MarkedPart, *, copy: Copy, geo: Path, starts_page: bool) -> None:
    heading = file.add_paragraph(part.heading, style="Heading 1")
    heading.paragraph_format.page_break_before = starts_page
    for block, after in zip_longest(part.blocks, part.blocks[1:]):
        if isinstance(block, MarkedParagraph):
            paragraph = _write_paragraph(file, block)
            # What leads a list in stays with its first item.
            if block.kind == "text" and isinstance(after, MarkedParagraph) and after.kind == "item":
                paragraph.paragraph_format.keep_with_next = True
        elif isinstance(block, Table):
            _write_table(file, block, heading=part.heading)
        else:
            _write_picture(file, block, geo)
    for note in part.notes:
        _write_note(file, note)
    if not part.blocks and not part.notes:
        file.add_paragraph(copy.t("printed.nothing"), style="Body Text")


def _write_paragraph(file: WordFile, block: MarkedParagraph) -> WordParagraph:
    paragraph = file.add_paragraph(style=STYLES.get(block.kind, "Body Text"))
    for sentence in block.sentences:
        run = paragraph.add_run(sentence.text)
        run.font.strike = sentence.is_struck or None
        if sentence.marks:
            mark = paragraph.add_run(sentence.marks)
            mark.font.superscript, mark.font.color.rgb = True, RED
        if sentence.gap:
            paragraph.add_run(sentence.gap)
    for note in block.notes:
        _write_note(file, note)
    return paragraph


def _write_note(file: WordFile, note: MarkedNote) -> None:
    paragraph = file.add_paragraph(style="Briefing Note")
    paragraph.add_run(note.head).font.color.rgb = RED
    paragraph.add_run(note.text)
    draw_line(paragraph, "left", colour="C00000", size=12)


def _write_table(file: WordFile, table: Table, *, heading: str) -> None:
    if table.title and not heading.endswith(table.title):
        file.add_paragraph(table.title, style="Caption")
    # Above the table: a note below it may be all that is left for a page of its own.
    if table.note:
        note = file.add_paragraph(table.note, style="Briefing Small")
        note.paragraph_format.keep_with_next = True
        note.paragraph_format.space_after = Pt(3)
    add_table(file, table)
    apart = file.add_paragraph(style="Briefing Small").paragraph_format
    apart.line_spacing, apart.space_after = Pt(1), Pt(5)


def _write_picture(file: WordFile, picture: Picture, geo: Path) -> None:
    shown = picture.shown
    if shown.title:
        file.add_paragraph(shown.title, style="Caption")
    drawn = picture_bytes(without_words(picture), geo=geo, form="png")
    paragraph = file.add_paragraph(style="Briefing Picture")
    placed = paragraph.add_run().add_picture(io.BytesIO(drawn), width=Mm(_width_mm(shown)))
    told = placed._inline.docPr
    told.set("name", picture.key)
    told.set("title", shown.title)
    told.set("descr", shown.alt or shown.title)
    file.add_paragraph(shown.source, style="Briefing Small")


def _width_mm(shown: Chart | AreaPicture) -> float:
    """A map as high as it is wide would leave half a page empty before it."""
    return TEXT_MM if isinstance(shown, Chart) else MAP_MM


def _write_origin(file: WordFile, copy: Copy) -> None:
    paragraph = file.add_paragraph(style="Briefing Small")
    paragraph.paragraph_format.space_before = Mm(6)
    colon = "：" if copy.is_zh else ": "
    paragraph.add_run("　".join(f"{label}{colon}{value}" for label, value in copy.origin))
    draw_line(paragraph, "top", colour="000000", size=6)
    for relation in list(file.part.rels.values()):
        if relation.is_external:
            raise ValueError(f"{relation.target_ref}: the briefing refers to nothing outside itself")
