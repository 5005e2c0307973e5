"""new-feed: a contract to start from, as much of it as can be read off a sample file."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from data.town import Town
from data.yamlfile import DefinitionError
from etl.contract import ContractError, FeedContract, contract_path, load_contract
from etl.incoming import Incoming, Reading, RefusedFileError, materialise
from etl.intake import content_kind, read_file
from etl.readers.encodings import guess_encoding

# Canonical column -> what its heading usually looks like, the most telling ones first.
HEADINGS = {
    "source_key": r"编号|工单号|案件号|警情号|单号|流水号|(^|_)id$|Id$|key|number|^no$",
    "version_at": r"更新时间|修改时间|updat|modif",
    "reported_at": r"上报时间|报警时间|报告时间|来电时间|创建时间|发生时间|report|open|creat|received",
    "closed_at": r"结案时间|办结时间|关闭时间|clos",
    "dispatched_at": r"派遣时间|派警时间|派单时间|dispatch",
    "handled_at": r"处置完成|处理完成|处置时间|handled|completed",
    "category_source_code": r"类别|类型|小类|分类|categor|^type$",
    "lon": r"经度|lon|lng|^x$|X坐标",
    "lat": r"纬度|lat|^y$|Y坐标",
    "grid_source_code": r"网格|grid",
    "address_text": r"地址|位置|address|street",
    "title_text": r"标题|主题|title|subject",
    "description_text": r"描述|内容|详情|descri|detail|content|note",
    "reporter_hash": r"电话|手机|phone|mobile",
}
TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
)
PERSONAL = {"reporter_hash": 4, "address_text": 3, "description_text": 3}
SUFFIXES = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".json": "json", ".jsonl": "jsonl", ".xml": "xml"}
DEFAULT_HEADINGS = {"source_key": "编号", "reported_at": "上报时间"}


@dataclass(frozen=True)
class Guess:
    """What can be seen in a sample."""

    format: str
    options: dict[str, object]
    columns: dict[str, dict[str, object]]
    unused: tuple[str, ...] = ()


def write_feed(town: Town, feed: str, *, sample: Path | None = None) -> list[str]:
    """Writes feeds/<feed>.yaml and checks that it is a valid contract; returns what to look at next.

    Raises:
        ContractError: the feed exists already, or the sample has no column that could be key or time.
    """
    path = contract_path(town, feed)
    if path.exists():
        raise ContractError(f"{path}: exists already")
    guess = guess_sample(town, sample) if sample else Guess("csv", {}, _default_columns())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(town, feed, guess), encoding="utf-8")
    try:
        load_contract(town, feed)
    except DefinitionError:
        path.unlink()
        raise
    seen = ", ".join(f"{name} <- {'/'.join(_sources(spec))}" for name, spec in guess.columns.items())
    return [
        f"wrote {path}",
        f"columns: {seen}",
        f"not used: {', '.join(guess.unused) or 'none'}",
        "look over: owner, purpose, share_class, datum, privacy, codes; then",
        f"  python -m etl load {feed} {sample or 'FILE'} --town {town.folder}",
    ]


def _sources(spec: dict[str, object]) -> list[str]:
    return [str(spec["column"])] if "column" in spec else [str(item) for item in spec.get("columns", [])]


def _default_columns() -> dict[str, dict[str, object]]:
    columns: dict[str, dict[str, object]] = {
        name: {"column": heading, "required": True} for name, heading in DEFAULT_HEADINGS.items()
    }
    columns["reported_at"]["time"] = list(TIMES[:4])
    return columns


def guess_sample(town: Town, sample: Path) -> Guess:
    """Returns format, options and columns read off a sample.

    Raises:
        ContractError: not readable, or without a key or a time.
    """
    kind = _format(sample)
    options = _text_options(sample) if kind == "csv" else {}
    options |= {"records": _records(sample)} if kind == "json" and _records(sample) else {}
    incoming, values = _read(town, sample, kind=kind, options=options)
    columns = _columns(incoming.headings, values)
    for name, what in (("source_key", "key"), ("reported_at", "time")):
        if name not in columns:
            raise ContractError(
                f"{sample}: no column looks like the {what}; headings: {', '.join(incoming.headings)}"
            )
    used = {source for spec in columns.values() for source in _sources(spec)}
    return Guess(
        kind, options, columns, tuple(heading for heading in incoming.headings if heading not in used)
    )


def _format(sample: Path) -> str:
    with sample.open("rb") as handle:
        kind = content_kind(handle.read(4096))
    if kind == "json":
        return (
            SUFFIXES.get(sample.suffix.lower(), "json")
            if sample.suffix.lower() in {".jsonl", ".json"}
            else "jsonl"
        )
    return {"zip": "xlsx", "parquet": "parquet", "xml": "xml"}.get(kind, "csv")


def _text_options(sample: Path) -> dict[str, object]:
    encoding = guess_encoding(sample)
    first = sample.read_bytes()[:65536].decode(encoding, errors="ignore").splitlines()[:1]
    line = first[0] if first else ""
    delimiter = max(",;\t|", key=lambda mark: len(next(csv.reader(io.StringIO(line), delimiter=mark), [])))
    return {"encoding": encoding, **({} if delimiter == "," else {"delimiter": delimiter})}


def _records(sample: Path) -> str:
    """Returns the dotted path to the longest list of objects in a JSON document; empty for the root."""
    import orjson

    best = ("", -1)
    waiting = [("", orjson.loads(sample.read_bytes()))]
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, list) and here and isinstance(here[0], dict) and len(here) > best[1]:
            best = (path, len(here))
        elif isinstance(here, dict):
            waiting += [(f"{path}.{key}".strip("."), value) for key, value in here.items()]
    return best[0]


def _read(town: Town, sample: Path, *, kind: str, options: dict[str, object]) -> tuple[Incoming, list[list]]:
    contract = FeedContract.model_validate(
        {
            "feed": "sample",
            "entity": "report",
            "label": {"zh": "样本", "en": "Sample"},
            "channel": "patrol",
            "owner": "-",
            "purpose": "-",
            "share_class": "shared",
            "files": "*",
            "format": kind,
            "timezone": town.file.timezone,
            "version": "arrival",
            "expected_interval_s": 1,
            "expected_lag_s": 1,
            "columns": _default_columns(),
            **options,
        }
    )
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as scratch:
        try:
            incoming = materialise(con, read_file(Reading(con, contract, sample, Path(scratch))))
        except RefusedFileError as error:
            raise ContractError(f"{sample}: {error}") from None
        names = ", ".join(f"c{index}" for index in range(len(incoming.headings)))
        rows = con.execute(f"SELECT {names} FROM {incoming.relation} LIMIT 2000").fetchall()
    return incoming, [list(column) for column in zip(*rows, strict=True)] or [[] for _ in incoming.headings]


def _columns(headings: tuple[str, ...], values: list[list]) -> dict[str, dict[str, object]]:
    columns: dict[str, dict[str, object]] = {}
    taken: set[str] = set()
    for name, pattern in HEADINGS.items():
        for heading, cells in zip(headings, values, strict=True):
            if heading in taken or not heading or not re.search(pattern, heading, re.IGNORECASE):
                continue
            spec = _spec(name, heading, [cell for cell in cells if cell])
            if spec is not None:
                columns[name] = spec
                taken.add(heading)
                break
    return columns


def _spec(name: str, heading: str, cells: list[str]) -> dict[str, object] | None:
    if name == "source_key":
        return {"column": heading, "required": True} if len(set(cells)) == len(cells) else None
    if not name.endswith("_at"):
        return {"column": heading}
    pattern = guess_time(cells)
    if pattern is None:
        return None
    return {"column": heading, "time": pattern} | ({"required": True} if name == "reported_at" else {})


def guess_time(cells: list[str]) -> str | None:
    """Returns the first pattern that reads every cell, `iso` for ISO 8601; None if nothing fits or nothing is there."""
    if not cells:
        return None
    if all(re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", cell) for cell in cells):
        return (
            TIMES[0]
            if all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", cell) for cell in cells)
            else "iso"
        )
    with duckdb.connect() as con:
        for pattern in TIMES:
            if con.execute(
                "SELECT bool_and(try_strptime(c, ?) IS NOT NULL) FROM unnest(?) AS t(c)", [pattern, cells]
            ).fetchone()[0]:
                return pattern
    return None


def render(town: Town, feed: str, guess: Guess) -> str:
    """Returns the contract's text."""

    def one_line(value: object) -> str:
        return (
            yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
            .strip()
            .removesuffix("...")
            .strip()
        )

    version = (
        ""
        if "version_at" in guess.columns
        else "version: arrival        # the feed has no version column: the later file wins\n"
    )
    privacy = {
        source: grade for name, grade in PERSONAL.items() for source in _sources(guess.columns.get(name, {}))
    }
    columns = "".join(f"  {name}: {one_line(spec)}\n" for name, spec in guess.columns.items())
    options = "".join(f"{key}: {one_line(value)}\n" for key, value in guess.options.items())
    return (
        f"feed: {feed}\nentity: report\nlabel: {{zh: {feed}, en: {feed}}}\n"
        "channel: patrol          # police|fire|city_management|complaint|citizen|patrol|video|step\n"
        "owner: 待定              # who answers for it\npurpose: 待定            # why it may be used\n"
        f'share_class: shared\nfiles: "*"\nformat: {guess.format}\n{options}timezone: {town.file.timezone}\n'
        "datum: wgs84             # wgs84|gcj02|bd09; proved against grid ids from 30 located rows on\n"
        f"{version}required: false          # true: takes part in the as-of watermark\n"
        "expected_interval_s: 600\nexpected_lag_s: 120\n"
        f'columns:\n{columns}null_values: ["", "NULL", "-"]\nprivacy: {one_line(privacy)}\n'
    )
