"""How each feed delivers: file format, rhythm, clock faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.synth.incidents import epoch

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class FeedSpec:
    """One feed's delivery.

    Attributes:
        feed: feed id, also the landing folder.
        format: csv, xlsx, json, jsonl or xml.
        source: index in FEEDS of the reports it carries (a step feed carries their process log).
        interval_s: seconds between two files when live.
        months: months per history file.
        key, time: its columns that defective rows spoil (none: no defective rows).
        faults: spans of local days in which its clock was off, with the seconds it was ahead.
    """

    feed: str
    format: str
    source: int
    interval_s: int
    months: int
    encoding: str = "utf-8"
    delimiter: str = ","
    key: str = ""
    time: str = ""
    is_step: bool = False
    faults: tuple[tuple[date, date, int], ...] = ()

    @property
    def select(self) -> str:
        """The SELECT that words this feed's rows."""
        return (SQL / f"{self.feed}.sql").read_text(encoding="utf-8")

    def is_due(self, end: int, now: int, *, stretch: float) -> bool:
        """Whether a live file is due at `now` when the last one ended at `end`.

        Feeds are out of step with each other, as real ones are; `stretch` lengthens the interval.
        """
        interval = self.interval_s * stretch
        phase = interval * (7 * [spec.feed for spec in SPECS].index(self.feed) % 9) / 9
        return (now - phase) // interval > (end - phase) // interval

    def skew_sql(self) -> str:
        """Returns the macro telling by how many seconds the feed's clock was ahead at a true instant."""
        cases = " ".join(
            f"WHEN x >= {epoch(a)} AND x < {epoch(b)} THEN {seconds}" for a, b, seconds in self.faults
        )
        return f"CREATE OR REPLACE MACRO skew(x) AS {f'CASE {cases} ELSE 0 END' if cases else '0'}"


CITY_FAULTS = ((date(2025, 9, 8), date(2025, 9, 29), -95), (date(2026, 8, 10), date(2026, 9, 21), 120))
COMPLAINT_FAULTS = ((date(2026, 3, 2), date(2026, 4, 6), 75),)
SPECS = (
    FeedSpec("police_110", "csv", 0, 30, 1, key="接警单号", time="报警时间"),
    FeedSpec("fire_119", "csv", 1, 60, 6, encoding="gb18030", key="警情编号", time="接警时间"),
    FeedSpec("city_management", "xlsx", 2, 120, 1, key="案件编号", time="上报时间", faults=CITY_FAULTS),
    FeedSpec("city_management_step", "xlsx", 2, 120, 3, is_step=True, faults=CITY_FAULTS),
    FeedSpec(
        "complaint_12345", "json", 3, 60, 1, key="workOrderNo", time="callTime", faults=COMPLAINT_FAULTS
    ),
    FeedSpec("complaint_12345_step", "csv", 3, 120, 3, is_step=True, faults=COMPLAINT_FAULTS),
    FeedSpec("citizen_report", "jsonl", 4, 60, 1, key="id"),
    FeedSpec(
        "grid_patrol", "csv", 5, 120, 3, encoding="utf-8-sig", delimiter=";", key="巡查单号", time="发现时间"
    ),
    FeedSpec(
        "video_alert", "xml", 6, 60, 3, key="id", faults=((date(2025, 11, 3), date(2025, 12, 15), -60),)
    ),
)


def spec_of(feed: str) -> FeedSpec:
    """Returns the delivery of a feed."""
    return next(spec for spec in SPECS if spec.feed == feed)
