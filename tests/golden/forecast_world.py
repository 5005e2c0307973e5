"""Sixteen weeks in which every day is like the other, and a day that is not: every number can be checked with a pencil.

Every day a fight at 10:00 in G070 and one at 20:00 in G016, a theft at 15:00 in G070; nothing else, no holiday skipped.
Now is Friday 2026-11-20 21:00 in Shanghai. On this last day eight more thefts come in G016, two hours apart.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

NOW, STAMP = "2026-11-20 21:00", "20261120210000"
TODAY = date(2026, 11, 20)
DAYS = 120
FIGHT, THEFT = "010400", "010100"
BURST = 8
# Points inside the two grids.
PLACES = {"G070": (120.08822, 30.32110), "G016": (120.06193, 30.34565)}
HEADINGS = ("接警单号", "最后更新时间", "报警时间", "入库时间", "警情类别代码", "经度", "纬度")


def calls(*, burst: int = BURST) -> list[tuple[datetime, str, str]]:
    """Returns instant (Shanghai), category and grid of each call."""
    made = []
    for back in range(DAYS, -1, -1):
        day = datetime.combine(TODAY - timedelta(days=back), datetime.min.time())
        made += [(day + timedelta(hours=10), FIGHT, "G070"), (day + timedelta(hours=20), FIGHT, "G016")]
        made += [(day + timedelta(hours=15), THEFT, "G070")]
    midnight = datetime.combine(TODAY, datetime.min.time())
    made += [
        (midnight + timedelta(hours=2 * number + 2, minutes=30), THEFT, "G016") for number in range(burst)
    ]
    return sorted(made)


def forecast_files(**how: int) -> dict[str, str]:
    """Returns the one file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for number, (at, code, grid) in enumerate(calls(**how)):
        lon, lat = PLACES[grid]
        if at.minute:  # of the eight, no two in a row within the 80 m that would make them one
            lon, lat = lon + 0.001 * (at.hour // 2 % 2), lat + 0.001 * (at.hour // 4 % 2)
        told = f"{at:%Y-%m-%d %H:%M:%S}"
        writer.writerow([f"C{number:05d}", told, told, told, code, lon, lat])
    return {"police_110/police_110_20261120205900.csv": out.getvalue()}
