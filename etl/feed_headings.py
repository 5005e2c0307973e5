"""Which column of a sample is which canonical column: by what headings are usually called, proved on the cells below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from etl.contract import ColumnMap, ContractError, FeedContract
from etl.expressions import instant

# Canonical column -> what its heading usually looks like, the most telling ones first.
HEADINGS = {
    "source_key": (
        *("编号", "工单号", "案件号", "警情号", "单号", "流水号", "序号"),
        *(r"(^|[._@ ])(id|uid|guid|no|nr)$", r"Id$|_id$", "key|number"),
    ),
    "version_at": ("更新时间|修改时间", "updat|modif"),
    "reported_at": (
        *(
            "上报时间|报警时间|报告时间|来电时间",
            "创建时间|受理时间|登记时间|发生时间",
            "report|open|creat|received",
        ),
        *("日期|时间", r"(^|[._@ ])(date|time|datum|timestamp)$", "date"),
    ),
    "closed_at": ("结案时间|办结时间|关闭时间", "clos"),
    "dispatched_at": ("派遣时间|派警时间|派单时间", "dispatch"),
    "arrived_at": ("到达时间|到场时间", "arriv|on.?scene"),
    "handled_at": ("处置完成|处理完成|处置时间", "handled|completed"),
    "category_source_code": ("类别|类型|小类|分类", "categor", r"(^|[._@ ])type$", r"type\.code$|type"),
    "department_source_code": ("处警单位|责任单位|主办单位|承办单位|部门", "department|agency"),
    "lon": ("经度", r"(^|[._@ ])(lon|lng|long)$|longitude", r"(^|[._@ ])x$|X坐标"),
    "lat": ("纬度", r"(^|[._@ ])lat$|latitude", r"(^|[._@ ])y$|Y坐标"),
    "grid_source_code": ("网格", "grid"),
    "address_text": ("地址|位置|地点", "address|street"),
    "title_text": ("标题|主题", "title|subject"),
    "description_text": ("描述|内容|详情|警情", "descri|detail|content|note"),
    "reporter_hash": ("电话|手机", "phone|mobile"),
}
PERSONAL_HEADING = re.compile(r"姓名|电话|手机|身份证|证件号|phone|mobile|openid", re.IGNORECASE)
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d")
CLOCKS = (
    " %H:%M:%S",
    " %H:%M",
    " %H时%M分%S秒",
    " %H时%M分",
    " %H时",
    " %p%I时%M分",
    " %p%I时",
    " %p%I:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    "",
)
TIMES = ("%Y%m%d%H%M%S", *(f"{day}{clock}" for day in DAYS for clock in CLOCKS))
MAX_PATTERNS = 3
PROVED = 100
MIN_READ = 0.9
DEGREES = re.compile(r"-?\d{1,3}([.,]\d+)?")
SERIAL_DAY = re.compile(r"(3[6-9]|[45]\d|6[0-9])\d{3}(\.\d+)?")  # a spreadsheet's days, 1998 to 2091
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
PLAIN_ISO = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
NEEDED = (("source_key", "key", "--key"), ("reported_at", "time", "--time"))
EPOCHS = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}


@dataclass(frozen=True)
class _Sample:
    """A sample's cells and how the loader would read them."""

    values: Mapping[str, list[str]]
    contract: FeedContract

    def cells(self, sources: list[str], join: str) -> list[str]:
        """Returns the filled cells of one column, or of several joined."""
        rows = zip(*(self.values[source] for source in sources), strict=True)
        return [join.join(row) for row in rows if all(row)]


