"""The briefing as slides (演示文稿): one slide a part, native charts and tables, the whole text in the speaker's notes."""

from __future__ import annotations

import io
import math
from pathlib import Path

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as SlideFile
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from components.briefing.copy import Copy, MarkedParagraph, MarkedPart, make_copy, without_words
from components.briefing.document import Document, Picture, Printing, Table
from components.briefing.writers.archive import settled
from components.briefing.writers.pictures import picture_bytes
from components.briefing.writers.slide_marks import (
    INK,
    QUIET,
    RED,
    Box,
    add_chart,
    add_run,
    add_table,
    add_words,
    colour,
    strike,
)
from components.briefing.writers.widths import column_widths
from components.drawing.canvas import measured
from components.drawing.spec import Chart
from components.theme import LIGHT

WIDE, HIGH = int(Inches(13.333)), int(Inches(7.5))
EDGE, TOP, FOOT = int(Inches(0.55)), int(Inches(1.25)), int(Inches(6.95))
GAP = int(Inches(0.35))
SIZES = (22, 20, 18, 16, 14, 12.5)
READABLE = 14.0  # words that would be smaller get more of the slide
SHARES = (0.44, 0.5, 0.56)  # of the width, for the words beside a picture
LETTER, LINE = 0.515, 1.33  # of the size: a Latin letter's width, a line's height in the typeface
WIDE_TABLE = 62.0  # latin letters: wider ones stand below the text, not beside it
PT = 12700

Runs = list[tuple[str, str, bool]]


def write_slides(document: Document, printing: Printing | None = None, *, geo: Path) -> bytes:
    """Returns the briefing as a PowerPoint file; the same bytes for the same document and copy.

    Args:
        document: what is told.
        printing: notes, release, reader.
        geo: folder with the shapes of the areas.
    """
    copy = make_copy(document, printing)
    file = Presentation()
    file.slide_width, file.slide_height = Emu(WIDE), Emu(HIGH)
    _write_front(file, copy)
    for part in copy.parts:
        _write_part(file, part, copy=copy, geo=geo)
    _drop_template_leavings(file)
    known = file.core_properties
    known.title, known.author, known.last_modified_by = (
        copy.document.title,
        copy.document.issuer,
        copy.document.issuer,
    )
    known.subject, known.comments, known.keywords = copy.period, copy.warning, ""
    known.created = known.modified = copy.fixed_at
    known.revision = 1
    held = io.BytesIO()
    file.save(held)
    return settled(held.getvalue(), fixed_at=copy.fixed_at)


