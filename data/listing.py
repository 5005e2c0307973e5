"""Tables a screen may show as they are (清单): one entry each in data/listings/*.yaml; a closed list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from data.freshness import holds_for, is_none_there
from data.question import TOWN_AREA
from data.request import Filters, Scope
from data.settings import REPOSITORY
from data.town import Identifier
from data.yamlfile import Definition, DefinitionError, nearest_name, read_entries

if TYPE_CHECKING:
    from data.connection import Store
    from data.generation import Snapshot

FOLDER = REPOSITORY / "data" / "listings"
NO_FILTERS = Filters()
# Names that module tables give to the values of a column; not in a file, because it depends on the generation.
MODULE_NAMES = "module_names"
NAME_COLUMNS = {"name_zh", "name_en"}


class ListingError(DefinitionError):
    """A listing that does not exist or is wrong; names it."""


class ListingFile(Definition):
    """How one listing is read.

    Attributes:
        rows: SQL of the rows (one SELECT); `$as_of_at` may be used.
        grid: column that holds a grid; the rows are seen by area.
        area: column that holds an area of any level, with rows for each: those of the area asked for, else of the whole town
            (for a visitor with limited areas of those); seen where the area lies wholly within the visitor's areas.
        department: column that holds a department; the rows are seen by department.
        at: column whose instant decides the period.
        order: SQL of the order.
        entities: registers it rests on; its as-of is no later than their feeds' watermarks.
        picks: columns whose values may be picked.
        is_town_wide: rows belong to no area and no department; whoever may open the page sees them all.
    """

    rows: str
    grid: Identifier | None = None
    area: Identifier | None = None
    department: Identifier | None = None
    at: Identifier | None = None
    order: str = ""
    entities: tuple[Identifier, ...] = ()
    picks: tuple[Identifier, ...] = ()
    is_town_wide: bool = False

    @property
    def is_lasting(self) -> bool:
        """Whether it reads only the town's own tables, which outlast most generations (see `Store.lasting`)."""
        read = re.findall(r"(?:FROM|JOIN) (\w+)", self.rows)
        return not self.entities and "$" not in self.rows and all(name.startswith("dim_") for name in read)


@dataclass(frozen=True)
class Listing:
    """A table to show: its name, how many rows, from which on; `filters` narrows by area, period and picked values.

    `as_of_at` is the instant `$as_of_at` stands for (None: the newest); a table that does not name it is as it is now.
    """

    name: str
    filters: Filters = NO_FILTERS
    limit: int | None = None
    offset: int = 0
    as_of_at: datetime | None = None


def read_listings(folder: Path = FOLDER) -> dict[str, ListingFile]:
    """Returns every listing by name.

    Raises:
        ListingError: a name in two files, or an entry that is not a listing.
    """
    twice = "listing {name!r} is there already"
    return read_entries(folder, ListingFile, error=ListingError, twice=twice, taken=(MODULE_NAMES,))


@lru_cache(maxsize=1)
def listings() -> dict[str, ListingFile]:
    """Returns the project's own listings, read once."""
    return read_listings()


def fetch_listing(listing: Listing, *, scope: Scope, store: Store) -> pd.DataFrame:
    """Returns the rows of a listing the asker may see; do not change them.

    Rows with a grid are seen by area, with a department by department, with neither only if they are the whole town's.
    `attrs` of the frame hold `as_of_at` and `stale_after_s`, as an Answer does, where the listing rests on registers;
    `unknown_code` is `unjoined` where none of them ever came.

    Raises:
        ListingError: no such listing.
    """
    if listing.name == MODULE_NAMES:
        return _module_names(store)
    known = listings()
    if listing.name not in known:
        raise ListingError(f"{FOLDER}: no listing {listing.name!r}{nearest_name(listing.name, known)}")
    file = known[listing.name]
    with store.reading() as snapshot:
        as_of_at, stale_after_s = holds_for(listing.as_of_at, snapshot, file.entities)
        is_unjoined = is_none_there(snapshot, file.entities)
        params: dict[str, object] = {"as_of_at": as_of_at}
        tests = _scope_tests(file, scope, params) + _filter_tests(file, listing.filters, params)
        tests += _area_tests(file, listing.filters.area_id, scope=scope, params=params)
        sql = f"SELECT * FROM ({file.rows}) AS source"
        sql += f" WHERE {' AND '.join(tests)}" if tests else ""
        sql += f" ORDER BY {file.order}" if file.order else ""
        if listing.limit is not None:
            sql += f" LIMIT {int(listing.limit)} OFFSET {int(listing.offset)}"
        named = set(re.findall(r"\$(\w+)", sql))
        frame = snapshot.frame(sql, {name: value for name, value in params.items() if name in named})
    if file.entities:
        frame.attrs |= {"as_of_at": as_of_at, "stale_after_s": stale_after_s}
        if is_unjoined:
            frame.attrs["unknown_code"] = "unjoined"
    return frame


