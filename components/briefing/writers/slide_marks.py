"""Words, charts and tables on a slide (幻灯片图文): native ones, with a typeface for Chinese letters in each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pptx.chart.chart import Chart as NativeChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Emu, Pt

from components.briefing.copy import Copy
from components.briefing.document import Table
from components.briefing.plain import without_formula
from components.briefing.writers import widths
from components.drawing.canvas import measured
from components.drawing.spec import Chart, Number, Series
from components.theme import LIGHT

ASIAN_FACE, LATIN_FACE = "微软雅黑", "Arial"
INK, QUIET, RED = LIGHT.text, LIGHT.quiet, "#C00000"
KINDS = {
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
    "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "lines": XL_CHART_TYPE.LINE_MARKERS,
    "band": XL_CHART_TYPE.LINE_MARKERS,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
}
CELL_LETTERS = 60
PT, LINE = 12700, 1.33
Box = tuple[int, int, int, int]


def colour(code: str) -> RGBColor:
    """Returns a colour of the theme."""
    return RGBColor.from_string(code.lstrip("#"))


def add_run(paragraph, text: str, *, size: float, ink: str = INK, is_bold: bool = False):
    """Appends words to a paragraph, their typefaces named for Latin and Chinese letters."""
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), is_bold
    run.font.color.rgb = colour(ink)
    set_faces(run._r.get_or_add_rPr())
    return run


def strike(run) -> None:
    """Strikes a run out; its words stay readable."""
    run._r.get_or_add_rPr().set("strike", "sngStrike")


def set_faces(properties) -> None:
    """Names the typefaces of a run's or a chart's text properties."""
    for tag, name in (("a:latin", LATIN_FACE), ("a:ea", ASIAN_FACE), ("a:cs", LATIN_FACE)):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        face = parse_xml(f'<{tag} xmlns:a="{properties.nsmap["a"]}"/>')
        face.set("typeface", name)
        properties.append(face)


def add_words(slide: Slide, box: Box, *, anchor=MSO_ANCHOR.TOP, align=PP_ALIGN.LEFT):
    """Returns the first paragraph of a new box of words that keeps its size."""
    frame = slide.shapes.add_textbox(*map(Emu, box)).text_frame
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.paragraphs[0].alignment = align
    return frame.paragraphs[0]


def add_chart(slide: Slide, box: Box, *, chart: Chart, copy: Copy) -> None:
    """Adds a chart that PowerPoint itself draws and lets its reader change."""
    data = CategoryChartData(number_format="General")
    # The workbook behind a native chart takes words that begin like a formula for one.
    data.categories = [without_formula(name) or " " for name in chart.categories] or ["—"]
    rows = _rows(chart, copy)
    for series in rows:
        data.add_series(without_formula(series.name), _finite(series.values, len(chart.categories)))
    placed = slide.shapes.add_chart(
        KINDS.get(chart.kind, XL_CHART_TYPE.COLUMN_CLUSTERED), *map(Emu, box), data
    )
    placed._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt or chart.title)
    native = placed.chart
    native.has_title = False
    native.has_legend = len(rows) > 1
    if native.has_legend:
        native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    native.font.size = Pt(11)
    native.font.color.rgb = colour(INK)
    set_faces(native._chartSpace.txPr.findall(".//" + qn("a:defRPr"))[0])
    _paint(native, chart, rows=rows)
    _set_axes(native, chart)


def _finite(values: Sequence[Number], count: int) -> list[Number]:
    found = [value if value is not None and math.isfinite(value) else None for value in values[:count]]
    return found + [None] * (count - len(found))


def _rows(chart: Chart, copy: Copy) -> list[Series]:
    """Returns the chart's series; a band's ends and a line's target are series of their own."""
    rows = list(chart.series)
    if chart.kind in ("lines", "band"):
        for series in chart.series:
            if series.low and series.high:
                rows.append(Series(copy.t("printed.chart_low"), series.low, colour_key="quiet"))
                rows.append(Series(copy.t("printed.chart_high"), series.high, colour_key="quiet"))
        if chart.target is not None:
            words = copy.t("printed.target", value=f"{chart.target:,.10g}{chart.unit}")
            rows.append(Series(words, (chart.target,) * len(chart.categories), colour_key="target"))
    return rows


def _paint(native: NativeChart, chart: Chart, *, rows: list[Series]) -> None:
    is_line = chart.kind in ("lines", "band")
    for place, (drawn, series) in enumerate(zip(native.plots[0].series, rows, strict=True)):
        key = series.colour_key
        code = INK if key == "target" else QUIET if key == "quiet" else _series_colour(key, place)
        if not is_line:
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = colour(code)
            if series.low and series.high:
                _add_whiskers(drawn, series)
            continue
        drawn.smooth = False
        drawn.format.line.color.rgb = colour(code)
        drawn.format.line.width = Pt(1.0 if key in ("quiet", "target") else 2.25)
        if key in ("quiet", "target"):
            drawn.format.line.dash_style = MSO_LINE.DASH if key == "target" else MSO_LINE.ROUND_DOT
            drawn.marker.style = None
            drawn._element.get_or_add_marker().get_or_add_symbol().set("val", "none")


