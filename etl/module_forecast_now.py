"""The forecast of the running day (当日预测): the midnight's, moved by what has come in since; made again every hour."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from data.town import Town
from etl.module_forecast import ALL, FORECAST, PARTS, typed
from etl.module_forecast_counts import UNKNOWN
from etl.module_forecast_outlook import TOWN
from etl.module_forecast_running import Shared, factors, running_hour, spread_left, unsure
from etl.module_forecast_spread import LEAST_PHI, MOST_PHI, quantile

KEYS = ["area_id", "series_key"]
TODAY = """
    SELECT f.* FROM mart_forecast AS f
    WHERE f.forecast_at = (SELECT max(forecast_at) FROM mart_forecast) AND f.window_code IN ('hour', 'day')
        AND f.window_from_at < (SELECT min(window_to_at) FROM mart_forecast
            WHERE window_code = 'day' AND forecast_at = (SELECT max(forecast_at) FROM mart_forecast))"""
CAME = """
    SELECT coalesce(g.area_id, $town) AS area_id, i.category_code, i.domain_code, count(*) AS came_count
    FROM mart_incident AS i
    LEFT JOIN (SELECT area_id, grid_id FROM dim_area_grid WHERE area_id <> $town UNION ALL SELECT $town, NULL) AS g
        ON g.grid_id = i.grid_id OR g.area_id = $town
    WHERE i.cancelled_code IS NULL AND i.category_code IS NOT NULL
        AND i.first_signal_at >= $since AND i.first_signal_at < $until
    GROUP BY ALL"""


def make_now(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns the hours of the day that are left, and the day as a whole (what came and what is left), by area and series.

    The town's categories move by what came of them, of their domain and of everything; areas and domains move with the
    categories they are made of, so that all add up. Empty at midnight and without a forecast: then the day's own stands.
    """
    until = running_hour(con, town.zone)
    today = con.execute(TODAY).df()
    since = today["forecast_at"].iloc[0] if len(today) else None
    if until is None or since is None or not since < until < today["window_to_at"].max():
        return typed([], FORECAST)
    came = con.execute(CAME, {"since": since, "until": until, "town": TOWN}).df()
    shared = con.execute("SELECT * FROM core_forecast_shared").df().set_index("series_key")["shared_ratio"]
    running = _Running(today, came, until=until, shared=shared)
    return typed([running.hours(), running.day()], FORECAST)


@dataclass(frozen=True, eq=False)
class _Moved:
    """Of a series of the town: what was expected up to now, of the rest at midnight, and of the rest now."""

    before: pd.Series
    left: pd.Series
    now: pd.Series


class _Running:
    """The day's rows and what came; `ratios` says how each series' hours move."""

    def __init__(self, today: pd.DataFrame, came: pd.DataFrame, *, until: pd.Timestamp, shared: pd.Series):
        self.until, self.shared = until, shared
        self.hourly = today[today["window_code"] == "hour"]
        self.daily = today[today["window_code"] == "day"]
        town = self.hourly[(self.hourly["area_id"] == TOWN) & (self.hourly["category_code"] != ALL)].copy()
        is_past = town["window_from_at"] < until
        before = town[is_past].groupby("category_code")["expected_count"].sum()
        kinds = town.drop_duplicates("category_code").set_index("category_code")["domain_code"].sort_index()
        # A category whose domain changed has one domain in forecasts.
        came["domain_code"] = came["category_code"].map(kinds).fillna(came["domain_code"]).fillna(UNKNOWN)
        self.came = came
        factor = pd.Series(self._factors(kinds, before.reindex(kinds.index, fill_value=0.0)), kinds.index)
        town["now"] = town["expected_count"] * town["category_code"].map(factor)
        series = [town["series_key"], "domain:" + town["domain_code"], pd.Series(ALL, town.index)]
        wide = pd.concat([town.assign(series_key=each) for each in series])
        rest = wide[wide["window_from_at"] >= until]
        sums = rest.groupby(["series_key", "window_from_at"])[["expected_count", "now"]].sum()
        self.ratios = (sums["now"] / sums["expected_count"]).rename("ratio")
        total = rest.groupby("series_key")[["expected_count", "now"]].sum()
        past = wide[wide["window_from_at"] < until].groupby("series_key")["expected_count"].sum()
        self.moved = _Moved(past, total["expected_count"], total["now"])

    def _factors(self, kinds: pd.Series, before: pd.Series) -> np.ndarray:
        domains, names = pd.factorize(kinds, sort=True)
        here = self.came[self.came["area_id"] == TOWN].groupby("category_code")["came_count"].sum()
        own = self.shared.reindex("category:" + kinds.index).fillna(LEAST_PHI)
        by_domain = self.shared.reindex("domain:" + names).fillna(LEAST_PHI)
        shared = Shared(
            float(self.shared.get(ALL, LEAST_PHI)),
            by_domain.to_numpy(),
            own.groupby(domains).first().to_numpy(),
        )
        came = here.reindex(kinds.index, fill_value=0).to_numpy(float)
        return factors(came, before.to_numpy(), shared=shared, domain_of=domains)

    def _told(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns by row what its series' hours have in common, what was expected up to now, and the part of the day left."""
        key = rows["series_key"]
        common, before = key.map(self.shared).fillna(LEAST_PHI), key.map(self.moved.before).fillna(0.0)
        left = key.map(self.moved.left).fillna(0.0)
        return tuple(each.to_numpy(float) for each in (common, before, left / (before + left)))

    def hours(self) -> pd.DataFrame:
        """Returns the hours that are left."""
        rows = self.hourly[self.hourly["window_from_at"] >= self.until]
        rows = rows.join(self.ratios, on=["series_key", "window_from_at"])
        common, heard, _ = self._told(rows)
        spread = np.maximum(rows["spread_ratio"].to_numpy() - common, 0) + unsure(common, heard)
        mean = rows["expected_count"].to_numpy() * rows["ratio"].fillna(1.0).to_numpy()
        return self._bounded(rows, mean, spread)

    def day(self) -> pd.DataFrame:
        """Returns the day: what came and what is left."""
        rows = self.daily
        common, heard, part = self._told(rows)
        moved = rows["series_key"].map(self.moved.now / self.moved.left).fillna(1.0).to_numpy()
        mean = np.maximum(rows["expected_count"].to_numpy() * part * moved, 1e-9)
        spread = spread_left(rows["spread_ratio"].to_numpy(), common, part=part, heard=heard)
        seen = rows[KEYS].merge(self._seen(), how="left", on=KEYS)["came_count"].fillna(0).to_numpy(int)
        return self._bounded(rows, mean, spread, seen=seen)

    def _seen(self) -> pd.DataFrame:
        came = self.came
        keys = [
            "category:" + came["category_code"],
            "domain:" + came["domain_code"],
            pd.Series(ALL, came.index),
        ]
        return (
            pd.concat([came.assign(series_key=key) for key in keys])
            .groupby(KEYS, as_index=False)["came_count"]
            .sum()
        )

    def _bounded(
        self, rows: pd.DataFrame, mean: np.ndarray, spread: np.ndarray, *, seen: np.ndarray | int = 0
    ) -> pd.DataFrame:
        spread = np.clip(spread, LEAST_PHI, MOST_PHI)
        bounds = {name: seen + quantile(mean, spread, part=part).astype(int) for name, part in PARTS.items()}
        return rows.assign(forecast_at=self.until, expected_count=seen + mean, spread_ratio=spread, **bounds)
