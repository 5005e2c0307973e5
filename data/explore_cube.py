"""What is drawn of a view (数据立方): counts of one active dimension against every other, cross tables, pages of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.connection import Store
from data.explore_rows import TIME_BINS
from data.explore_view import DIMENSIONS, Table
from data.generation import Snapshot, StoreError
from data.request import RequestError

Selection = Mapping[str, tuple[str, ...]]

# Beside the dimensions: standing against two limits (not judged, in time, late) and the time from dispatch to handling.
MEASURED = {"h3": 3, "ot": 3, "spent": 2 * TIME_BINS + 1}
# Groups of two small integers are counted in an array instead of a hash table.
FAST, SLOW = "SET perfect_ht_threshold = 24", "RESET perfect_ht_threshold"
MOST_BITS = 19  # of the codes counted together: more cells no longer lie in the processor's cache
MOST_CUBES = 24  # kept per view
MOST_CROSSED = 20_000  # cells of a cross table
ORDERS = {
    "at": "moment",
    "due": "due",
    "category": "category",
    "area": "area",
    "feed": "feed",
    "department": "department",
    "stage": "stage",
    "severity": "severity",
    "reports": "weight",
}
# Kinds of time a cross table may group by, beside the dimensions.
PERIODS = {"month": "date_trunc('month', {day})", "weekday": "isodow({day})"}
SUMS = (
    "count(*) AS n, coalesce(sum(weight), 0)::BIGINT AS weight, count(*) FILTER (WHERE h3 = 1) AS h3_in, "
    "count(*) FILTER (WHERE h3 > 0) AS h3_of, count(*) FILTER (WHERE ot = 1) AS ot_in, count(*) FILTER (WHERE ot > 0) AS ot_of"
)


# What a list tells beside the codes of the view itself; never a person's words beyond the masked title.
LISTED = {
    "incident": "SELECT incident_no AS no, incident_id, title_text, address_text FROM mart_incident WHERE first_signal_at",
    "report": "SELECT hash(report_id) AS no, incident_id, title_text, address_text FROM mart_report WHERE reported_at",
}
CODED = ("category", "area", "feed", "department", "stage", "late", "severity")


@dataclass(frozen=True)
class Cube:
    """Counts of the active dimension's codes against every other dimension's, each under what the others select.

    Attributes:
        active: the dimension that may be brushed without asking again.
        parts: dimension or measure -> counts, active codes down, its own codes across (32 bits each).
        weights: per active code, the reports of the incidents (of reports: the incidents they lead).
    """

    active: str
    parts: dict[str, np.ndarray]
    weights: np.ndarray


def fetch_cube(table: Table, active: str, *, selection: Selection, store: Store) -> Cube:
    """Returns the cube of an active dimension; a dimension is never narrowed by its own selection.

    Raises:
        RequestError: no such dimension.
    """
    if active not in DIMENSIONS:
        raise RequestError(f"active = {active[:40]!r}: expected one of {', '.join(DIMENSIONS)}")
    key = (active, tuple((name, values) for name, values in selection.items() if name != active))
    if key not in table.cubes:
        while len(table.cubes) >= MOST_CUBES:
            table.cubes.pop(next(iter(table.cubes)), None)
        table.cubes[key] = _count(table, active, selection=selection, store=store)
    return table.cubes[key]


def _count(table: Table, active: str, *, selection: Selection, store: Store) -> Cube:
    sizes = {name: len(codes) for name, codes in table.codes.items()} | MEASURED
    down, parts, weights = sizes[active], {}, np.zeros(0)
    with _reading(table, store) as snapshot:
        for where, names in _passes(table, active, selection=selection, sizes=sizes):
            found = _grouped(snapshot, table, names=(active, *names), sizes=sizes, where=where)
            own = found[active].astype(np.int64)
            for name in names:
                cells = np.bincount(own * sizes[name] + found[name], found["n"], down * sizes[name])
                parts[name] = cells.reshape(down, sizes[name]).astype(np.uint32)
            if "h3" in names:  # nothing selects a measure: its rows are all that count
                weights = np.bincount(own, found["weight"], down).astype(np.uint32)
    return Cube(active, {name: parts[name] for name in sizes if name != active}, weights)


def _passes(
    table: Table, active: str, *, selection: Selection, sizes: Mapping[str, int]
) -> list[tuple[str, list[str]]]:
    """Returns which charts one reading of the rows counts: those under the same selection, while their codes are few."""
    passes: list[tuple[str, int, list[str]]] = []
    for name in sorted(set(sizes) - {active}, key=lambda each: (-sizes[each], each)):
        where, bits = table.where(selection, without=(active, name)), sizes[name].bit_length()
        room = MOST_BITS - sizes[active].bit_length() - bits
        for place, (test, used, names) in enumerate(passes):
            if test == where and used <= room:
                passes[place] = (test, used + bits, [*names, name])
                break
        else:
            passes.append((where, bits, [name]))
    return [(where, names) for where, _, names in passes]


def _grouped(
    snapshot: Snapshot, table: Table, *, names: tuple[str, ...], sizes: Mapping[str, int], where: str
) -> dict[str, np.ndarray]:
    """Returns counts by several codes; rows lie by day, so cells next to each other are written where it comes first."""
    keys = ", ".join(sorted(names, key=lambda name: (name != "day", sizes[name])))
    summed = "count(*)::UINTEGER AS n" + (", sum(weight)::UINTEGER AS weight" if "h3" in names else "")
    return snapshot.arrays(f"SELECT {keys}, {summed} FROM {table.name} WHERE {where} GROUP BY {keys}")


def fetch_cross(table: Table, by: tuple[str, ...], *, selection: Selection, store: Store) -> pd.DataFrame:
    """Returns counts and both rates by one or two dimensions, with the totals of each.

    Columns:
        the dimensions as text (a code; month 2026-11-01; weekday 1-7), their totals told by `level_no` (0 a cell,
        1 total over the second, 2 over the first, 3 over both); n, weight, h3_in, h3_of, ot_in, ot_of.

    Raises:
        RequestError: no such dimension, the same twice, more than two, or too many cells.
    """
    if not 0 < len(by) <= 2 or len(set(by)) != len(by):
        raise RequestError(f"by = {','.join(by)[:80]!r}: expected one or two different dimensions")
    keys = [_key(table, name) for name in by]
    if np.prod([len(table.codes[name]) for name in by if name in table.codes] or [1]) > MOST_CROSSED:
        raise RequestError(f"by = {','.join(by)}: more than {MOST_CROSSED} cells; choose a shorter period")
    listed = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
    names = [f"k{place}" for place in range(len(by))]
    sql = (
        f"SELECT {', '.join(names)}, grouping({', '.join(names)}) AS level_no, {SUMS} "
        f"FROM (SELECT *, {listed} FROM {table.name} WHERE {table.where(selection)}) GROUP BY CUBE ({', '.join(names)})"
    )
    params = {"first_date": table.first_date} if "$first_date" in sql else {}
    with _reading(table, store) as snapshot:
        frame = snapshot.frame(sql, params)
    for place, name in enumerate(by):
        frame[f"k{place}"] = [_word(table, name, value) for value in frame[f"k{place}"]]
    return frame


def _key(table: Table, name: str) -> str:
    if name in PERIODS and table.first_date is not None and (table.day_count == 1 or name == "month"):
        return PERIODS[name].format(day=f"($first_date::DATE + (day::INTEGER * {table.day_count}))")
    if name not in DIMENSIONS:
        raise RequestError(f"by = {name[:40]!r}: expected {', '.join((*DIMENSIONS, *PERIODS))}")
    return name


def _word(table: Table, name: str, value: object) -> str | None:
    if pd.isna(value):
        return None
    return table.codes[name][int(value)] if name in table.codes else str(value)[:10].removesuffix(".0")


def fetch_page(
    table: Table, selection: Selection, *, store: Store, order: str, window: tuple[int, int] = (0, 25)
) -> tuple[int, pd.DataFrame]:
    """Returns how many rows are selected, and one page of them with their titles and places.

    Args:
        table: the view.
        selection: what is selected in it, all of it.
        store: the published data.
        order: a key of `ORDERS`, `-` before it for descending.
        window: rows before the page, and rows of it.

    Raises:
        RequestError: an order that is not listed.
    """
    key = order.removeprefix("-")
    if key not in ORDERS:
        raise RequestError(f"order = {order[:40]!r}: expected one of {', '.join(ORDERS)}")
    way = "DESC" if order.startswith("-") else "ASC"
    where = table.where(selection)
    with _reading(table, store) as snapshot:
        count = snapshot.rows(f"SELECT count(*) FROM {table.name} WHERE {where}")[0][0]
        page = snapshot.frame(
            f"SELECT no, moment, due, weight, {', '.join(CODED)} FROM {table.name} WHERE {where} ORDER BY {ORDERS[key]} {way} "
            f"NULLS LAST, moment DESC, no LIMIT {int(window[1])} OFFSET {int(window[0])}"
        )
        return count, _tell(table, page, snapshot)


def _tell(table: Table, page: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Returns the page's rows with their ids and texts; their instants let whole files be skipped."""
    if page.empty:
        return page
    numbers = ", ".join(map(str, page["no"]))
    bounds = {"since": page["moment"].min(), "until": page["moment"].max()}
    told = snapshot.frame(f"{LISTED[table.unit]} BETWEEN $since AND $until AND no IN ({numbers})", bounds)
    for name in CODED:
        page[name] = [table.codes[name][place] for place in page[name]]
    return page.merge(told, on="no", how="left", validate="one_to_one")


@contextmanager
def _reading(table: Table, store: Store) -> Iterator[Snapshot]:
    """Reads the generation a view was made from, or the newest where that is gone: the view itself does not change."""
    with ExitStack() as opened:
        try:
            snapshot = opened.enter_context(store.reading(table.serial))
        except StoreError:
            snapshot = opened.enter_context(store.reading())
        cursor = snapshot.reader.cursor
        cursor.execute(FAST)
        try:
            yield snapshot
        finally:
            cursor.execute(SLOW)