def _series_colour(key: str, place: int) -> str:
    return (
        LIGHT.accent
        if key == "accent"
        else LIGHT.risk(key)
        if key
        else LIGHT.series[place % len(LIGHT.series)]
    )


def _add_whiskers(drawn, series: Series) -> None:
    """Draws the interval of each value as PowerPoint's own error bars."""
    space = drawn._element.nsmap["c"]
    ends = {"plus": (series.high, 1), "minus": (series.low, -1)}
    parts = []
    for tag, (values, sign) in ends.items():
        points = "".join(
            f'<c:pt idx="{place}"><c:v>{max(0.0, sign * (end - value)):.10g}</c:v></c:pt>'
            for place, (value, end) in enumerate(zip(series.values, values, strict=False))
            if value is not None and end is not None and math.isfinite(value) and math.isfinite(end)
        )
        literal = f'<c:numLit><c:ptCount val="{len(series.values)}"/>{points}</c:numLit>'
        parts.append(f"<c:{tag}>{literal}</c:{tag}>")
    bars = parse_xml(
        f'<c:errBars xmlns:c="{space}"><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"{''.join(parts)}</c:errBars>"
    )
    drawn._element.insert_element_before(bars, "c:cat", "c:val", "c:shape", "c:extLst")


def _set_axes(native: NativeChart, chart: Chart) -> None:
    values, names = native.value_axis, native.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = colour(LIGHT.line)
    values.format.line.fill.background()
    values.tick_labels.font.size = Pt(10)
    names.tick_labels.font.size = Pt(10)
    names.format.line.color.rgb = colour(LIGHT.line)
    if chart.kind not in ("lines", "band"):
        native.plots[0].gap_width = 60
    if chart.kind == "bars":
        names.reverse_order = True
    if chart.kind in ("bars", "columns") and len(chart.categories) * len(chart.series) <= 16:
        labels = native.plots[0]
        labels.has_data_labels = True
        labels.data_labels.font.size = Pt(10)
        labels.data_labels.number_format, labels.data_labels.number_format_is_linked = (
            "#,##0.#;-#,##0.#;0",
            False,
        )


def add_table(slide: Slide, box: Box, *, table: Table, size: float) -> int:
    """Adds the table's first rows, as many as the box holds; returns how many are left out."""
    left, top, width, height = box
    heights = _row_heights(table, width=width, size=size)
    room, rows = height - heights[0], 0
    while rows < len(table.rows) and heights[rows + 1] <= room:
        room -= heights[rows + 1]
        rows += 1
    place = map(Emu, (left, top, width, sum(heights[: rows + 1])))
    frame = slide.shapes.add_table(rows + 1, max(1, len(table.columns)), *place)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", table.title)
    native = frame.table
    for place, share in enumerate(widths.shares(table)):
        native.columns[place].width = Emu(int(width * share))
    rights = [widths.is_right(column.kind) for column in table.columns]
    texts = [
        [column.name for column in table.columns],
        *([cell.text for cell in row] for row in table.rows[:rows]),
    ]
    for row, cells, line in zip(native.rows, texts, heights, strict=False):
        row.height = Emu(line)
        _fill(row.cells, cells, rights, size=size, is_head=cells is texts[0])
    return len(table.rows) - rows


def _row_heights(table: Table, *, width: int, size: float) -> list[int]:
    """Returns how high each row will be, the heading's first: as many lines as its fullest cell needs."""
    letters = [max(1.0, (width * share / PT - 8) / (size * 0.53)) for share in widths.shares(table)]
    rows = [
        [column.name for column in table.columns],
        *([_shortened(cell.text) for cell in row] for row in table.rows),
    ]
    found = []
    for row in rows:
        lines = max(
            (math.ceil(measured(text) / room) for text, room in zip(row, letters, strict=True)), default=1
        )
        found.append(int((max(1, lines) * size * LINE + 4) * PT))
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= CELL_LETTERS else text[: CELL_LETTERS - 1] + "…"


def _fill(cells: Iterable, texts: list[str], rights: list[bool], *, size: float, is_head: bool) -> None:
    for cell, text, is_right in zip(cells, texts, rights, strict=True):
        cell.margin_left = cell.margin_right = Pt(3)
        cell.margin_top = cell.margin_bottom = Pt(1.5)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        cell.fill.fore_color.rgb = colour("#E3EAF4" if is_head else "#FFFFFF")
        paragraph = cell.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if is_right else PP_ALIGN.LEFT
        add_run(paragraph, _shortened(text), size=size, is_bold=is_head)
