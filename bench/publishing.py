"""What a small delivery costs the writer by size of the history: load, build, publish, the risk cycle."""

from __future__ import annotations

from datetime import timedelta

from bench.arrival import FEED, ROWS_PER_FILE
from bench.homes import Home
from bench.measure import Book, Finding, count_text, lap, median, time_text
from bench.reports import Batch, prepare, write_csv
from data.settings import utc_now
from etl.as_of import as_of
from etl.build import build
from etl.contract import load_contract
from etl.landing import load_file
from etl.publish import publish
from etl.risk import build_risk

FILES = 7
SIZE_AIM = 2.0


def publish_costs(home: Home) -> dict[str, float]:
    """Returns the median processor seconds of load, build, publish of a small file, and of one risk cycle."""
    contract, settings, town = load_contract(home.town, FEED), home.settings, home.town
    laps: dict[str, list[float]] = {"load": [], "build": [], "publish": []}
    with home.writing() as con:
        prepare(con, [FEED])
        first = con.execute("SELECT max(try_cast(source_key AS BIGINT)) + 1 FROM raw_report").fetchone()[0]
        for number in range(FILES):
            now_at = utc_now(settings).replace(microsecond=0)
            batch = Batch(
                ROWS_PER_FILE, first + number * ROWS_PER_FILE, now_at - timedelta(seconds=60), now_at
            )
            path = settings.home / "scratch" / f"{FEED}_bench{number}_{now_at:%Y%m%d%H%M%S}.csv"
            write_csv(con, contract, batch=batch, path=path)
            with lap() as loading:
                load_file(con, town, contract, path=path, settings=settings)
            with lap() as building:
                build(con, town)
            with lap() as publishing:
                publish(con, town, settings)
            for name, taken in (("load", loading), ("build", building), ("publish", publishing)):
                laps[name].append(taken.processor_s)
            path.unlink(missing_ok=True)
        with lap() as risk:
            build_risk(con, town, as_of_at=as_of(con))
    return {**{name: median(taken) for name, taken in laps.items()}, "risk cycle": risk.processor_s}


def measure_publish(book: Book, homes: list[Home]) -> None:
    """Notes the costs per size; publishing must not grow with the history."""
    costs = {home.batch.count: publish_costs(home) for home in homes}
    smallest = min(costs)
    for size, cost in costs.items():
        parts = "processor time: " + ", ".join(
            f"{name} {time_text(seconds)}" for name, seconds in cost.items()
        )
        share = cost["publish"] / costs[smallest]["publish"]
        aim = (f"<= {SIZE_AIM:g} x", share <= SIZE_AIM) if size != smallest else ("", None)
        book.note(
            Finding(
                "Publishing",
                f"publish of a {ROWS_PER_FILE}-report file at {count_text(size)}, share of "
                f"{count_text(smallest)}",
                f"{share:.2f} x",
                *aim,
                parts,
            )
        )
