"""What a sample file tells about a feed: layout, headings, times; nothing is taken that the loader could not read."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from etl.incoming import RefusedFileError, clean_heading
from etl.intake import content_kind
from etl.readers.encodings import guess_encoding
from etl.readers.json import parse
from etl.readers.xlsx import cell_text

TOP_ROWS = 15
HEAD_BYTES = 1 << 18
# A time, a number, a code with digits only: what stands below headings and never in them.
VALUE = re.compile(r"[-+]?[\d.,:/\sT年月日时分秒%]*\d[\d.,:/\sT年月日时分秒%-]*")
MIN_FILLED = 0.5


@dataclass(frozen=True)
class Layout:
    """How a sample is laid out: the contract's `format` and the options that go with it.

    Attributes:
        is_certain: false where the encoding is a guess that somebody should look at.
    """

    format: str
    options: dict[str, object] = field(default_factory=dict)
    is_certain: bool = True


def guess_layout(sample: Path) -> Layout:
    """Returns the layout of a sample.

    Raises:
        RefusedFileError: the content is of no kind a feed can have.
    """
    with sample.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    kind = content_kind(head)
    if kind == "json":
        # One list or object over the whole file, or one object per line.
        encoding = guess_encoding(sample)
        options: dict[str, object] = {} if encoding == "utf-8" else {"encoding": encoding}
        if not _is_document(head.decode(encoding, errors="ignore")):
            return Layout("jsonl", options)
        return Layout("json", options | {"records": _json_records(sample, encoding)})
    if kind == "xml":
        return Layout("xml", {"records": _xml_records(sample)})
    if kind == "zip":
        return Layout("xlsx", _sheet_options(sample))
    if kind == "parquet":
        return Layout("parquet")
    if kind != "text":
        raise RefusedFileError("wrong_type", f"the content is {kind}: no feed has this format")
    return _text_layout(sample, head)


def _is_document(head: str) -> bool:
    """Whether a JSON text is one document, not an object per line."""
    lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip()]
    try:
        first = orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        return True
    if not isinstance(first, dict):
        return True
    return len(lines) == 1 and any(isinstance(value, (list, dict)) for value in first.values())


def _json_records(sample: Path, encoding: str) -> str:
    """Returns the dotted path to the longest list of objects; empty for the root."""
    best = ("", -1)
    waiting = [("", parse(sample.read_bytes().decode(encoding).lstrip("\ufeff")))]
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, list) and here and isinstance(here[0], dict) and len(here) > best[1]:
            best = (path, len(here))
        elif isinstance(here, dict):
            waiting += [(f"{path}.{key}".strip("."), value) for key, value in here.items()]
    return best[0]


def _xml_records(sample: Path) -> str:
    """Returns the dotted path, below the root, of the elements that come most often; of several the outermost."""
    counts: Counter[tuple[str, ...]] = Counter()
    path: list[str] = []
    events = etree.iterparse(
        sample, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True
    )
    for event, element in events:
        if event == "end":
            path.pop()
            element.clear()
            continue
        path.append(etree.QName(element).localname)
        counts[tuple(path[1:])] += 1
    del counts[()]
    best = max(counts, key=lambda found: (counts[found], -len(found)), default=())
    return ".".join(best)


def _text_layout(sample: Path, head: bytes) -> Layout:
    try:
        encoding, is_certain = guess_encoding(sample), True
    except RefusedFileError:
        encoding, is_certain = "cp1252", False
    lines = head.decode(encoding, errors="ignore").splitlines()[: 2 * TOP_ROWS]
    delimiter = max(",;\t|", key=lambda mark: _width(lines, mark))
    rows = [[clean_heading(cell) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    options = {"encoding": encoding} | ({} if delimiter == "," else {"delimiter": delimiter})
    return Layout("csv", options | guess_header(rows[:TOP_ROWS]), is_certain)


def _width(lines: list[str], mark: str) -> int:
    """Returns how many cells most of the lines have under a delimiter; the median forgives titles."""
    widths = sorted(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    return widths[len(widths) // 2] if widths else 0


def _sheet_options(sample: Path) -> dict[str, object]:
    try:
        book = CalamineWorkbook.from_path(str(sample))
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=200)
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise RefusedFileError("damaged_file", f"not a readable XLSX file: {str(error)[:200]}") from None
    # Cover sheets and code lists are shorter than the rows.
    name = max(sheets, key=lambda each: len(sheets[each]))
    rows = [[cell_text(cell) or "" for cell in row] for row in sheets[name][:TOP_ROWS]]
    return ({} if name == book.sheet_names[0] else {"sheet": name}) | guess_header(rows)


def guess_header(rows: list[list[str]]) -> dict[str, object]:
    """Returns header_row and header_rows where they are not 1: titles stand above headings, groups above their parts."""
    filled = [sum(bool(cell) for cell in row) for row in rows]
    enough = MIN_FILLED * max(filled, default=0)
    at = next((n for n, row in enumerate(rows) if filled[n] >= enough and not _has_value(row)), 0)
    options: dict[str, object] = {"header_row": at + 1} if at else {}
    if at + 1 < len(rows) and _goes_on(rows[at], rows[at + 1]):
        options["header_rows"] = 2
    return options


def _has_value(row: list[str]) -> bool:
    return any(VALUE.fullmatch(cell) for cell in row if cell)


def _goes_on(upper: list[str], lower: list[str]) -> bool:
    """Whether the next row still holds headings: words only, under cells that a merged group left empty."""
    under = [(above, below) for above, below in zip(upper, lower, strict=False) if below]
    return (
        bool(under)
        and not _has_value(lower)
        and any(not above for above, _ in under)
        and len(under) < len(upper)
    )
