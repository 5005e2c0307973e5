"""Evidence of the five-colour map from the built tables: counts per day, exposures, the fixed baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from etl.risk_rules import RiskRuleError, RiskRules
from etl.risk_score import Evidence, decay, window_sum

if TYPE_CHECKING:
    import duckdb

# A feed's first rows often include a few with impossible early dates; its history starts where this share is
# passed.
_HISTORY_SHARE = 0.0005


@dataclass(frozen=True)
class Calendar:
    """The cycles to judge and, for each, its baseline period; day 0 of every array is ``first``."""

    first: date
    cycles: tuple[date, ...]
    periods: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Gathered:
    """Everything the map is computed from.

    ``exposure`` is (domain, grid), nan = unknown; ``town_rate`` (domain, cycle) weighted incidents per
    exposure unit and day; ``stale``, ``joined`` and ``silent`` (domain, cycle) mark a feed that has fallen behind,
    is too new to be counted, or ended before the window began: the quiet it left is not evidence of quiet.
    """

    domains: pd.DataFrame
    grid_ids: list[str]
    exposure: np.ndarray
    evidence: Evidence
    town_rate: np.ndarray
    delivered: np.ndarray
    stale: np.ndarray
    joined: np.ndarray
    silent: np.ndarray


def read_domains(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the map's domains: domain_code, name_zh, name_en, exposure, cap_level, in the town's order."""
    return con.execute(
        "SELECT domain_code, name_zh, name_en, exposure, coalesce(cap_level, 5) AS cap_level FROM dim_domain"
    ).df()