def split_heading(heading: str) -> str:
    """Returns a heading as it is searched: Chinese words without the spaces that line breaks left in them."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", heading)


def find_columns(
    values: Mapping[str, list[str]], *, contract: FeedContract, chosen: Mapping[str, str], sample: Path
) -> dict[str, dict[str, object]]:
    """Returns the column maps of a contract.

    Raises:
        ContractError: no key or time can be seen, or a chosen heading is not there or cannot be read.
    """
    here = _Sample(values, contract)
    columns = {name: _chosen(name, text, here, sample=sample) for name, text in chosen.items()}
    taken = {part.strip() for text in chosen.values() for part in text.split("+")}
    for name in [name for name in HEADINGS if name not in columns]:
        heading, spec = _search(name, here, taken=taken)
        if spec is not None:
            columns[name] = spec
            taken.add(heading)
    for name, what, option in NEEDED:
        if name not in columns:
            told = f"no column looks like the {what}, name it: {option} HEADING"
            raise ContractError(f"{sample}: {told}; {_described(here)}")
    return {name: columns[name] for name in HEADINGS if name in columns}


def _chosen(name: str, text: str, here: _Sample, *, sample: Path) -> dict[str, object]:
    """Returns the map of a column whose headings somebody named."""
    sources = [part.strip() for part in text.split("+")]
    absent = [source for source in sources if source not in here.values]
    spec = None if absent else _spec(name, sources, here)
    if spec is None:
        what = f"no heading {absent[0]!r}" if absent else f"{text!r} cannot be read as {name}"
        raise ContractError(f"{sample}: {what}; {_described(here)}")
    return spec


def _described(sample: _Sample) -> str:
    firsts = (next((cell for cell in cells if cell), "") for cells in sample.values.values())
    return "headings: " + ", ".join(
        f"{heading} ({first[:20]})" for heading, first in zip(sample.values, firsts, strict=True)
    )


def _search(name: str, sample: _Sample, *, taken: set[str]) -> tuple[str, dict[str, object] | None]:
    for pattern in HEADINGS[name]:
        for heading in sample.values:
            if heading and heading not in taken and re.search(pattern, split_heading(heading), re.IGNORECASE):
                spec = _spec(name, [heading], sample)
                if spec is not None:
                    return heading, spec
    return "", None


def _spec(name: str, sources: list[str], sample: _Sample) -> dict[str, object] | None:
    """Returns a column map if the cells can be what the name says."""
    join = " " if name.endswith("_at") else "-"
    spec: dict[str, object] = (
        {"column": sources[0]} if len(sources) == 1 else {"columns": sources, "join": join}
    )
    cells = sample.cells(sources, join)
    if name.endswith("_at"):
        patterns = _guess_time(cells, sample)
        spec["time"] = patterns[0] if len(patterns) == 1 else patterns
        fits = bool(patterns)
    elif name == "source_key":
        fits = len(set(cells)) == len(cells)
    else:
        fits = name not in {"lon", "lat"} or all(DEGREES.fullmatch(cell) for cell in cells[:PROVED])
    needed = {"required": True} if name in {needed for needed, *_ in NEEDED} else {}
    return spec | needed if fits else None


def _guess_time(cells: list[str], sample: _Sample) -> list[str]:
    """Returns up to three patterns that read nearly every cell, the way the loader will; empty if there are none."""
    word = _word_for(cells)
    if word is not None or not cells:
        return [word] if word else []
    patterns: list[str] = []
    left = cells
    with duckdb.connect() as con:
        while left and len(patterns) < MAX_PATTERNS and (best := _best_pattern(con, sample, left[:PROVED])):
            patterns.append(best)
            unread = f"SELECT c FROM unnest(?) AS t(c) WHERE ({_as_read(sample, best)}) IS NULL"
            left = [cell for (cell,) in con.execute(unread, [left]).fetchall()]
    return patterns if len(left) <= (1 - MIN_READ) * len(cells) else []


def _word_for(cells: list[str]) -> str | None:
    """Returns how times are told that need no search: ISO 8601, epochs, a spreadsheet's days; None for others."""
    if not cells:
        return None
    if all(PLAIN_ISO.fullmatch(cell) for cell in cells):
        return "%Y-%m-%d %H:%M:%S"
    if all(ISO.match(cell) for cell in cells):
        return "iso"
    return "excel" if all(SERIAL_DAY.fullmatch(cell) for cell in cells) else _epoch(cells)


def _best_pattern(con: duckdb.DuckDBPyConnection, sample: _Sample, cells: list[str]) -> str | None:
    """Returns the pattern that reads most of the cells, the first of several; None if none reads any."""
    counts = ", ".join(f"count({_as_read(sample, pattern)})" for pattern in TIMES)
    row = con.execute(f"SELECT {counts} FROM unnest(?) AS t(c)", [cells]).fetchone()
    return TIMES[row.index(max(row))] if max(row) else None


def _as_read(sample: _Sample, pattern: str) -> str:
    """Returns SQL of the instant the loader will read from `c`."""
    return instant(sample.contract, ColumnMap(column="c", time=(pattern,)), value="c", lenient=True)


def _epoch(cells: list[str]) -> str | None:
    widths = {len(cell) if cell.isdecimal() else 0 for cell in cells}
    word = EPOCHS.get(widths.pop()) if len(widths) == 1 else None
    if word is None:
        return None
    unit = {"epoch_s": 1, "epoch_ms": 1000, "epoch_us": 1_000_000}[word]
    years = [datetime.fromtimestamp(int(cell) / unit, UTC).year for cell in (min(cells), max(cells))]
    return word if all(2000 <= year < 2100 for year in years) else None
