"""What a tile shows, as tables with typed columns (导出表): numbers by their groups, lists, single figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime

import pandas as pd

from components.context import Context
from components.numbers import bare, is_known
from data.catalogue import Metric
from data.compare import Change
from data.query import Answer

FIGURES = ("n", "low", "high", "lower", "upper")
PARTED = ("_side", "_excluded")  # how a case falls under each of two readings


@dataclass(frozen=True)
class Heading:
    """A column: what it is called, and its kind (text | number | instant | date) with its decimals."""

    text: str
    kind: str = "text"
    decimals: int = 0


@dataclass(frozen=True)
class Sheet:
    """One table; a cell is None where the value is unknown, never zero. `metrics`: what it rests on."""

    name: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[object, ...], ...]
    metrics: tuple[str, ...] = ()


def sheets_of(answers: Mapping[str, object], ctx: Context) -> list[Sheet]:
    """Returns the tables of a tile's answers: one for each grouping of numbers, one for each list.

    Numbers grouped alike stand side by side; single figures stand below each other, each with n and interval.
    """
    grouped: dict[tuple[str, ...], list[Answer]] = {}
    for each in numbers_of(answers):
        grouped.setdefault(dimensions_of(each), []).append(each)
    found = [_single(each, ctx) if not by else _by(by, each, ctx) for by, each in grouped.items()]
    found += [
        _listed(name, each, ctx)
        for name, each in answers.items()
        if isinstance(each, pd.DataFrame) and len(each)
    ]
    return [sheet for sheet in _numbered([*found, *_cases(answers, ctx)]) if sheet.rows]


def numbers_of(answers: Mapping[str, object]) -> list[Answer]:
    """Returns the numbers among a tile's answers; of a comparison the present one."""
    found = [each.now if isinstance(each, Change) else each for each in answers.values()]
    return [each for each in found if isinstance(each, Answer)]


def dimensions_of(answer: Answer) -> tuple[str, ...]:
    """Returns what an answer is grouped by; empty for a single figure."""
    columns = list(answer.frame.columns)
    return tuple(columns[: columns.index("value")])


def _single(answers: list[Answer], ctx: Context) -> Sheet:
    words = ("metric", "value", "unit", *FIGURES, "flag", "as_of")
    kinds = ("text", "number", "text", *("number",) * len(FIGURES), "text", "instant")
    headings = tuple(
        Heading(ctx.t(f"export.{word}"), kind, 2 if kind == "number" and word != "n" else 0)
        for word, kind in zip(words, kinds, strict=True)
    )
    rows = []
    for each in answers:
        row = each.frame.iloc[0] if len(each.frame) else pd.Series({"value": None, "flag": "no_data"})
        figures = (bare(row.get(name)) for name in FIGURES)
        label, unit = ctx.pick(each.metric.label), ctx.pick(each.metric.unit)
        rows.append((label, bare(row["value"]), unit, *figures, _flag(row, ctx), ctx.local(each.as_of_at)))
    return Sheet(ctx.t("export.figures"), headings, tuple(rows), _ids(answers))


def _by(by: tuple[str, ...], answers: list[Answer], ctx: Context) -> Sheet:
    unlike = list({each.metric.id: each for each in answers}.values())
    headings = [Heading(ctx.column(name), "date" if name == "date" else "text") for name in by]
    keys: dict[tuple, dict[str, pd.Series]] = {}
    for each in unlike:
        headings += _headings_of(each, ctx)
        for _, row in each.frame.iterrows():
            keys.setdefault(tuple(bare(row[name]) for name in by), {})[each.metric.id] = row
    rows = [(*_key_cells(by, key, ctx), *_all_figures(found, unlike, ctx)) for key, found in keys.items()]
    name = " × ".join(ctx.column(each) for each in by)
    return Sheet(name, tuple(headings), tuple(rows), _ids(unlike))


def _key_cells(by: tuple[str, ...], key: tuple, ctx: Context) -> list[object]:
    return [_key_cell(name, value, ctx) for name, value in zip(by, key, strict=True)]


def _all_figures(found: Mapping[str, pd.Series], answers: list[Answer], ctx: Context) -> list[object]:
    return [cell for each in answers for cell in _figures(found.get(each.metric.id), each, ctx)]


def _shown(answer: Answer) -> list[str]:
    """The figures beside the value that say anything."""
    frame = answer.frame
    return [name for name in FIGURES if name in frame and frame[name].notna().any()]


