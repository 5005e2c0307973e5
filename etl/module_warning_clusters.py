"""Clusters of the day (时空聚集清单): neighbouring grids with more cases in the last days than were expected of them."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from data.town import Town
from etl.module_forecast import ALL, PARTS, typed
from etl.module_forecast_outlook import WEEK_DAYS, Outlook
from etl.module_forecast_spread import quantile
from etl.module_warning import Alarm, read_alarm
from etl.module_warning_scan import Cluster, Zones, make_zones, scan

CLUSTER = {
    "cluster_id": "string", "found_at": "datetime64[us]", "domain_code": "string", "grid_id": "string", "grid_list": "object",
    "grid_count": "int64", "radius_m": "float64", "lon": "float64", "lat": "float64", "window_from_at": "datetime64[us]",
    "window_to_at": "datetime64[us]", "observed_count": "int64", "expected_count": "float64", "low_count": "Int64",
    "high_count": "Int64", "exceed_ratio": "float64",
    "tail_pct": "float64", "tried_count": "int64",
}  # fmt: skip
M_PER_DEGREE = 111_320


def make_clusters(con: duckdb.DuckDBPyConnection, town: Town, outlook: Outlook | None) -> pd.DataFrame:
    """Returns one row per cluster that lasts up to yesterday, of all incidents and of each domain.

    Only the newest day is scanned: the past is not scanned again. expected_count is given the total of these days, so that a
    town with more of everything has no cluster. tail_pct holds for one scan; the limit is divided by the scans made.
    """
    if outlook is None or outlook.today - outlook.first_told < WEEK_DAYS:
        return typed([], CLUSTER)
    names = outlook.counts.grids
    places = con.execute("SELECT area_id, lon, lat FROM dim_area WHERE level_code = 'grid'").df()
    places = places.set_index("area_id").loc[list(names)]
    is_placed = places.notna().all(axis=1).to_numpy()
    at = places[is_placed]
    if at.empty:
        return typed([], CLUSTER)
    flat = np.cos(np.radians(at["lat"].mean()))
    zones = make_zones(at["lon"].to_numpy() * M_PER_DEGREE * flat, at["lat"].to_numpy() * M_PER_DEGREE)
    alarm, rows = read_alarm(con), []
    count, mean = (side[-WEEK_DAYS:][:, is_placed] for side in outlook.past("grid")["day"])
    phi = outlook.phi("day", "grid", day=outlook.today)
    series = (ALL, *outlook.counts.domains)
    for number, domain in enumerate(series):
        how = {"phi": float(phi[number]), "zones": zones, "limit": alarm.share / len(series)}
        for cluster in scan(count[:, :, number], mean[:, :, number], **how):
            if is_told(cluster, alarm):
                rows.append(_row(cluster, domain, outlook, zones=zones, places=at))
    return typed([pd.DataFrame(rows)] if rows else [], CLUSTER)


def is_told(cluster: Cluster, alarm: Alarm) -> bool:
    """Returns whether a cluster is worth a warning."""
    return cluster.observed >= alarm.least and cluster.observed >= alarm.wide_ratio * cluster.expected


def _row(cluster: Cluster, domain: str, outlook: Outlook, *, zones: Zones, places: pd.DataFrame) -> dict:
    inside = zones.grids(cluster.zone)
    grids = [str(name) for name in places.index[inside]]
    day = outlook.counts.first + timedelta(days=outlook.today)
    mean, spread = np.array([cluster.expected]), cluster.spread
    bounds = {name: int(quantile(mean, spread, part=PARTS[name])[0]) for name in ("low_count", "high_count")}
    return bounds | {
        "cluster_id": f"cluster:{domain}:{grids[0]}:{day}",
        "found_at": outlook.starts_at(outlook.today),
        "domain_code": domain,
        "grid_id": grids[0],
        "grid_list": grids,
        "grid_count": len(grids),
        "radius_m": round(float(zones.radius_m[cluster.zone]), 1),
        "lon": float(places["lon"].iloc[inside[0]]),
        "lat": float(places["lat"].iloc[inside[0]]),
        "window_from_at": outlook.starts_at(outlook.today - cluster.days),
        "window_to_at": outlook.starts_at(outlook.today),
        "observed_count": int(cluster.observed),
        "expected_count": cluster.expected,
        "exceed_ratio": cluster.observed / cluster.expected,
        "tail_pct": 100 * cluster.chance,
        "tried_count": cluster.tries,
    }