def _drop_template_leavings(file: SlideFile) -> None:
    """Takes out the template's printer settings and its picture of itself."""
    for relations in (file.part.rels, file.part.package._rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(("/printerSettings", "/thumbnail")):
                relations.pop(key)


def _new_slide(file: SlideFile, copy: Copy, *, title: str, box: Box, size: float) -> Slide:
    slide = file.slides.add_slide(file.slide_layouts[5])
    _write_watermark(slide, copy)
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = map(Emu, box)
    place.text_frame.word_wrap = True
    place.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    place.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    add_run(place.text_frame.paragraphs[0], title, size=size, is_bold=True)
    return slide


def _write_watermark(slide: Slide, copy: Copy) -> None:
    if not copy.watermark:
        return
    box = (int(WIDE * 0.12), int(HIGH * 0.42), int(WIDE * 0.76), int(Inches(1.2)))
    paragraph = add_words(slide, box, anchor=MSO_ANCHOR.MIDDLE, align=PP_ALIGN.CENTER)
    size = max(12.0, min(44.0, round(1300 / max(1.0, measured(copy.watermark)))))
    add_run(paragraph, copy.watermark, size=size, ink="#E6EBF2")
    slide.shapes[-1].rotation = -24


def _write_front(file: SlideFile, copy: Copy) -> None:
    box = (int(Inches(1)), int(Inches(2.3)), WIDE - int(Inches(2)), int(Inches(1.4)))
    slide = _new_slide(file, copy, title=copy.document.title, box=box, size=40)
    top = add_words(slide, (box[0], int(Inches(1.5)), box[2], int(Inches(0.6))), anchor=MSO_ANCHOR.BOTTOM)
    add_run(top, copy.document.issuer, size=22, ink=RED, is_bold=True)
    _draw_rule(slide, (box[0], int(Inches(2.2))), box[2], ink=RED)
    below = add_words(slide, (box[0], int(Inches(3.8)), box[2], int(Inches(1.6))))
    add_run(below, copy.period, size=20)
    for words in (copy.release or copy.t("printed.draft"), _origin(copy)):
        line = slide.shapes[-1].text_frame.add_paragraph()
        line.space_before = Pt(8)
        add_run(line, words, size=14, ink=QUIET)
    _write_foot(slide, copy, number=1)


def _draw_rule(slide: Slide, start: tuple[int, int], width: int, *, ink: str) -> None:
    left, top = start
    rule = slide.shapes.add_connector(1, Emu(left), Emu(top), Emu(left + width), Emu(top))
    rule.line.color.rgb = colour(ink)
    rule.line.width = Pt(2)


def _origin(copy: Copy) -> str:
    colon = "：" if copy.is_zh else ": "
    return "　".join(f"{label}{colon}{value}" for label, value in copy.origin)


def _write_foot(slide: Slide, copy: Copy, *, number: int) -> None:
    words = " · ".join(each for each in (copy.warning, copy.document.as_of, copy.watermark) if each)
    left = add_words(slide, (EDGE, FOOT + int(Inches(0.12)), int(WIDE * 0.8), int(Inches(0.3))))
    add_run(left, words, size=10, ink=QUIET)
    right_box = (int(WIDE * 0.85), FOOT + int(Inches(0.12)), int(WIDE * 0.15) - EDGE, int(Inches(0.3)))
    add_run(add_words(slide, right_box, align=PP_ALIGN.RIGHT), str(number), size=10, ink=QUIET)


def _write_part(file: SlideFile, part: MarkedPart, *, copy: Copy, geo: Path) -> None:
    box = (EDGE, int(Inches(0.35)), WIDE - 2 * EDGE, int(Inches(0.7)))
    slide = _new_slide(file, copy, title=part.heading, box=box, size=28)
    _draw_rule(slide, (EDGE, int(Inches(1.08))), WIDE - 2 * EDGE, ink=LIGHT.accent)
    shown = next((block for block in part.blocks if isinstance(block, Picture)), None)
    table = next((block for block in part.blocks if isinstance(block, Table)), None)
    whole = (EDGE, TOP, WIDE - 2 * EDGE, FOOT - TOP)
    words = [block for block in part.blocks if isinstance(block, MarkedParagraph)]
    paragraphs = _paragraphs(part, copy) if words else []
    beside, rest = _divided(whole, paragraphs, shown=shown, table=table)
    if words or part.notes or not (shown or table):
        _write_text(slide, beside, part=part, copy=copy)
    if shown is not None:
        _write_picture(slide, rest, picture=shown, copy=copy, geo=geo)
    elif table is not None:
        _write_table(slide, rest, table=table, copy=copy)
    _write_foot(slide, copy, number=len(file.slides))
    slide.notes_slide.notes_text_frame.text = _whole_text(part)


def _divided(whole: Box, words: list[Runs], *, shown: Picture | None, table: Table | None) -> tuple[Box, Box]:
    """Returns where the text stands and where the picture or table does: side by side, or one above the other."""
    left, top, width, height = whole
    if not shown and not table:
        return whole, whole
    if not words:
        return whole, whole
    if not shown and table and sum(column_widths(table)) > WIDE_TABLE:
        upper = int(height * 0.36)
        return (left, top, width, upper), (left, top + upper + GAP // 2, width, height - upper - GAP // 2)
    shares = (int(width * each) for each in SHARES)
    fits = (each for each in shares if _height(words, READABLE, (left, top, each, height)) <= height)
    half = next(fits, int(width * SHARES[-1]))
    return (left, top, half, height), (left + half + GAP, top, width - half - GAP, height)


def _write_text(slide: Slide, box: Box, *, part: MarkedPart, copy: Copy) -> None:
    paragraphs = _paragraphs(part, copy)
    size = next((size for size in SIZES if _height(paragraphs, size, box) <= box[3]), SIZES[-1])
    kept = _fitting(paragraphs, size, box, more=copy.t("printed.more_text"))
    line = add_words(slide, box)
    frame = slide.shapes[-1].text_frame
    for place, runs in enumerate(kept):
        paragraph = line if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.5)
        for text, ink, is_struck in runs:
            run = add_run(paragraph, text, size=size, ink=ink)
            if is_struck:
                strike(run)


def _paragraphs(part: MarkedPart, copy: Copy) -> list[Runs]:
    found: list[Runs] = []
    for block in part.blocks:
        if not isinstance(block, MarkedParagraph):
            continue
        runs: Runs = [("• ", INK, False)] if block.kind == "item" else []
        ink = INK if block.kind in ("text", "item") else QUIET
        for each in block.sentences:
            runs.append((each.text, ink, each.is_struck))
            runs += [(each.marks, RED, False)] if each.marks else []
            runs += [(each.gap, ink, False)] if each.gap else []
        found.append(runs)
        found += [[(note.head, RED, False), (note.text, INK, False)] for note in block.notes]
    found += [[(note.head, RED, False), (note.text, INK, False)] for note in part.notes]
    return found or [[(copy.t("printed.nothing"), QUIET, False)]]


def _height(paragraphs: list[Runs], size: float, box: Box) -> int:
    letters = box[2] / PT / (size * LETTER)
    lines = [max(1, math.ceil(sum(measured(run[0]) for run in runs) / letters)) for runs in paragraphs]
    return int(sum(each * size * LINE + size * 0.5 for each in lines) * PT)


def _fitting(paragraphs: list[Runs], size: float, box: Box, *, more: str) -> list[Runs]:
    """Returns the paragraphs that fit, whole ones; a line that there is more when some do not."""
    if _height(paragraphs, size, box) <= box[3]:
        return paragraphs
    last: Runs = [(f"…… {more}", QUIET, False)]
    kept = list(paragraphs)
    while len(kept) > 1 and _height([*kept, last], size, box) > box[3]:
        kept.pop()
    if _height([*kept, last], size, box) > box[3]:
        text, ink, is_struck = kept[0][0]
        kept[0] = [(text[: int(box[2] / PT / size * (box[3] / PT / size / 1.5 - 3) * 0.95)], ink, is_struck)]
    return [*kept, last]


def _write_picture(slide: Slide, box: Box, *, picture: Picture, copy: Copy, geo: Path) -> None:
    left, top, width, height = box
    shown, head, foot = picture.shown, int(Inches(0.35)), int(Inches(0.35))
    caption = add_words(slide, (left, top, width, head), anchor=MSO_ANCHOR.MIDDLE)
    target = getattr(shown, "target", None)
    unit = getattr(shown, "unit", "")
    extra = f"（{unit}）" if unit and copy.is_zh else f" ({unit})" if unit else ""
    if target is not None and shown.kind not in ("lines", "band"):
        extra += "  " + copy.t("printed.target", value=f"{target:,.10g}{unit}")
    add_run(caption, shown.title + extra, size=14, is_bold=True)
    inner = (left, top + head, width, height - head - foot)
    if isinstance(shown, Chart):
        add_chart(slide, inner, chart=shown, copy=copy)
    else:
        _place_map(slide, inner, picture=picture, geo=geo)
    source = add_words(slide, (left, top + height - foot, width, foot), anchor=MSO_ANCHOR.MIDDLE)
    add_run(source, shown.source, size=9, ink=QUIET)


def _place_map(slide: Slide, box: Box, *, picture: Picture, geo: Path) -> None:
    left, top, width, height = box
    drawn = picture_bytes(without_words(picture), geo=geo, form="png")
    placed = slide.shapes.add_picture(io.BytesIO(drawn), Emu(left), Emu(top), width=Emu(width))
    if placed.height > height:
        placed.width, placed.height = Emu(int(placed.width * height / placed.height)), Emu(height)
    placed.top = Emu(top + (height - placed.height) // 2)
    placed._element.nvPicPr.cNvPr.set("descr", picture.shown.alt or picture.shown.title)


def _write_table(slide: Slide, box: Box, *, table: Table, copy: Copy) -> None:
    left, top, width, height = box
    head, foot = int(Inches(0.35)), int(Inches(0.35))
    add_run(add_words(slide, (left, top, width, head)), table.title, size=14, is_bold=True)
    size = 11 if width > WIDE * 0.6 else 10
    rest = add_table(slide, (left, top + head, width, height - head - foot), table=table, size=size)
    words = [table.note] if table.note else []
    words += [copy.t("printed.more_rows", count=rest)] if rest else []
    if words:
        add_run(
            add_words(slide, (left, top + height - foot, width, foot)), "  ".join(words), size=9, ink=QUIET
        )


def _whole_text(part: MarkedPart) -> str:
    lines = []
    for block in part.blocks:
        if isinstance(block, MarkedParagraph):
            lines.append("".join(f"{each.text}{each.marks}{each.gap}" for each in block.sentences))
            lines += [f"{note.head}{note.text}" for note in block.notes]
    lines += [f"{note.head}{note.text}" for note in part.notes]
    return "\n".join(lines)
