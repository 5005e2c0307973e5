"""Clusters (时空聚集清单): neighbouring grids with more cases up to the hour than were expected of them; made every hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd

from data.period import midnight
from data.town import Town
from etl.module_forecast import ALL, PARTS, typed
from etl.module_forecast_outlook import WEEK_DAYS, Outlook
from etl.module_forecast_running import running_hour
from etl.module_forecast_spread import quantile
from etl.module_warning import Alarm, read_alarm
from etl.module_warning_scan import Cluster, Zones, make_zones, scan

CLUSTER = {
    "cluster_id": "string", "found_at": "datetime64[us]", "domain_code": "string", "grid_id": "string", "grid_list": "object",
    "grid_count": "int64", "radius_m": "float64", "lon": "float64", "lat": "float64", "window_from_at": "datetime64[us]",
    "window_to_at": "datetime64[us]", "observed_count": "int64", "expected_count": "float64", "low_count": "Int64",
    "high_count": "Int64", "exceed_ratio": "float64",
    "tail_pct": "float64", "tried_count": "int64", "observed_list": "object", "expected_list": "object",
}  # fmt: skip
CELL = {
    "cell_date": "object", "grid_id": "string", "domain_code": "string", "expected_count": "float64", "spread_ratio": "float64",
}  # fmt: skip
RUNNING = """
    SELECT $today AS cell_date, area_id AS grid_id, domain_code, sum(expected_count) AS expected_count FROM mart_forecast
    WHERE window_code = 'hour' AND level_code = 'grid' AND category_code = 'all' AND window_to_at <= $until
        AND window_from_at >= $since AND forecast_at = $since
    GROUP BY ALL"""
CAME = """
    SELECT signal_date AS cell_date, grid_id, domain_code, count(*) AS came_count FROM mart_incident
    WHERE cancelled_code IS NULL AND category_code IS NOT NULL AND grid_id IS NOT NULL
        AND signal_date >= $first AND first_signal_at < $until
    GROUP BY ALL"""
M_PER_DEGREE = 111_320


def make_cells(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns what was expected of every grid, of all incidents and of each domain, on each of the last seven days."""
    if outlook is None or outlook.today - outlook.first_told < WEEK_DAYS:
        return pd.DataFrame(columns=list(CELL)).astype(CELL)
    series = (ALL, *outlook.counts.domains)
    mean = outlook.past("grid")["day"][1][-WEEK_DAYS:, :, : len(series)]
    day, grid, number = np.unravel_index(np.arange(mean.size), mean.shape)
    days = np.array(
        [outlook.counts.first + timedelta(days=outlook.today - back) for back in range(WEEK_DAYS, 0, -1)]
    )
    columns = {
        "cell_date": days[day],
        "grid_id": np.array(outlook.counts.grids, dtype=object)[grid],
        "domain_code": np.array(series, dtype=object)[number],
        "expected_count": mean.ravel(),
        "spread_ratio": outlook.phi("day", "grid", day=outlook.today)[number],
    }
    return pd.DataFrame(columns).astype(CELL)


