"""The briefing's numbers as a workbook (附件工作簿): tables with real types, what each number rests on, no formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format as Look
from xlsxwriter.worksheet import Worksheet

from components.briefing.copy import Copy, MarkedParagraph, make_copy
from components.briefing.document import Column, Document, Fact, Paragraph, Picture, Printing, Table
from components.briefing.plain import is_formula
from components.briefing.writers.archive import settled
from components.briefing.writers.sheet_cells import number_form, sheet_name, typed
from components.briefing.writers.widths import column_widths
from components.drawing.spec import Chart

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
FACE = "等线"
FACT_HEADS = ("metric", "asked", "by", "key", "value", "n", "low", "high", "flag")


def write_excel(document: Document, printing: Printing | None = None, *, geo: Path | None = None) -> bytes:
    """Returns the briefing as a workbook: about, text with its evidence, one sheet a table, charts' numbers, facts.

    Args:
        document: what is told.
        printing: notes, release, reader.
        geo: not used: a workbook has no maps.
    """
    copy = make_copy(document, printing)
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, OPTIONS) as book:
        book.set_properties(
            {
                "title": copy.document.title,
                "author": copy.document.issuer,
                "subject": copy.period,
                "comments": copy.warning,
                "created": copy.fixed_at,
            }
        )
        _Sheets(book, copy).write_all()
    return settled(held.getvalue(), fixed_at=copy.fixed_at)


class _Sheets:
    """The workbook's sheets, one after the other."""

    def __init__(self, book: xlsxwriter.Workbook, copy: Copy):
        self.book, self.copy = book, copy
        self.names: set[str] = set()
        self.looks: dict[tuple, Look] = {}

    def write_all(self) -> None:
        """Writes every sheet; definitions last but for the evidence."""
        self._about()
        self._text()
        tables = [block for part in self.copy.parts for block in part.blocks if isinstance(block, Table)]
        for table in sorted(tables, key=lambda each: "definition" in each.key):
            self._table(table)
        self._charts()
        self._facts()

    def look(self, form: str = "", **more: object) -> Look:
        """Returns a cell's look, made once."""
        key = (form, *sorted(more.items()))
        if key not in self.looks:
            shown = {"font_name": FACE, "font_size": 11, "valign": "vcenter", **more}
            self.looks[key] = self.book.add_format(shown | ({"num_format": form} if form else {}))
        return self.looks[key]

    def sheet(self, title: str, heads: Iterable[tuple[str, float]]) -> Worksheet:
        """Returns a new sheet with its headings in the first row, frozen, filtered, ready for print."""
        heads = list(heads)
        sheet = self.book.add_worksheet(sheet_name(title, self.names))
        look = self.look(bold=True, bg_color="#EDF1F7", bottom=1, text_wrap=True)
        for place, (name, width) in enumerate(heads):
            sheet.set_column(place, place, max(6.0, min(60.0, width * 1.15)))
            sheet.write_string(0, place, name, look)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        marks = " ".join(each for each in (self.copy.warning, self.copy.watermark) if each)
        sheet.set_header(f"&L{_quoted(marks)}&R{_quoted(self.copy.document.title)}")
        sheet.set_footer("&C— &P —")
        return sheet

    def words(self, sheet: Worksheet, at: tuple[int, int], text: str, **more: object) -> None:
        """Writes words as words, whatever they begin with."""
        guard = {"quote_prefix": True} if is_formula(text) else {}
        sheet.write_string(*at, text, self.look(**more, **guard))

    def _about(self) -> None:
        t, document = self.copy.t, self.copy.document
        rows = [
            (t("printed.town"), document.town),
            (t("printed.title"), document.title),
            (t("printed.period"), self.copy.period),
            (t("printed.issuer"), document.issuer),
            (t("printed.release"), self.copy.release or t("printed.draft")),
            *self.copy.origin,
        ]
        rows += [(t("printed.scope"), document.scope_name)] if document.scope_name else []
        rows += [(t("printed.kind"), self.copy.warning)] if self.copy.warning else []
        rows += [(t("printed.copy"), self.copy.watermark)] if self.copy.watermark else []
        sheet = self.sheet(t("printed.sheet_about"), ((t("printed.item"), 16), (t("printed.value"), 60)))
        for row, (label, value) in enumerate(rows, start=1):
            self.words(sheet, (row, 0), label, bold=True)
            self.words(sheet, (row, 1), value, text_wrap=True)

    def _text(self) -> None:
        t = self.copy.t
        heads = (
            (t("printed.part"), 18),
            (t("printed.sentence"), 60),
            (t("printed.sheet_facts"), 40),
            (t("printed.notes"), 30),
        )
        sheet = self.sheet(t("printed.sheet_text"), heads)
        for row, (heading, text, facts, notes, is_struck) in enumerate(_sentences(self.copy), start=1):
            self.words(sheet, (row, 0), heading)
            struck = {"font_strikeout": True} if is_struck else {}
            self.words(sheet, (row, 1), text, text_wrap=True, **struck)
            self.words(sheet, (row, 2), "\n".join(map(_fact_words, facts)), text_wrap=True)
            self.words(sheet, (row, 3), notes, text_wrap=True)

    def _table(self, table: Table) -> None:
        heads = [
            (column.name, width) for column, width in zip(table.columns, column_widths(table), strict=True)
        ]
        sheet = self.sheet(table.title or table.key, heads)
        for row, cells in enumerate(table.rows, start=1):
            for place, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
                self._cell(sheet, (row, place), cell=cell, column=column)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        if table.note:
            self.words(sheet, (len(table.rows) + 2, 0), table.note, font_color="#52647F")

    def _cell(self, sheet: Worksheet, at: tuple[int, int], *, cell, column: Column) -> None:
        value = typed(cell.text if column.kind == "text" else cell.value, column.kind)
        if value is None:
            self.words(sheet, at, cell.text or "—", align="right", font_color="#52647F")
        elif isinstance(value, str):
            self.words(sheet, at, value, text_wrap=len(value) > 30)
        elif isinstance(value, float):
            sheet.write_number(*at, value, self.look(number_form(column)))
        else:
            sheet.write_datetime(*at, value, self.look(number_form(column)))

    def _charts(self) -> None:
        charts = [
            block.shown
            for part in self.copy.parts
            for block in part.blocks
            if isinstance(block, Picture) and isinstance(block.shown, Chart)
        ]
        if not charts:
            return
        names = ("chart", "series", "category", "value", "low", "high", "unit")
        heads = [(self.copy.t(f"printed.chart_{name}"), 24 if name == "chart" else 14) for name in names]
        sheet = self.sheet(self.copy.t("printed.sheet_charts"), heads)
        for row, line in enumerate((line for chart in charts for line in _chart_lines(chart)), start=1):
            self._line(sheet, row, line)

    def _facts(self) -> None:
        heads = [
            (self.copy.t(f"printed.fact_{name}"), 30 if name in ("metric", "asked") else 12)
            for name in FACT_HEADS
        ]
        sheet = self.sheet(self.copy.t("printed.sheet_facts"), heads)
        for row, fact in enumerate(_facts(self.copy.document), start=1):
            self._line(sheet, row, [getattr(fact, name) for name in FACT_HEADS])

    def _line(self, sheet: Worksheet, row: int, line: Iterable[object]) -> None:
        for place, value in enumerate(line):
            if isinstance(value, str):
                self.words(sheet, (row, place), value)
            elif value is not None and value == value:
                sheet.write_number(row, place, float(value), self.look("General"))


