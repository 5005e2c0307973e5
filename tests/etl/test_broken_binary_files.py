"""Awkward XLSX, XML and Parquet files, each with its stated outcome."""

import io
import struct
import time
import zipfile
from datetime import datetime

import duckdb
import pytest
import xlsxwriter

TITLE = ["2026年11月案件表"]
HEAD = ["案件编号", "修改时间", "上报时间", "大类", "小类", "经度", "纬度", "网格"]
ROW = ["C1", "2026-11-01 09:00", "2026-11-01 08:00", "01", "02", 120.0647, 30.2876, "G000"]


def workbook(*rows: list, sheet: str = "案件", dates: bool = False) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy/m/d hh:mm"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if dates and isinstance(cell, datetime):
                page.write_datetime(number, column, cell)
            elif isinstance(cell, str) and cell.startswith("="):
                page.write_formula(number, column, cell, None, "C7")
            else:
                page.write(number, column, cell)
    book.close()
    return buffer.getvalue()


def with_part(name: str, content: bytes, base: bytes | None = None) -> bytes:
    buffer = io.BytesIO(base or workbook(TITLE, HEAD, ROW))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def lying_bomb() -> bytes:
    """An archive whose directory claims small parts that unpack to far more."""
    data = bytearray(with_part("xl/media/big.bin", b"\0" * 30_000_000))
    spot = data.rfind(b"PK\x01\x02")
    data[spot + 24 : spot + 28] = struct.pack("<I", 1000)
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(workbook(TITLE, HEAD, ROW))
    spot = 0
    while (spot := data.find(b"PK\x01\x02", spot)) >= 0:
        data[spot + 8] |= 1
        spot += 4
    return bytes(data)


def merged_header() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet("案件")
    page.merge_range(0, 0, 0, 7, "2026年11月案件表")
    for number, row in enumerate((HEAD, ROW), start=1):
        page.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


OTHER = ["C2", *ROW[1:]]
WORKBOOKS = {
    "clean": (workbook(TITLE, HEAD, ROW, OTHER), ("loaded", 2, {})),
    "merged title above the headings": (merged_header(), ("loaded", 1, {})),
    "date cells": (
        workbook(
            TITLE, HEAD, ["C1", datetime(2026, 11, 1, 9), datetime(2026, 11, 1, 8), *ROW[3:]], dates=True
        ),
        ("loaded", 1, {}),
    ),
    "dates as serial numbers": (
        workbook(TITLE, HEAD, ["C1", 46327.375, 46327.3333333, *ROW[3:]]),
        ("loaded", 1, {}),
    ),
    "formula keeps its value": (workbook(TITLE, HEAD, ['="C"&7', *ROW[1:]]), ("loaded", 1, {})),
    "empty rows between": (workbook(TITLE, HEAD, [], ROW, [], OTHER, []), ("loaded", 2, {})),
    "a cell beyond the headings": (
        workbook(TITLE, HEAD, ROW, [*OTHER, "多"]),
        ("loaded", 1, {"ragged_row": 1}),
    ),
    "numbers as text": (workbook(TITLE, HEAD, [*ROW[:5], "120.0647", "30.2876", "G000"]), ("loaded", 1, {})),
    "keys of 18 digits as numbers": (
        workbook(TITLE, HEAD, [330401202611000123, *ROW[1:]], [330401202611000124, *OTHER[1:]], OTHER),
        ("loaded", 1, {"rounded_number": 2}),
    ),
    "missing sheet": (workbook(TITLE, HEAD, ROW, sheet="案件表"), ("no_sheet", 0, {})),
    "headings only": (workbook(TITLE, HEAD), ("loaded", 0, {})),
    "no rows at all": (workbook(), ("no_header", 0, {})),
    "heading twice": (workbook(TITLE, [*HEAD, "案件编号"], [*ROW, "C9"]), ("duplicate_column", 0, {})),
    "renamed heading": (workbook(TITLE, ["编号", *HEAD[1:]], ROW), ("column_missing", 0, {})),
    "bomb by ratio": (with_part("xl/media/big.bin", b"\0" * 30_000_000), ("archive_bomb", 0, {})),
    "bomb that lies about its size": (lying_bomb(), ("archive_bomb|damaged_file", 0, {})),
    "password on the archive": (encrypted_zip(), ("encrypted", 0, {})),
    "password by Excel (OLE)": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        ("encrypted_or_old_excel", 0, {}),
    ),
    "macros": (with_part("xl/vbaProject.bin", b"x"), ("macros", 0, {})),
    "path out of the archive": (with_part("../../evil.txt", b"x"), ("unsafe_path", 0, {})),
    "a ZIP that is no workbook": (
        with_part("a.txt", b"x", base=b"PK\x05\x06" + b"\0" * 18),
        ("wrong_type", 0, {}),
    ),
    "cut in the middle": (workbook(TITLE, HEAD, ROW)[:2000], ("damaged_file", 0, {})),
    "csv called xlsx": (",".join(HEAD).encode(), ("wrong_type", 0, {})),
}
ALERT = '<alert id="A1"><time>20261101080000</time><text><body>三号路口积水</body></text></alert>'


