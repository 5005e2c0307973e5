"""`make bench`: measures what is fast and what is not, prints it and keeps it in docs/bench.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.arrival import Trial, make_dropper, measure_arrival
from bench.briefing import measure_briefing
from bench.browser import (
    chromium,
    measure_cold_load,
    measure_filter_click,
    measure_painted,
    measure_shared_answer,
)
from bench.etl_speed import measure_etl
from bench.explorer import measure_brush, measure_explorer
from bench.forecast import measure_forecast
from bench.homes import home_of
from bench.links import measure_links
from bench.measure import BenchError, Book
from bench.overview import measure_overview, measure_sizes
from bench.publishing import measure_publish
from bench.serving import served
from bench.table import write_table
from bench.topics import measure_topics
from data.settings import REPOSITORY, read_settings

PARTS = (
    "links",
    "topics",
    "forecast",
    "briefing",
    "etl",
    "publish",
    "overview",
    "sizes",
    "explorer",
    "arrival",
    "browser",
)
REMARKS = Path(__file__).resolve().parent / "remarks.md"
LARGE = 10_000_000


def main() -> int:
    """Runs the parts asked for; 1 when an aim is missed and --strict is given."""
    given = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers under test are stopped, too
    sizes = sorted(int(float(each) * 1e6) for each in given.sizes.split(","))
    root = Path(given.home).resolve()
    root.mkdir(parents=True, exist_ok=True)
    book = Book()
    _measure(_steps(book, given, root=root, sizes=sizes), parts=given.only or PARTS)
    if not (given.only or given.no_write):
        write_table(book, sizes=sizes, notes=REMARKS)
    missed = [finding for finding in book.findings if finding.is_met is False]
    print(f"{len(book.findings)} findings, {len(missed)} aims missed")
    return 1 if missed and given.strict else 0


def _steps(
    book: Book, given: argparse.Namespace, *, root: Path, sizes: list[int]
) -> dict[str, Callable[[], object]]:
    return {
        "links": lambda: measure_links(book, Path(given.demo)),
        "topics": lambda: measure_topics(book),
        "forecast": lambda: measure_forecast(book),
        "briefing": lambda: measure_briefing(book, Path(given.demo)),
        "etl": lambda: measure_etl(book, root, rows=given.rows),
        "publish": lambda: measure_publish(book, [home_of(root, size) for size in sizes]),
        "overview": lambda: [measure_overview(book, home_of(root, size)) for size in sizes],
        "sizes": lambda: [
            measure_sizes(book, home_of(root, sizes[0]), home_of(root, size)) for size in sizes[1:]
        ],
        "explorer": lambda: [_explore(book, root, size=size) for size in sizes],
        "arrival": lambda: [_live(book, root, size=size, drops=given.drops) for size in sizes],
        "browser": lambda: _browse(book, root, sizes=sizes),
    }


def _explore(book: Book, root: Path, *, size: int) -> None:
    home = home_of(root, size)
    measure_explorer(book, home, size=size)
    with served(home) as running:
        measure_brush(book, running, size=size)


def _measure(steps: dict[str, Callable[[], object]], *, parts: Iterable[str]) -> None:
    """Runs the parts; one that cannot be measured here says why and the others go on."""
    for part in parts:
        print(f"-- {part}", flush=True)
        try:
            steps[part]()
        except BenchError as error:
            print(f"   not measured: {error}", file=sys.stderr, flush=True)


def _live(book: Book, root: Path, *, size: int, drops: int) -> None:
    home = home_of(root, size)
    aim_s = 2.0 if size > LARGE else 1.0
    dropper = make_dropper(home)
    with served(home, is_live=True) as house, chromium() as browser:
        measure_arrival(book, house, trial=Trial(dropper, drops, aim_s))
        measure_painted(book, browser, house, trial=Trial(dropper, drops, aim_s))


def _browse(book: Book, root: Path, *, sizes: list[int]) -> None:
    home = home_of(root, max([size for size in sizes if size <= LARGE], default=sizes[0]))
    with served(home) as house, chromium() as browser:
        measure_cold_load(book, browser, house, root=root)
        measure_shared_answer(book, browser, house)
        measure_filter_click(book, browser, house)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--sizes", default="0.25,2.5", help="history sizes in millions of reports (default: %(default)s)"
    )
    parser.add_argument("--rows", type=int, default=500_000, help="rows of the CSV the whole ETL is timed on")
    parser.add_argument("--drops", type=int, default=30, help="files dropped per size and way of looking")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="only these parts")
    parser.add_argument(
        "--home",
        default=REPOSITORY / "data" / "warehouse" / "bench",
        help="where the homes are made and kept",
    )
    demo = read_settings(town="stown").home
    parser.add_argument(
        "--demo", default=demo, help="home of the demonstration town, for links (default: %(default)s)"
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/bench.md as it is")
    parser.add_argument("--strict", action="store_true", help="end with 1 when an aim is missed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
