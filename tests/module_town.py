"""A home with a few hand-written register files, loaded, built and published the ordinary way."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from data.connection import Store
from data.settings import read_settings
from data.town import load_town
from etl.build import build
from etl.contract import load_contract
from etl.landing import load_file
from etl.publish import publish
from etl.store import open_store

HOTLINE = "police_110"  # a required feed: how far it goes is the town's as-of instant


def open_module_town(home: Path, files: Mapping[str, str | bytes], *, now: str) -> Store:
    """Returns the store of S-town with these files and nothing else, as of `now`.

    Args:
        home: an empty folder.
        files: `<feed>/<file name>` -> content; the files are loaded in this order.
        now: Shanghai wall-clock time such as `2026-11-20 09:00`: the frozen clock and the town's as-of.
    """
    local = datetime.fromisoformat(now)
    frozen = local - timedelta(hours=8)
    settings = read_settings(home=home, town="stown", now=frozen.isoformat())
    town = load_town(settings)
    contract = load_contract(town, HOTLINE)
    headings = dict.fromkeys(source for column in contract.columns.values() for source in column.sources)
    told = {f"{HOTLINE}/{HOTLINE}_{local:%Y%m%d%H%M%S}.csv": ",".join(headings) + "\n"}
    with open_store(settings) as con:
        for name, content in {**files, **told}.items():
            feed, _, file_name = name.partition("/")
            path = settings.landing_dir / feed / file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            result = load_file(con, town, load_contract(town, feed), path=path, settings=settings)
            assert result.status_code == "loaded", f"{name}: {result.reason_code} {result.reason_text}"
        build(con, town)
        publish(con, town, settings)
    return Store(home, zone=town.zone, threads=1)


def workbook(sheet: str, head: str, rows) -> bytes:
    """Returns a workbook: headings (comma-separated) and rows; dates become Excel's day numbers, None an empty cell."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate((tuple(head.split(",")), *rows)):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_number(number, column, (value - date(1899, 12, 30)).days)
                elif value is not None:
                    page.write(number, column, value)
    return content.getvalue()