def alerts(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f"{head}<root><alerts>{body}</alerts></root>".encode()


LAUGHS = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XML = {
    "clean": (alerts(ALERT + ALERT.replace("A1", "A2")), ("loaded", 2, {})),
    "namespace": (alerts(ALERT).replace(b"<root>", b'<root xmlns="urn:x">'), ("loaded", 1, {})),
    "no records": (alerts(""), ("loaded", 0, {})),
    "other elements": (b"<root><others/></root>", ("no_records", 0, {})),
    "entity bomb": (alerts(ALERT, LAUGHS), ("document_type", 0, {})),
    "reads a local file": (
        alerts(ALERT, '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        ("document_type", 0, {}),
    ),
    "external document type": (
        alerts(ALERT, '<!DOCTYPE r SYSTEM "http://example.org/x.dtd">'),
        ("document_type", 0, {}),
    ),
    "document type in UTF-16": (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r [<!ENTITY a "b">]><r/>'.encode("utf-16"),
        ("document_type", 0, {}),
    ),
    "cut off": (alerts(ALERT)[:-20], ("damaged_file", 0, {})),
    "nested 300 deep": (alerts(ALERT + "<a>" * 300 + "</a>" * 300), ("too_deep|damaged_file", 0, {})),
    "gb18030 said in the file": (
        alerts(ALERT, '<?xml version="1.0" encoding="GB18030"?>').decode().encode("gb18030"),
        ("loaded", 1, {}),
    ),
    "key missing": (alerts(ALERT.replace(' id="A1"', "") + ALERT), ("loaded", 1, {"required_missing": 1})),
    "json called xml": (b'{"a": 1}', ("wrong_type", 0, {})),
}


def check(desk, feed, content, wanted):
    status, new, reasons = wanted
    begun = time.process_time()
    result = desk.load(feed, content, "f.bin")
    assert time.process_time() - begun < 10, "hostile files are refused within ten seconds"
    told = result.status_code if result.status_code == "loaded" else result.reason_code
    assert told in status.split("|"), result
    assert result.new_count == new
    assert dict(desk.rows("SELECT reason_code, count(*) FROM quarantine GROUP BY 1")) == reasons
    if result.status_code == "refused":
        folder = desk.settings.home / "refused" / feed
        assert [path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".reason.json")] == [
            content
        ]
        assert result.reason_code in next(folder.glob("*.reason.json")).read_text()
    assert desk.digest()


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_workbook_has_its_stated_outcome(desk, name):
    check(desk, "city_cases", *WORKBOOKS[name])


@pytest.mark.parametrize("name", XML)
def test_every_xml_file_has_its_stated_outcome(desk, name):
    check(desk, "alerts", *XML[name])


def parquet(path, select: str) -> bytes:
    with duckdb.connect() as con:
        con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


CALL = "SELECT 'K1' AS call, TIMESTAMP '2026-07-01 08:00:00' AS received, TIMESTAMP '2026-07-01 08:05:00' AS sent"
PARQUET = {
    "clean": (CALL, ("loaded", 1, {})),
    "zoned times": (
        "SELECT 'K1' AS call, TIMESTAMPTZ '2026-07-01 08:00:00+00' AS received, NULL::TIMESTAMP AS sent",
        ("loaded", 1, {}),
    ),
    "times as text": (
        "SELECT 'K1' AS call, '2026-07-01T08:00:00Z' AS received, '' AS sent",
        ("loaded", 1, {}),
    ),
    "whole-number key": ("SELECT 17 AS call, TIMESTAMP '2026-07-01 08:00:00' AS received", ("loaded", 1, {})),
    "nested and binary columns": (
        f"SELECT *, {{'a': 1}} AS s, [1, 2] AS l, 'x'::BLOB AS b FROM ({CALL})",
        ("loaded", 1, {}),
    ),
    "keys a data frame made floating": (
        "SELECT unnest([17.0, 1e17]::DOUBLE[]) AS call, TIMESTAMP '2026-07-01 08:00:00' AS received",
        ("loaded", 1, {"rounded_number": 1}),
    ),
    "no rows": (f"SELECT * FROM ({CALL}) WHERE false", ("loaded", 0, {})),
    "column missing": ("SELECT 'K1' AS call", ("column_missing", 0, {})),
    "far future": (
        "SELECT 'K1' AS call, TIMESTAMP '9999-12-31 00:00:00' AS received",
        ("loaded", 0, {"future_time": 1}),
    ),
}


@pytest.mark.parametrize("name", PARQUET)
def test_every_parquet_file_has_its_stated_outcome(desk, tmp_path, name):
    select, wanted = PARQUET[name]
    check(desk, "calls", parquet(tmp_path / "f.parquet", select), wanted)


def test_a_cut_parquet_file_is_refused(desk, tmp_path):
    check(desk, "calls", parquet(tmp_path / "f.parquet", CALL)[:-30], ("damaged_file", 0, {}))


def test_times_in_a_workbook_are_the_same_however_the_cell_holds_them(desk):
    for name in ("clean", "date cells", "dates as serial numbers"):
        desk.load("city_cases", WORKBOOKS[name][0], f"{name}.xlsx")
        held = desk.rows(
            "SELECT reported_at, version_at FROM raw_report WHERE source_key = 'C1' AND _is_current"
        )
        assert [tuple(map(str, row)) for row in held] == [("2026-11-01 00:00:00", "2026-11-01 01:00:00")], (
            name
        )