def make_clusters(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns one row per cluster that lasts up to the last whole hour, of all incidents and of each domain.

    Scanned are the running day and the six before it, at midnight the seven before; the past is not scanned again.
    expected_count is given the total of these days, so that a town with more of everything has no cluster. tail_pct holds for
    one scan; the limit is divided by the scans made.
    """
    rows = [row for found in cluster_steps(con, town) for row in found]
    return cluster_table(rows)


def cluster_table(rows: list[dict]) -> pd.DataFrame:
    """Returns the clusters found as a table; one of all incidents that is mostly one domain's is told as that domain's."""
    told = [
        row for row in rows if row["domain_code"] != ALL or not any(_explains(each, row) for each in rows)
    ]
    return typed([pd.DataFrame(told)] if told else [], CLUSTER)


def _explains(other: dict, row: dict) -> bool:
    """Whether a domain's cluster shares grids with one of all incidents and has half of what is beyond expectation."""
    if other["domain_code"] == ALL or not set(other["grid_list"]) & set(row["grid_list"]):
        return False
    beyond, whole = (each["observed_count"] - each["expected_count"] for each in (other, row))
    return beyond >= whole / 2


def cluster_steps(con: duckdb.DuckDBPyConnection, town: Town) -> Iterator[list[dict]]:
    """Yields the clusters of one series after the other, so that a file that lands need not wait for all of them."""
    ground = _read_ground(con, town)
    if ground is None:
        return
    alarm = read_alarm(con)
    for domain in ground.series:
        count, mean, phi = ground.sides(domain)
        limit = alarm.share / len(ground.series)
        found = scan(count, mean, phi=phi, zones=ground.zones, limit=limit)
        yield [_row(each, domain, ground) for each in found if is_told(each, alarm)]


@dataclass(frozen=True, eq=False)
class _Ground:
    """What is scanned: cells (day x grid) by series, up to an instant.

    Attributes:
        starts_at: when each day begins.
        until_at: up to when they are counted.
        cells: cell_date, grid_id, domain_code, expected_count, spread_ratio.
        came: the same keys, came_count.
        places: lon and lat by grid.
    """

    starts_at: tuple[datetime, ...]
    until_at: datetime
    day: date
    cells: pd.DataFrame
    came: pd.DataFrame
    places: pd.DataFrame
    zones: Zones

    @property
    def series(self) -> list[str]:
        """All incidents, then each domain."""
        return sorted(self.cells["domain_code"].unique(), key=lambda name: (name != ALL, name))

    def sides(self, domain: str) -> tuple[np.ndarray, np.ndarray, float]:
        """Returns count and mean (day x grid) and the spread of one grid's day."""
        cells = self.cells[self.cells["domain_code"] == domain]
        came = self.came if domain == ALL else self.came[self.came["domain_code"] == domain]
        days = sorted(self.cells["cell_date"].unique())
        count, mean = (
            each.pivot_table(index="cell_date", columns="grid_id", values=name, aggfunc="sum")
            .reindex(index=days, columns=self.places.index)
            .fillna(0.0)
            .to_numpy(float)
            for each, name in ((came, "came_count"), (cells, "expected_count"))
        )
        return count, mean, float(cells["spread_ratio"].dropna().iloc[0])


def _read_ground(con: duckdb.DuckDBPyConnection, town: Town) -> _Ground | None:
    cells = con.execute("SELECT * FROM core_cluster_cell").df()
    until = running_hour(con, town.zone)
    places = con.execute(
        "SELECT area_id, lon, lat FROM dim_area WHERE level_code = 'grid' ORDER BY area_id"
    ).df()
    places = places.dropna()
    if cells.empty or places.empty or until is None:
        return None
    cells["cell_date"] = pd.to_datetime(cells["cell_date"]).dt.date
    days = sorted(cells["cell_date"].unique())
    today = days[-1] + timedelta(days=1)
    since = midnight(today, town.zone)
    if until > since:
        asked = {"today": today, "since": since, "until": until}
        running = con.execute(RUNNING, asked).df()
        running["cell_date"] = today
        cells = pd.concat([cells[cells["cell_date"] > days[0]], running], ignore_index=True)
        days = [*days[1:], today]
    until = max(until, since)
    came = con.execute(CAME, {"first": days[0], "until": until}).df()
    came["cell_date"] = pd.to_datetime(came["cell_date"]).dt.date
    places = places.set_index("area_id")
    flat = np.cos(np.radians(places["lat"].mean()))
    x_m, y_m = places["lon"].to_numpy() * M_PER_DEGREE * flat, places["lat"].to_numpy() * M_PER_DEGREE
    starts = tuple(midnight(each, town.zone) for each in days)
    return _Ground(
        starts, pd.Timestamp(until).to_pydatetime(), today, cells, came, places, make_zones(x_m, y_m)
    )


def is_told(cluster: Cluster, alarm: Alarm) -> bool:
    """Returns whether a cluster is worth a warning."""
    return cluster.observed >= alarm.least and cluster.observed >= alarm.wide_ratio * cluster.expected


def _row(cluster: Cluster, domain: str, ground: _Ground) -> dict:
    inside = ground.zones.grids(cluster.zone)
    grids = [str(name) for name in ground.places.index[inside]]
    mean, spread = np.array([cluster.expected]), cluster.spread
    bounds = {name: int(quantile(mean, spread, part=PARTS[name])[0]) for name in ("low_count", "high_count")}
    count, expected, _ = ground.sides(domain)
    # Each grid's own figures: what may be told of a cluster to whoever sees only some of its grids.
    own = [
        side[-cluster.days :][:, inside].sum(0) for side in (count, expected * count.sum() / expected.sum())
    ]
    return bounds | {
        "cluster_id": f"cluster:{domain}:{grids[0]}:{ground.day}",
        "found_at": ground.until_at,
        "domain_code": domain,
        "grid_id": grids[0],
        "grid_list": grids,
        "grid_count": len(grids),
        "radius_m": round(float(ground.zones.radius_m[cluster.zone]), 1),
        "lon": float(ground.places["lon"].iloc[inside[0]]),
        "lat": float(ground.places["lat"].iloc[inside[0]]),
        "window_from_at": ground.starts_at[-cluster.days],
        "window_to_at": ground.until_at,
        "observed_count": int(cluster.observed),
        "expected_count": cluster.expected,
        "exceed_ratio": cluster.observed / cluster.expected,
        "tail_pct": 100 * cluster.chance,
        "tried_count": cluster.tries,
        "observed_list": [int(each) for each in own[0]],
        "expected_list": [float(each) for each in own[1]],
    }