def _quoted(text: str) -> str:
    """A header's own signs begin with `&`: none may come from elsewhere."""
    return text.replace("&", "&&")[:100]


def _fact_words(fact: Fact) -> str:
    value = "—" if fact.value is None else f"{fact.value:,.10g}"
    size = "" if fact.n is None else f" (n={fact.n:,.10g})"
    group = f" {fact.by}={fact.key}" if fact.by else ""
    return f"{fact.metric}{group}: {value}{size}"


def _sentences(copy: Copy) -> Iterator[tuple[str, str, tuple[Fact, ...], str, bool]]:
    for part, told in zip(copy.parts, copy.document.parts, strict=True):
        for block, paragraph in zip(part.blocks, told.blocks, strict=True):
            if not isinstance(block, MarkedParagraph) or not isinstance(paragraph, Paragraph):
                continue
            notes = {note.mark: f"{note.head}{note.text}" for note in block.notes}
            for marked, sentence in zip(block.sentences, paragraph.sentences, strict=True):
                here = "\n".join(words for mark, words in notes.items() if mark in marked.marks)
                yield part.heading, marked.text, sentence.facts, here, marked.is_struck
        for note in part.notes:
            yield part.heading, "", (), f"{note.head}{note.text}", False


def _chart_lines(chart: Chart) -> Iterator[list[object]]:
    for series in chart.series:
        for place, category in enumerate(chart.categories):
            values = [
                each[place] if place < len(each) else None
                for each in (series.values, series.low, series.high)
            ]
            yield [chart.title, series.name, category, *values, chart.unit]


def _facts(document: Document) -> list[Fact]:
    """Returns every number the document rests on, each once, in the order told."""
    found: dict[Fact, None] = {}
    for part in document.parts:
        for block in part.blocks:
            if isinstance(block, Paragraph):
                found |= dict.fromkeys(fact for sentence in block.sentences for fact in sentence.facts)
            elif isinstance(block, Table):
                found |= dict.fromkeys(cell.fact for row in block.rows for cell in row if cell.fact)
    return list(found)
