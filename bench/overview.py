"""What a screen costs on the server: fresh against the sum of its own SQL, cached, by size of the history."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.homes import Home
from bench.measure import (
    Book,
    Finding,
    Lap,
    count_text,
    lap,
    laps_of,
    median,
    percentile,
    seconds_of,
    time_text,
)
from components.board import Board
from components.context import View
from components.page import find_page
from data import query
from data.connection import Snapshot, Store
from data.months import Reach
from data.request import EVERYTHING, Request, parse_filters
from data.settings import REPOSITORY

RUNS = 7
GROUP = "Screens, server"
REFRESH_AIM = 1.3
CACHED_AIM_S = 0.005
SIZE_AIM = 2.0


@dataclass
class Screen:
    """One home opened as the web process opens it."""

    home: Home
    store: Store
    board: Board

    def draw(self, path: str, search: str = "") -> None:
        """Draws a page as its refresh callback does."""
        view = View.of({"path": path, "search": search}, town=self.home.town)
        page, route = find_page(view.path)
        self.board.draw(page, self.board.context(view, page=page, route=route))

    def forget(self) -> None:
        """Empties every cache of answers and drawings, as a new generation does."""
        self.board._drawn.clear()
        self.board._listings.clear()
        self.board._facts = None
        query.forget_answers(self.store)


@dataclass(frozen=True)
class Asked:
    """A statement as the server asked it: its text, and which rows it looked at."""

    sql: str
    params: object
    is_recent: bool
    reach: Reach


@contextmanager
def opened(home: Home) -> Iterator[Screen]:
    """Yields a screen of the home; its pages are registered once per process."""
    for path in sorted((REPOSITORY / "pages").glob("[a-z]*.py")):
        importlib.import_module(f"pages.{path.stem}")
    store = Store(home.settings.home, zone=home.town.zone)
    try:
        yield Screen(
            home, store, Board(store, town=home.town, scope_of=lambda: EVERYTHING, share_key=lambda: "bench")
        )
    finally:
        store.close()


def measure_overview(book: Book, home: Home) -> None:
    """Compares a fresh wall with its statements run bare, and with a cached one."""
    size = count_text(home.batch.count)
    with opened(home) as screen:
        screen.draw("/")
        fresh, raw = [], []
        for _ in range(RUNS):  # alternating, so that a busy neighbour burdens both alike
            screen.forget()
            with recorded() as statements, lap() as taken:
                screen.draw("/")
            fresh.append(taken)
            raw.append(replay(screen.store, statements))
        cached = seconds_of(lambda: screen.draw("/"), times=200)
    cost, bare = median([each.seconds for each in fresh]), median([each.seconds for each in raw])
    worked, bare_worked = (median([each.processor_s for each in laps]) for laps in (fresh, raw))
    share = cost / bare
    how = (
        f"fresh {time_text(cost)}, its {len(statements)} statements bare {time_text(bare)}, {RUNS} runs; "
        f"processor {time_text(worked)}, bare {time_text(bare_worked)}"
    )
    book.note(
        Finding(
            GROUP,
            f"wall refresh at {size} reports, share of the sum of its raw SQL",
            f"{share:.2f} x",
            f"<= {REFRESH_AIM} x",
            share <= REFRESH_AIM,
            how,
        )
    )
    book.note(
        Finding(
            GROUP,
            f"wall refresh at {size} reports, same generation and scope again",
            f"p95 {time_text(percentile(cached, 0.95))}",
            f"< {time_text(CACHED_AIM_S)}",
            percentile(cached, 0.95) < CACHED_AIM_S,
            "the drawing itself, in the process; all walls share it",
        )
    )


@contextmanager
def recorded() -> Iterator[list[Asked]]:
    """Yields the list that statements are noted in while the block runs."""
    statements: list[Asked] = []
    kept = {name: getattr(Snapshot, name) for name in ("arrays", "frame", "rows")}

    def noting(original):
        def run(self, sql, params=None):
            statements.append(Asked(sql, params, self.is_recent, self.reach))
            return original(self, sql, params)

        return run

    for name, original in kept.items():
        setattr(Snapshot, name, noting(original))
    try:
        yield statements
    finally:
        for name, original in kept.items():
            setattr(Snapshot, name, original)


def replay(store: Store, statements: list[Asked]) -> Lap:
    """Returns what the statements need one after the other, results fetched, nothing else done."""
    with store.reading() as snapshot, lap() as taken:
        for asked in statements:
            snapshot.look(is_recent=asked.is_recent, reach=asked.reach)
            snapshot.rows(asked.sql, asked.params)
    return taken


def screen_costs(home: Home) -> dict[str, Lap]:
    """Returns the median laps of fresh pages and of drills to rows and to a case, a new one and an old one."""
    with opened(home) as screen:
        grid = screen.store.execute(
            "SELECT grid_id FROM mart_incident WHERE grid_id IS NOT NULL LIMIT 1"
        ).iloc[0, 0]
        case = screen.store.execute(
            "SELECT max(incident_id) FROM mart_incident WHERE month_id = (SELECT max(month_id) FROM "
            "mart_incident)"
        ).iloc[0, 0]
        old = screen.store.execute(
            "SELECT max(incident_id) FROM mart_incident WHERE month_id = (SELECT min(month_id) FROM mart_incident)"
        ).iloc[0, 0]
        filters = parse_filters({"period": "28d"}, as_of_at=screen.store.as_of_at(), town=home.town)
        asked = Request("closure_within_sla_pct", filters=filters)
        steps = {
            "wall": lambda: screen.draw("/"),
            "wall filtered by feed": lambda: screen.draw("/", "source=police_110"),
            "grid page": lambda: screen.draw(f"/grid/{grid}"),
            "incident list": lambda: screen.draw("/incidents"),
            "rows behind a number": lambda: query.fetch_rows(
                asked, scope=EVERYTHING, store=screen.store, limit=50
            ),
            "one case": lambda: query.fetch_incident(case, scope=EVERYTHING, store=screen.store),
            "one case of two years ago": lambda: query.fetch_incident(
                old, scope=EVERYTHING, store=screen.store
            ),
        }
        found = {}
        for name, step in steps.items():
            step()
            taken = []
            for _ in range(5):
                screen.forget()
                taken += laps_of(step)
            found[name] = Lap(
                median([each.seconds for each in taken]), median([each.processor_s for each in taken])
            )
    return found


def measure_sizes(book: Book, small: Home, large: Home) -> None:
    """Compares what screens cost at two sizes of the history."""
    low, high = screen_costs(small), screen_costs(large)
    sizes = f"{count_text(large.batch.count)} against {count_text(small.batch.count)} reports"
    for name, cost in high.items():
        share, worked = cost.seconds / low[name].seconds, cost.processor_s / low[name].processor_s
        book.note(
            Finding(
                "Screens, by size of history",
                f"{name}, {sizes}",
                f"{share:.2f} x",
                f"<= {SIZE_AIM} x",
                share <= SIZE_AIM,
                f"{time_text(low[name].seconds)} -> {time_text(cost.seconds)}; processor "
                f"{time_text(low[name].processor_s)} -> {time_text(cost.processor_s)}, {worked:.2f} x",
            )
        )
