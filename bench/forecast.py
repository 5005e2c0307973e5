"""Forecasts and warnings on made streams: coverage, false alarms where nothing happens, bursts that are found."""

from __future__ import annotations

import numpy as np

from bench.measure import Book, Finding, lap
from bench.quiet_town import BURST_GRID, BURST_KIND, make_counts, make_outlook
from etl.module_forecast_outlook import TOWN, Outlook
from etl.module_forecast_spread import quantile
from etl.module_warning import Alarm, cells_of, judged
from etl.module_warning_scan import make_zones, scan

GROUP = "Forecast"
SEED = 20261122
ALARM = Alarm(least=5, ratio=2.0, wide_ratio=1.5, share=0.05)
STREAMS, JUDGED = 8, 28  # quiet streams, and judgements (midnights) of each
WEEKS, SCANS = 100, 20
SIZES = (4, 6, 9)  # incidents of a burst in one grid and category on the last day
EXTRA = 32


def covered(outlook: Outlook, level: str, *, part: float) -> tuple[int, int]:
    """Returns how many of the daily counts by area and category lay within an interval, and how many were checked."""
    count, mean = (
        side[-JUDGED:, :, len(outlook.counts.domains) + 1 :] for side in outlook.past(level)["day"]
    )
    phi = np.stack(
        [outlook.category_phi("day", level, day=outlook.today - back) for back in range(JUDGED, 0, -1)]
    )
    low, high = (quantile(mean.ravel(), phi.ravel(), part=each) for each in ((1 - part) / 2, (1 + part) / 2))
    inside = (count.ravel() >= low) & (count.ravel() <= high)
    return int(inside.sum()), inside.size


def alarms(outlook: Outlook, *, back: int = 0) -> tuple[bool, bool]:
    """Returns whether there was a warning at the midnight `back` days ago, and whether the burst's cell was among them."""
    past = {level: outlook.past(level) for level in ("grid", TOWN)}
    found = judged(cells_of(outlook, past, "day", day=outlook.today - 1 - back), alarm=ALARM)
    return len(found) > 0, bool(((found["area"] == BURST_GRID) & (found["kind"] == BURST_KIND)).any())


def cluster_alarm(rng: np.random.Generator, *, extra: int = 0) -> bool:
    """Returns whether a week of 125 grids in a square has a cluster; `extra` cases fall on four neighbours in two days."""
    side = np.arange(125)
    zones = make_zones(500.0 * (side % 12), 500.0 * (side // 12))
    mean = np.tile(rng.gamma(4.0, 0.25, 125), (7, 1))
    count = rng.poisson(mean).astype(float)
    for grid in (50, 51, 62, 63):
        count[-2:, grid] += extra / 8
    return bool(scan(np.rint(count), mean, phi=0.0, zones=zones, limit=ALARM.share))


def measure_forecast(book: Book) -> None:
    """Notes false alarms, coverage, bursts found and what an outlook costs."""
    rng = np.random.default_rng(SEED)
    quiet = [make_outlook(make_counts(rng)) for _ in range(STREAMS)]
    told = [alarms(each, back=back)[0] for each in quiet for back in range(JUDGED)]
    how = f"{STREAMS} made towns of 125 grids, 30 categories, 560 incidents a day, {JUDGED} midnights each, seed {SEED}"
    share = float(np.mean(told))
    value, aim = f"{100 * share:.1f} % of {len(told)}", f"<= {100 * ALARM.share:.0f} %"
    book.note(
        Finding(GROUP, "quiet days with a warning (false alarms)", value, aim, share <= ALARM.share, how)
    )
    for part in (0.95, 0.8):
        hits, n = (
            sum(each) for each in zip(*(covered(each, TOWN, part=part) for each in quiet), strict=True)
        )
        what = f"the town's daily counts by category within the {100 * part:.0f} % interval"
        book.note(
            Finding(
                GROUP,
                what,
                f"{100 * hits / n:.1f} % of {n:,}",
                f">= {100 * part:.0f} %",
                hits / n >= part - 0.01,
                how,
            )
        )
    _note_found(book, rng)
    with lap() as taken:
        quiet[0].past("grid")
        make_outlook(make_counts(rng)).past("grid")
    book.note(
        Finding(
            GROUP,
            "a made town and its outlook",
            f"{taken.processor_s:.2f} s of CPU",
            "< 3",
            taken.processor_s < 3,
            how,
        )
    )


def _note_found(book: Book, rng: np.random.Generator) -> None:
    """Notes bursts in one cell and clusters of neighbours: how many are found, how many where there is none."""
    for size in SIZES:
        found = sum(alarms(make_outlook(make_counts(rng, burst=size)))[1] for _ in range(STREAMS))
        what = f"bursts of {size} more incidents in one grid and category of a day found"
        aim = (">= 0.9", found / STREAMS >= 0.9) if size == max(SIZES) else ("", None)
        book.note(Finding(GROUP, what, f"{found} of {STREAMS}", *aim))
    calm = sum(cluster_alarm(rng) for _ in range(WEEKS))
    # 5 % of a hundred: up to nine is within its 95 % interval
    book.note(
        Finding(GROUP, "quiet weeks with a cluster (false alarms)", f"{calm} of {WEEKS}", "<= 9", calm <= 9)
    )
    hit = sum(cluster_alarm(rng, extra=EXTRA) for _ in range(SCANS))
    what = f"clusters of {EXTRA} more incidents in four grids and two days found"
    book.note(Finding(GROUP, what, f"{hit} of {SCANS}", ">= 0.9", hit / SCANS >= 0.9))