def _scope_tests(file: ListingFile, scope: Scope, params: dict[str, object]) -> list[str]:
    if file.is_town_wide:
        return []
    tests = []
    if scope.area_ids is not None and TOWN_AREA not in scope.area_ids:
        seen = [_in_areas(file.grid, "scope_area_ids")] if file.grid else []
        seen += [_within_areas(file.area, "scope_area_ids")] if file.area else []
        tests.append(" AND ".join(seen) or "false")
        params["scope_area_ids"] = sorted(scope.area_ids)
    if scope.department_ids is not None:
        if file.department:
            tests.append(f"list_contains($scope_department_ids, source.{file.department})")
            params["scope_department_ids"] = sorted(scope.department_ids)
        elif not (file.grid or file.area):
            tests.append("false")
    return tests


def _filter_tests(file: ListingFile, filters: Filters, params: dict[str, object]) -> list[str]:
    tests = []
    if file.grid and filters.area_id and filters.area_id != TOWN_AREA:
        tests.append(_in_areas(file.grid, "area_ids"))
        params["area_ids"] = [filters.area_id]
    for name, value in filters.picked:
        if name in file.picks:
            tests.append(f"CAST(source.{name} AS VARCHAR) = $pick_{name}")
            params[f"pick_{name}"] = value
    for sign, name in ((">=", "since_at"), ("<", "until_at")):
        if file.at and getattr(filters, name) is not None:
            tests.append(f"source.{file.at} {sign} ${name}")
            params[name] = getattr(filters, name)
    return tests


def _area_tests(
    file: ListingFile, area_id: str | None, *, scope: Scope, params: dict[str, object]
) -> list[str]:
    if not file.area:
        return []
    params["row_area_ids"] = [area_id] if area_id else sorted(scope.area_ids or {TOWN_AREA})
    return [f"list_contains($row_area_ids, source.{file.area})"]


def _within_areas(column: str, parameter: str) -> str:
    return (
        f"source.{column} IN (SELECT area_id FROM dim_area_grid GROUP BY area_id HAVING bool_and(grid_id IN "
        f"(SELECT grid_id FROM dim_area_grid WHERE list_contains(${parameter}, area_id))))"
    )


def _in_areas(column: str, parameter: str) -> str:
    return (
        f"source.{column} IN (SELECT grid_id FROM dim_area_grid WHERE list_contains(${parameter}, area_id))"
    )


_names: WeakKeyDictionary[Store, tuple[str, pd.DataFrame]] = WeakKeyDictionary()


def _module_names(store: Store) -> pd.DataFrame:
    """Returns kind, key, name_zh, name_en of every module table that names things; read once per set of tables."""
    with store.reading() as snapshot:
        modules = snapshot.opened.modules
        schema = modules.schema if modules else ""
        kept = _names.get(store)
        if kept is None or kept[0] != schema:
            kept = _names[store] = (schema, _read_module_names(snapshot))
    return kept[1]


def _read_module_names(snapshot: Snapshot) -> pd.DataFrame:
    modules = snapshot.opened.modules
    parts = []
    for table in sorted(modules.paths) if modules else ():
        if not table.startswith("dim_"):
            continue
        kind = table.removeprefix("dim_")
        columns = {column for column, *_ in snapshot.rows(f"DESCRIBE {table}")}
        key = next((name for name in (f"{kind}_code", f"{kind}_id") if name in columns), None)
        if key and columns >= NAME_COLUMNS:
            parts.append(
                f"SELECT '{kind}' AS kind, CAST({key} AS VARCHAR) AS key, name_zh, name_en FROM {table}"
            )
    if not parts:
        return pd.DataFrame(columns=["kind", "key", "name_zh", "name_en"])
    return snapshot.frame(" UNION ALL ".join(parts))
