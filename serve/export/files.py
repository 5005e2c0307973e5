"""Tables as files that open cleanly elsewhere (导出文件): CSV, Excel, GeoJSON. No text of theirs is ever a formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

from components.briefing.plain import plain, without_formula
from components.sheets import Heading, Sheet

WIDEST = 60
NARROWEST = 8
SHEET_NAME = 31
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))
LONGEST_CELL = 32_000


def csv_bytes(sheets: Sequence[Sheet]) -> tuple[bytes, str]:
    """Returns the content and its suffix: one CSV (UTF-8 with BOM, so that Excel and WPS read Chinese), or a ZIP of several."""
    if len(sheets) == 1:
        return _one_csv(sheets[0]), "csv"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        for number, sheet in enumerate(sheets, start=1):
            name = sheet.name.translate(FORBIDDEN_IN_NAMES)
            folder.writestr(zipfile.ZipInfo(f"{number}-{name}.csv"), _one_csv(sheet))
    return packed.getvalue(), "zip"


def _one_csv(sheet: Sheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([without_formula(plain(each.text)) for each in sheet.headings])
    for row in sheet.rows:
        writer.writerow([_written(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _written(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return without_formula(plain(value, has_lines=True)) if isinstance(value, str) else value


def xlsx_bytes(sheets: Sequence[Sheet], *, beside: Sequence[Sheet], at: datetime) -> bytes:
    """Returns a workbook: the tables with real numbers and dates, then the sheets that explain them.

    Args:
        sheets: the data.
        beside: definitions and what the file is.
        at: naive UTC instant written as the workbook's own date.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": at})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEF2F7"}
        )
        formats = {
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for places in (0, 1, 2, 3):
            form = "#,##0" if not places else f"#,##0.{'0' * places}"
            formats[f"number{places}"] = book.add_format({"num_format": form})
        taken: set[str] = set()
        for sheet in [*sheets, *beside]:
            page = book.add_worksheet(_sheet_name(sheet.name, taken))
            _write_sheet(page, sheet, head=head, formats=formats)
    return out.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    short = plain(name).translate(FORBIDDEN_IN_NAMES)[:SHEET_NAME].strip() or "-"
    number = 1
    while short.lower() in taken:
        number += 1
        short = f"{short[: SHEET_NAME - 4]} {number}"
    taken.add(short.lower())
    return short


def _write_sheet(page, sheet: Sheet, *, head, formats: Mapping) -> None:
    page.freeze_panes(1, 0)
    for place, heading in enumerate(sheet.headings):
        page.write_string(0, place, plain(heading.text), head)
        page.set_column(place, place, _width(place, sheet))
    for line, row in enumerate(sheet.rows, start=1):
        for place, value in enumerate(row):
            _write_cell(page, (line, place), value=value, heading=sheet.headings[place], formats=formats)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)


def _write_cell(page, at: tuple[int, int], *, value: object, heading: Heading, formats: Mapping) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(*at, value)
    elif isinstance(value, int | float):
        page.write_number(*at, value, formats[f"number{min(3, heading.decimals)}"])
    elif isinstance(value, datetime):
        page.write_datetime(*at, value, formats["instant"])
    elif isinstance(value, date):
        page.write_datetime(*at, datetime(value.year, value.month, value.day), formats["date"])
    else:
        page.write_string(*at, plain(value, has_lines=True)[:LONGEST_CELL], formats["text"])


def _width(place: int, sheet: Sheet) -> float:
    """Chinese characters take two places; the first rows say enough."""
    texts = [sheet.headings[place].text, *(_seen(row[place]) for row in sheet.rows[:100])]
    longest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in text) for text in texts)
    return min(WIDEST, max(NARROWEST, longest + 2))


def _seen(value: object) -> str:
    return "" if value is None else str(value)[:19] if isinstance(value, datetime) else f"{value}"[:WIDEST]


def geojson_bytes(
    shapes: Mapping, *, facts: Mapping[str, Mapping[str, object]], about: Mapping[str, object]
) -> bytes:
    """Returns the shapes that have facts, each with its facts as properties; WGS-84.

    Args:
        shapes: the published GeoJSON of a level; features are told by `area_id`.
        facts: area id -> property -> value; None stays null: unknown is no zero.
        about: what the layer is, beside the features.
    """
    features = []
    for each in shapes["features"]:
        area = each.get("properties", {}).get("area_id")
        if area in facts:
            own = {
                key: plain(value) if isinstance(value, str) else value for key, value in facts[area].items()
            }
            features.append(
                {"type": "Feature", "properties": {"area_id": area} | own, "geometry": each["geometry"]}
            )
    layer = {"type": "FeatureCollection", "about": dict(about), "features": features}
    return json.dumps(layer, ensure_ascii=False, default=str).encode()