def _headings_of(answer: Answer, ctx: Context) -> list[Heading]:
    unit = ctx.pick(answer.metric.unit)
    label = ctx.pick(answer.metric.label)
    first = Heading(f"{label} ({unit})" if unit else label, "number", decimals_of(answer.metric))
    rest = [
        Heading(f"{label} · {ctx.t(f'export.{name}')}", "number", 0 if name == "n" else 2)
        for name in _shown(answer)
    ]
    return [first, *rest, Heading(f"{label} · {ctx.t('export.flag')}")]


def _figures(row: pd.Series | None, answer: Answer, ctx: Context) -> list[object]:
    if row is None:
        return [None] * (2 + len(_shown(answer)))
    return [bare(row["value"]), *(bare(row[name]) for name in _shown(answer)), _flag(row, ctx)]


def decimals_of(metric: Metric) -> int:
    """Returns how many decimals a metric is written with."""
    digits = metric.format.partition(".")[2][:1]
    return int(digits) if digits.isdigit() else 0


def _flag(row: pd.Series, ctx: Context) -> str:
    flag = row.get("flag")
    return ctx.t(f"flag.{flag}") if is_known(flag) and flag else ""


def _ids(answers: list[Answer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.metric.id for each in answers))


def _listed(name: str, frame: pd.DataFrame, ctx: Context) -> Sheet:
    columns = [each for each in frame.columns if not str(each).startswith("_")]
    kinds = {each: _kind_of(frame[each]) for each in columns}
    headings = tuple(
        Heading(_column_text(str(each), ctx), kinds[each], _decimals_in(frame[each])) for each in columns
    )
    records = frame[columns].to_dict("records")
    rows = tuple(
        tuple(_list_cell(str(each), row[each], kind=kinds[each], ctx=ctx) for each in columns)
        for row in records
    )
    return Sheet(ctx.maybe(f"export.list_{name}", name), headings, rows)


def _column_text(name: str, ctx: Context) -> str:
    own = f"export.{name}" if name in ("value", *FIGURES) else f"export_column.{name}"
    return ctx.maybe(own, ctx.column(name))


def _cases(answers: Mapping[str, object], ctx: Context) -> list[Sheet]:
    """The frames inside one case, the facts of a balance or of other plain records."""
    found = []
    for name, each in answers.items():
        if isinstance(each, Mapping):
            found += [
                _listed(part, frame, ctx) for part, frame in each.items() if isinstance(frame, pd.DataFrame)
            ]
        elif is_dataclass(each) and not isinstance(each, Answer | Change):
            found += _record(name, {part.name: getattr(each, part.name) for part in fields(each)}, ctx)
    return found


def _record(name: str, told: Mapping[str, object], ctx: Context) -> list[Sheet]:
    """A plain record's own facts as one row, then every frame it holds."""
    facts = {key: value for key, value in told.items() if isinstance(value, int | float | str)}
    found = [_listed(name, pd.DataFrame([facts]), ctx)] if facts else []
    frames = [(part, each) for part, each in told.items() if isinstance(each, pd.DataFrame) and len(each)]
    return found + [_listed(f"{name}_{part}", frame, ctx) for part, frame in frames]


def _kind_of(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "instant"
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return "number"
    return "text"


def _decimals_in(values: pd.Series) -> int:
    return 2 if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 != 0).any() else 0


def _list_cell(column: str, value: object, *, kind: str, ctx: Context) -> object:
    if not isinstance(value, list | tuple | dict) and not is_known(value):
        return None
    if kind == "instant":
        return ctx.local(value) if column.endswith("_at") else pd.Timestamp(value).to_pydatetime()
    if kind == "number":
        return bare(value)
    if isinstance(value, list | tuple) or (hasattr(value, "tolist") and not isinstance(value, str)):
        return ", ".join(str(ctx.label(column, each)) for each in value)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(ctx.label(column, value)) if _is_coded(column, value) else str(value)


def _is_coded(column: str, value: object) -> bool:
    return (
        column.endswith(("_code", "_id", *PARTED))
        or column.startswith(("is_", "has_"))
        or isinstance(value, bool)
    )


def _key_cell(column: str, value: object, ctx: Context) -> object:
    if value is None:
        return ctx.t("common.unknown")
    if column == "date":
        return date.fromisoformat(str(value)[:10])
    return str(value)[:7] if column == "month" else str(ctx.label(column, value))


def _numbered(sheets: list[Sheet]) -> list[Sheet]:
    """Sheets of one name get numbers: a workbook needs them apart."""
    taken: dict[str, int] = {}
    found = []
    for sheet in sheets:
        taken[sheet.name] = taken.get(sheet.name, 0) + 1
        name = sheet.name if taken[sheet.name] == 1 else f"{sheet.name} {taken[sheet.name]}"
        found.append(Sheet(name, sheet.headings, sheet.rows, sheet.metrics))
    return found
