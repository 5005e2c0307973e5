"""How long a briefing takes: its text from the published data, and every format of it, drawn and written afresh."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from bench.measure import BenchError, Book, Finding, count_text, lap, time_text
from components.briefing.copy import make_copy
from components.briefing.document import Document
from components.briefing.edition import edition_for
from components.briefing.formats import FORMATS
from components.briefing.outline import make_document
from components.drawing import area_map
from components.drawing.chart import draw_chart
from data import query
from data.connection import Store
from data.request import EVERYTHING
from data.settings import read_settings
from data.town import Town, load_town

GROUP = "Briefing"
FORMATS_AIM_S = 5.0
LANGUAGES = ("zh", "en")


def measure_briefing(book: Book, home: Path, *, town_id: str = "stown") -> None:
    """Measures the newest daily briefing of a home: text and all formats together, in both languages.

    Raises:
        BenchError: nothing is published in this home.
    """
    if not (home / "published" / "CURRENT").is_file():
        raise BenchError(f"{home}: nothing is published; `make run` makes the demonstration town")
    town = load_town(read_settings(town=town_id, home=home))
    store = Store(home, zone=town.zone)
    try:
        for language in LANGUAGES:
            _measure(book, store, town=town, language=language)
    finally:
        store.close()


def _measure(book: Book, store: Store, *, town: Town, language: str) -> None:
    as_of = store.as_of_at()
    newest = as_of.replace(tzinfo=UTC).astimezone(town.zone).date()
    edition = edition_for("daily", newest, town=town, newest_at=as_of)
    query.forget_answers(store)
    with lap() as asked:
        document = make_document(edition, language=language, scope=EVERYTHING, store=store, town=town)
    cells = sum(
        len(row) for part in document.parts for block in part.blocks for row in getattr(block, "rows", ())
    )
    what = f"daily, {language}, {len(document.parts)} parts, {count_text(cells)} cells"
    book.note(Finding(GROUP, f"text: {what}", time_text(asked.seconds), how="every question asked afresh"))
    taken, sizes = _write_all(document, store.folder / "geo")
    together = sum(seconds for seconds, _ in taken.values())
    worked = sum(processor for _, processor in taken.values())
    parts = ", ".join(
        f"{code} {time_text(seconds)} {sizes[code] / 1000:,.0f} kB" for code, (seconds, _) in taken.items()
    )
    finding = Finding(
        GROUP,
        f"all formats: {what}",
        time_text(together),
        f"<= {FORMATS_AIM_S:g} s",
        together <= FORMATS_AIM_S,
        f"{parts}; pictures drawn afresh; processor {time_text(worked)}",
    )
    book.note(finding)


def _write_all(document: Document, geo: Path) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """Returns seconds by the clock and of the processor, and bytes, per format; nothing is remembered from before."""
    for remembered in (make_copy, draw_chart, area_map._draw):
        remembered.cache_clear()
    taken, sizes = {}, {}
    for code, form in FORMATS.items():
        with lap() as each:
            sizes[code] = len(form.write(document, geo=geo))
        taken[code] = (each.seconds, each.processor_s)
    return taken, sizes
