"""Registers of the demonstration town (登记数据): drawn once over the whole span, cut into files by when each row was known."""

from __future__ import annotations

import importlib
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import xlsxwriter

from etl.synth.incidents import epoch
from etl.synth.plan import Plan, local_day, month_edges
from etl.synth.townfiles import TOWN_SEED
from etl.synth.workclock import LOCAL_SECONDS
from etl.synth.writers import CREATED

MODULES = Path(__file__).parent / "modules"
# A stream goes on for weeks after history's end; what lies further ahead is never drawn.
AHEAD = timedelta(days=60)
DAY_S = 86_400


@dataclass(frozen=True)
class Span:
    """The time registers are drawn for.

    Attributes:
        first: first local day of the history.
        end: UTC second up to which versions are drawn: history's end and some weeks, so that a stream can go on.
        town_dir: the town's folder (grids, facts).
        is_2020: draw January-October 2020 with the published totals.
        scale: share of the whole town's volume.
    """

    first: date
    end: int
    seed: int
    town_dir: Path
    is_2020: bool = False
    scale: float = 1.0
    town_seed: int = TOWN_SEED

    @property
    def start(self) -> int:
        """UTC second of the first local midnight."""
        return epoch(self.first)

    @property
    def days(self) -> int:
        """Local days from the first to the last, both counted."""
        return (local_day(self.end) - self.first).days + 1

    def rng(self, name: str) -> np.random.Generator:
        """Returns a generator of its own for each name, so that one register's draw never moves another's."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


@dataclass(frozen=True)
class Register:
    """One register's delivery.

    Attributes:
        feed: feed id, also the landing folder.
        format: csv, xlsx, json, jsonl, xml or parquet.
        draw: every version of every row over the span: `known_at` (UTC second) and the feed's own columns.
        interval_s: seconds between two files when live.
        months: months per history file.
        sheet: name of the workbook's sheet.
        record: element name of one XML record.
        records: key that holds a JSON file's list.
        key: heading of the row's own key: a file then tells each row once, as it stands at its end. Empty: every version.
    """

    feed: str
    format: str
    draw: Callable[[Span], pd.DataFrame]
    interval_s: int = DAY_S
    months: int = 24
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = "数据"
    record: str = "row"
    records: str = "items"
    key: str = ""


@cache
def registers() -> tuple[Register, ...]:
    """Returns the registers of every file under etl/synth/modules, by feed id."""
    found = []
    for path in sorted(MODULES.glob("[a-z]*.py")):
        module = importlib.import_module(f"etl.synth.modules.{path.stem}")
        found += getattr(module, "REGISTERS", ())
    return tuple(sorted(found, key=lambda each: each.feed))


def span_of(plan: Plan) -> Span:
    """Returns the span registers of a plan are drawn for: to history's end and some weeks on."""
    end = plan.now if plan.is_2020 else plan.now + int(AHEAD.total_seconds())
    return Span(plan.first, end, plan.seed, plan.town_dir, is_2020=plan.is_2020, scale=plan.volume.scale)


def history_ends(plan: Plan, register: Register) -> np.ndarray:
    """Returns when each history file of a register ends: every `months` months, and now."""
    edges = [edge for edge in month_edges(plan, register.months) if edge < plan.now]
    return np.array([*edges, plan.now], dtype=np.int64)


def write_register(
    register: Register, frame: pd.DataFrame, *, ends: np.ndarray, begin: int, landing: Path
) -> int:
    """Writes one file per window (begin, end] of `known_at`; returns the rows written.

    A window without rows gets a file too where the format can hold none: it moves the watermark.
    """
    frame = frame.sort_values("known_at", kind="stable")
    known = frame["known_at"].to_numpy()
    rows = frame.drop(columns="known_at")
    count = 0
    for since, end in zip([begin, *ends[:-1]], ends, strict=True):
        part = rows[(known > since) & (known <= end)]
        part = part.drop_duplicates(register.key, keep="last") if register.key else part
        if len(part) or register.format != "xml":
            path = landing / register.feed / _file_name(register, int(end))
            _write(register, part, path)
            count += len(part)
    return count


def _file_name(register: Register, end: int) -> str:
    stamp = datetime.fromtimestamp(end + LOCAL_SECONDS, UTC).strftime("%Y%m%d%H%M%S")
    return f"{register.feed}_{stamp}.{register.format}"


def _write(register: Register, frame: pd.DataFrame, path: Path) -> None:
    """Writes a file under a hidden name, then shows it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}")
    {"csv": _csv, "xlsx": _xlsx, "json": _json, "jsonl": _jsonl, "xml": _xml, "parquet": _parquet}[
        register.format
    ](register, frame, hidden)
    os.replace(hidden, path)


def _csv(register: Register, frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep=register.delimiter, encoding=register.encoding, lineterminator="\n")


def _jsonl(register: Register, frame: pd.DataFrame, path: Path) -> None:
    text = frame.to_json(orient="records", lines=True, force_ascii=False) if len(frame) else ""
    path.write_text(text or "\n", encoding=register.encoding)


def _json(register: Register, frame: pd.DataFrame, path: Path) -> None:
    rows = json.loads(frame.to_json(orient="records", force_ascii=False))
    content = {"code": 0, "total": len(rows), register.records: rows}
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding=register.encoding)


def _xml(register: Register, frame: pd.DataFrame, path: Path) -> None:
    frame.to_xml(path, index=False, root_name="data", row_name=register.record, parser="etree")


def _parquet(register: Register, frame: pd.DataFrame, path: Path) -> None:
    con = duckdb.connect()
    con.register("frame", frame)
    target = str(path).replace("'", "''")
    con.execute(f"COPY (SELECT * FROM frame) TO '{target}' (FORMAT parquet)")
    con.close()


def _xlsx(register: Register, frame: pd.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(register.sheet)
        for number, row in enumerate([tuple(frame.columns), *frame.itertuples(index=False, name=None)]):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif not pd.isna(value):
                    sheet.write_number(number, column, value)
