"""Tables a screen may show as they are (清单): risk, feeds, loads, quarantine, areas, staff counts; a closed list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.request import Filters, Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.connection import Store

_NAMES = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, {key} AS key, name_zh, name_en FROM {table}"
    for kind, key, table in (
        ("area", "area_id", "dim_area"),
        ("category", "category_code", "dim_category"),
        ("department", "department_id", "dim_department"),
        ("domain", "domain_code", "dim_domain"),
        ("feed", "feed_id", "dim_feed"),
    )
)
# name -> (rows, column that holds a grid or None, order). Text of ours only; values are bound as parameters.
LISTINGS: dict[str, tuple[str, str | None, str]] = {
    "names": (_NAMES, None, ""),
    "areas": ("SELECT * FROM dim_area", None, "level_code, area_id"),
    "domains": ("SELECT * FROM dim_domain", None, ""),
    "categories": ("SELECT * FROM dim_category", None, "category_code"),
    "risk": (
        "SELECT * FROM mart_risk WHERE cycle_date = (SELECT max(cycle_date) FROM mart_risk)",
        "grid_id",
        "grid_id",
    ),
    # The grids whose colour changed at the newest cycle: the list that goes with every re-evaluation (definitions 3.12).
    "risk_changes": (
        "SELECT * FROM mart_risk WHERE cycle_date = (SELECT max(cycle_date) FROM mart_risk) "
        "AND class_code <> previous_class_code",
        "grid_id",
        "class_level DESC NULLS LAST, domain_code, grid_id",
    ),
    "feeds": (
        "SELECT f.*, m.* EXCLUDE (feed_id) FROM dim_feed f LEFT JOIN mart_feed m USING (feed_id)",
        None,
        "is_required DESC, feed_id",
    ),
    "loads": ("SELECT * FROM mart_load", None, "load_id DESC"),
    "quarantine": ("SELECT * FROM mart_quarantine", None, "quarantined_at DESC, row_no"),
    "staff": ("SELECT * FROM dim_staff", None, "role_code, area_id, valid_from"),
    "grids_of": ("SELECT * FROM dim_area_grid", "grid_id", "area_id, grid_id"),
}


NO_FILTERS = Filters()


class ListingError(ValueError):
    """A listing that does not exist; names it and those that do."""


@dataclass(frozen=True)
class Listing:
    """A table to show: its name, how many rows, from which on; `filters.area_id` narrows those with grids."""

    name: str
    filters: Filters = NO_FILTERS
    limit: int | None = None
    offset: int = 0


def fetch_listing(listing: Listing, *, scope: Scope, store: Store) -> pd.DataFrame:
    """Returns the rows of a listing, cut to the asker's areas where the table has grids.

    Raises:
        ListingError: no such listing.
    """
    if listing.name not in LISTINGS:
        raise ListingError(
            f"listing {listing.name!r} does not exist; there are {', '.join(sorted(LISTINGS))}"
        )
    rows, grid_column, order = LISTINGS[listing.name]
    sql, conditions, values = f"SELECT * FROM ({rows})", [], []
    if grid_column:
        for areas in (scope.area_ids, {listing.filters.area_id} if listing.filters.area_id else None):
            if areas is not None:
                marks = ", ".join("?" * len(areas)) or "NULL"
                conditions.append(
                    f"{grid_column} IN (SELECT grid_id FROM dim_area_grid WHERE area_id IN ({marks}))"
                )
                values += sorted(areas)
    sql += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql += f" ORDER BY {order}" if order else ""
    if listing.limit is not None:
        sql += f" LIMIT {int(listing.limit)} OFFSET {int(listing.offset)}"
    return store.execute(sql, values)