def read_exposure(con: duckdb.DuckDBPyConnection, domains: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Return grid ids and exposure (domain, grid); ``household_count+enterprise_count`` is a sum.

    Zero is treated as unknown: a rate over nobody means nothing.

    Raises:
        RiskRuleError: a domain names a column that dim_area does not have.
    """
    known = {row[0] for row in con.execute("DESCRIBE dim_area").fetchall()}
    sums = []
    for domain in domains.itertuples():
        parts = [part.strip() for part in str(domain.exposure).split("+")]
        for part in parts:
            if part not in known:
                raise RiskRuleError(
                    f"domains.csv: {domain.domain_code}: exposure {part!r} is no column of dim_area"
                )
        sums.append("+".join(f'CAST("{part}" AS DOUBLE)' for part in parts))
    columns = ", ".join(f"nullif({expression}, 0) AS e{index}" for index, expression in enumerate(sums))
    frame = con.execute(
        f"SELECT area_id, {columns} FROM dim_area WHERE level_code = 'grid' ORDER BY area_id"
    ).df()
    exposure = frame.drop(columns="area_id").to_numpy(dtype=float).T
    return frame["area_id"].tolist(), exposure


def read_feeds(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return feed_id, history_date (its first local day), watermark_at (null: unknown)."""
    return con.execute(
        """
        WITH daily AS (
            SELECT feed_id, signal_date, count(*) AS day_count FROM mart_incident
            WHERE cancelled_code IS NULL AND signal_date IS NOT NULL GROUP BY ALL
        ), running AS (
            SELECT feed_id, signal_date,
                   sum(day_count) OVER (PARTITION BY feed_id ORDER BY signal_date)
                   / sum(day_count) OVER (PARTITION BY feed_id) AS share
            FROM daily
        ), started AS (
            SELECT feed_id, min(signal_date) FILTER (WHERE share > ?) AS started_date FROM running GROUP BY
            feed_id
        )
        SELECT feed_id, coalesce(CAST(history_from AS DATE), started_date) AS history_date, watermark_at
        FROM started LEFT JOIN dim_feed USING (feed_id) LEFT JOIN mart_feed USING (feed_id) ORDER BY feed_id
        """,
        [_HISTORY_SHARE],
    ).df()


def make_calendar(newest: date, cycles: int, *, rules: RiskRules, history_date: date) -> Calendar:
    """Lay out the cycles up to ``newest`` and each one's baseline.

    The baseline is ``baseline_months`` whole months before the month in which the window starts, so that it
    neither moves day by day nor contains the days it judges. A town younger than that takes all its days
    before the window.
    """
    days = tuple(newest - timedelta(days=back) for back in range(cycles - 1, -1, -1))
    spans = []
    for day in days:
        window = day - timedelta(days=rules.window_days)
        until = window.replace(day=1)
        months = until.year * 12 + until.month - 1 - rules.baseline_months
        since = date(months // 12, months % 12 + 1, 1)
        if (until - max(since, history_date)).days < rules.min_baseline_days:
            until = window
        spans.append((since, until))
    first = min(since for since, _ in spans)
    return Calendar(
        first, days, tuple(((since - first).days, (until - first).days) for since, until in spans)
    )


def read_daily(
    con: duckdb.DuckDBPyConnection,
    calendar: Calendar,
    *,
    keys: tuple[list[str], list[str], list[str]],
    rules: RiskRules,
) -> np.ndarray:
    """Return (3, feed, domain, grid, day) of placed incidents: count, summed weights, summed squares."""
    feeds, domains, grids = keys
    until = calendar.cycles[-1]
    days = (until - calendar.first).days
    weights = " ".join(f"WHEN {level} THEN {weight}" for level, weight in rules.severity_weight.items())
    lookups = [
        ("_risk_feed", "feed_id", feeds),
        ("_risk_domain", "domain_code", domains),
        ("_risk_grid", "grid_id", grids),
    ]
    for view, column, values in lookups:
        con.register(view, pd.DataFrame({column: pd.Series(values, dtype="str"), "k": range(len(values))}))
    rows = con.execute(
        f"""
        SELECT f.k AS f, d.k AS d, g.k AS g, date_diff('day', ?::DATE, signal_date) AS t,
               count(*) AS n, sum(w) AS w, sum(w * w) AS w2
        FROM (SELECT *, CAST(CASE severity_level {weights} ELSE 1 END AS DOUBLE) AS w FROM mart_incident) AS i
        JOIN _risk_feed AS f USING (feed_id) JOIN _risk_domain AS d USING (domain_code) JOIN _risk_grid AS g
        USING (grid_id) WHERE cancelled_code IS NULL AND signal_date >= ? AND signal_date < ? GROUP BY ALL
        """,
        [calendar.first, calendar.first, until],
    ).fetchnumpy()
    for view, _, _ in lookups:
        con.unregister(view)
    daily = np.zeros((3, len(feeds), len(domains), len(grids), days))
    at = tuple(np.asarray(rows[name], dtype=np.intp) for name in "fdgt")
    for index, name in enumerate(("n", "w", "w2")):
        daily[(index, *at)] = np.asarray(rows[name], dtype=float)
    return daily


def gather(
    con: duckdb.DuckDBPyConnection, *, newest: date, cycles: int, rules: RiskRules, zone: ZoneInfo
) -> Gathered:
    """Collect the evidence for ``cycles`` daily cycles, the last one ``newest``."""
    domains = read_domains(con)
    grid_ids, exposure = read_exposure(con, domains)
    feeds = read_feeds(con)
    history = pd.to_datetime(feeds["history_date"]).dt.date.tolist()
    calendar = make_calendar(newest, cycles, rules=rules, history_date=min(history, default=newest))
    keys = (feeds["feed_id"].tolist(), domains["domain_code"].tolist(), grid_ids)
    daily = read_daily(con, calendar, keys=keys, rules=rules)
    begins = np.array([max(0, (day - calendar.first).days) for day in history], dtype=int)
    silent = _late(feeds["watermark_at"], calendar.cycles, hours=24 * rules.window_days, zone=zone)
    base, used = _baseline(daily, exposure, calendar=calendar, spoke=(begins, silent), rules=rules)
    whole = np.nansum(exposure, axis=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = base[:2].sum(axis=1) / np.where(whole > 0, whole, np.nan)
        scale = base[2].sum(axis=0) / base[1].sum(axis=0)
    rates[rates == 0] = np.nan
    kernel = decay(rules)
    evidence = Evidence(
        **_windows(daily, calendar, used=used, kernel=kernel),
        expected=rates[1][:, :, None] * exposure[:, None, :] * kernel.sum(),
        expected_count=rates[0][:, :, None] * exposure[:, None, :] * len(kernel),
        scale=scale * (kernel**2).sum() / kernel.sum(),
    )
    late = _late(feeds["watermark_at"], calendar.cycles, hours=rules.stale_after_hours, zone=zone)
    share = _shares(base[0])
    brought = daily[0].sum(axis=(2, 3)) > 0
    return Gathered(
        domains,
        grid_ids,
        exposure,
        evidence,
        town_rate=rates[1],
        delivered=brought.any(axis=0),
        stale=((share * 100 >= rules.stale_share_pct) & late[:, None, :]).any(axis=0),
        joined=(brought[:, :, None] & ~(used | silent)[:, None, :]).any(axis=0),
        silent=(brought[:, :, None] & silent[:, None, :]).any(axis=0),
    )


def _shares(counts: np.ndarray) -> np.ndarray:
    """Each feed's part of all feeds together; 0 where there is nothing."""
    total = counts.sum(axis=0)
    return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)


def _baseline(
    daily: np.ndarray,
    exposure: np.ndarray,
    *,
    calendar: Calendar,
    spoke: tuple[np.ndarray, np.ndarray],
    rules: RiskRules,
) -> tuple[np.ndarray, np.ndarray]:
    """Per-day baseline sums (3, feed, domain, cycle), and which feeds count (feed, cycle).

    ``spoke``: the day each feed begins, and where (feed, cycle) it ended before the window. Only grids of known
    exposure, as in the rate's denominator. Each feed is averaged over its own days: one that joined half-way
    must not look like a rise of risk, one that ended not like a fall.
    """
    begins, silent = spoke
    placed = np.einsum("kfdgt,dg->kfdt", daily, np.isfinite(exposure).astype(float))
    running = np.concatenate([np.zeros((*placed.shape[:-1], 1)), placed.cumsum(axis=-1)], axis=-1)
    base = np.zeros((3, len(begins), daily.shape[2], len(calendar.cycles)))
    used = np.zeros((len(begins), len(calendar.cycles)), dtype=bool)
    for cycle, (since, until) in enumerate(calendar.periods):
        for feed, begin in enumerate(begins):
            start = max(since, begin)
            if until - start >= rules.min_baseline_days and not silent[feed, cycle]:
                used[feed, cycle] = True
                base[:, feed, :, cycle] = (running[:, feed, :, until] - running[:, feed, :, start]) / (
                    until - start
                )
    return base, used


def _windows(
    daily: np.ndarray, calendar: Calendar, *, used: np.ndarray, kernel: np.ndarray
) -> dict[str, np.ndarray]:
    """Plain, decayed weighted and squared-weight counts (domain, cycle, grid) per window."""
    recent = daily[..., -(len(calendar.cycles) - 1 + len(kernel)) :]
    kernels = {"count": np.ones_like(kernel), "weighted": kernel, "squared": kernel**2}
    counted = used.astype(float)
    return {
        name: np.einsum("fdgc,fc->dcg", window_sum(recent[index], each), counted)
        for index, (name, each) in enumerate(kernels.items())
    }


def _late(watermark_at: pd.Series, cycles: tuple[date, ...], *, hours: float, zone: ZoneInfo) -> np.ndarray:
    """Which feeds (feed, cycle) fell short of the cycle's midnight by some hours; an unknown watermark is in time."""
    ends = [datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None) for day in cycles]
    marks = pd.to_datetime(watermark_at).to_numpy(dtype="datetime64[us]")
    cuts = np.array(ends, dtype="datetime64[us]") - np.timedelta64(int(hours * 3600), "s")
    return ~np.isnat(marks)[:, None] & (marks[:, None] < cuts[None, :])
