"""Files that leave: Chinese opens cleanly, numbers stay numbers, unknown stays empty, and no text is a formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from components.sheets import Heading, Sheet
from serve.export.files import csv_bytes, geojson_bytes, xlsx_bytes

AT = datetime(2026, 11, 22, 1, 0)
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1|cmd",
    "@SUM(A1)",
    "-2+3",
    "\x0bvertical",
    "\u202eabc",
    "=1\n=2",
]
SHEET = Sheet(
    "明细[1]",
    (Heading("名称"), Heading("数值 (%)", "number", 1), Heading("时刻", "instant"), Heading("日期", "date")),
    (
        ("五里塘社区", 83.14, datetime(2026, 11, 21, 8, 30), date(2026, 11, 21)),
        ("水月社区", None, None, None),
        *((text, 1, None, None) for text in HOSTILE),
    ),
)


def _read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel and WPS take a file without BOM for GBK"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_csv_opens_with_chinese_unknown_is_empty_and_no_cell_is_a_formula():
    data, suffix = csv_bytes([SHEET])
    rows = _read_csv(data)
    assert suffix == "csv" and rows[0] == ["名称", "数值 (%)", "时刻", "日期"]
    assert rows[1] == ["五里塘社区", "83.14", "2026-11-21 08:30:00", "2026-11-21"]
    assert rows[2] == ["水月社区", "", "", ""]
    assert len(rows) == 3 + len(HOSTILE)
    for row in rows[3:]:
        assert row[0][:1] not in "=+@-\t\r" and not set(row[0]) & set("\x0b\u202e")


def test_several_tables_come_as_one_archive():
    data, suffix = csv_bytes([SHEET, Sheet("指标", (Heading("n", "number"),), ((7,),))])
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        names = folder.namelist()
        assert suffix == "zip" and names == ["1-明细-1-.csv", "2-指标.csv"]
        assert _read_csv(folder.read(names[1])) == [["n"], ["7"]]


def test_a_workbook_has_real_types_and_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([SHEET, SHEET], beside=[SHEET], at=AT)))
    assert len(book.sheetnames) == len({name.lower() for name in book.sheetnames}) == 3
    page = book.worksheets[0]
    assert [cell.value for cell in page[2]] == [
        "五里塘社区",
        83.14,
        datetime(2026, 11, 21, 8, 30),
        datetime(2026, 11, 21),
    ]
    assert page["B2"].number_format == "#,##0.0" and page["B3"].value is None
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds, "a formula"
    assert not any(sheet._hyperlinks for sheet in book)


def test_a_workbook_of_the_same_tables_is_the_same_file():
    assert xlsx_bytes([SHEET], beside=[], at=AT) == xlsx_bytes([SHEET], beside=[], at=AT)


def test_a_map_layer_holds_only_areas_with_facts_and_unknown_is_null():
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    shapes = {
        "features": [
            {"type": "Feature", "properties": {"area_id": each}, "geometry": square} for each in ("g1", "g2")
        ]
    }
    facts = {"g1": {"name": "一\u202e格", "open_count": None}}
    layer = json.loads(geojson_bytes(shapes, facts=facts, about={"as_of": AT}))
    assert [each["properties"] for each in layer["features"]] == [
        {"area_id": "g1", "name": "一格", "open_count": None}
    ]
    assert layer["features"][0]["geometry"] == square


@pytest.mark.parametrize("count", [1, 40])
def test_sheet_names_that_are_alike_stay_apart(count):
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes([Sheet("名" * 40, (Heading("x"),), (("a",),))] * count, beside=[], at=AT))
    )
    assert len(set(book.sheetnames)) == count
