"""`make docs`: writes docs/metrics.md and docs/feeds.md from the definition files; `--check` compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from data.catalogue import Catalogue, Metric
from data.settings import REPOSITORY, TOWNS, read_settings
from data.town import Town, load_town
from data.yamlfile import DefinitionError
from etl.contract import FeedContract, load_contracts

DOCS = REPOSITORY / "docs"
NOTE = "<!-- Written by `make docs` from {source}; do not edit. -->\n"


def write_metrics(catalogue: Catalogue) -> str:
    """Returns docs/metrics.md: one table of all metrics, the rules, then each metric's definition."""
    metrics = sorted(catalogue.metrics.values(), key=lambda metric: metric.id)
    lines = [
        "# Metrics (指标)",
        "",
        NOTE.format(source="data/metrics, data/rules"),
        *_table(
            ("metric", "中文", "English", "unit", "mart"),
            ((_anchor(m.id), m.label.zh, m.label.en, m.unit.en, f"`{m.model}`") for m in metrics),
        ),
    ]
    lines += [
        "",
        "## Rules",
        "",
        "Dated limits; an old line is never edited.",
        "",
        *_table(
            ("rule", "中文", "English", "unit", "values"),
            (
                (
                    f"`{name}`",
                    rule.label.zh,
                    rule.label.en,
                    rule.unit,
                    "; ".join(f"{_shown(value)} from {day}" for day, value in rule.values.items()),
                )
                for name, rule in sorted(catalogue.rules.items())
            ),
        ),
    ]
    for metric in metrics:
        lines += _metric_section(metric)
    return "\n".join(lines) + "\n"


def _metric_section(metric: Metric) -> list[str]:
    rows = [
        ("meaning", f"{metric.meaning.zh}<br>{metric.meaning.en}"),
        ("clocks", f"{metric.clocks.zh}<br>{metric.clocks.en}"),
        ("left out", f"{metric.exclusions.zh}<br>{metric.exclusions.en}"),
        ("formula", f"`{metric.value}`" if metric.value else f"Kaplan–Meier percentile {metric.share}"),
        ("rows", f"`{metric.model}`" + (f" where `{metric.where}`" if metric.where else "")),
        ("n", f"`{metric.sample}`"),
        (
            "limit, target",
            ", ".join(f"`{each.rule}`" for each in (metric.limit, metric.target) if each) or "none",
        ),
        ("source", metric.reference.title),
        ("version", f"{metric.version}, reviewed {metric.reviewed}, next {metric.next_review}"),
        ("file", f"[{metric.path.name}](../data/metrics/{metric.path.name})"),
    ]
    return ["", f"## {metric.id}", "", f"{metric.label.zh} · {metric.label.en}", "", *_table(("", ""), rows)]


def write_feeds(towns: Iterable[tuple[Town, dict[str, FeedContract]]]) -> str:
    """Returns docs/feeds.md: the feeds of every town, as their contracts describe them."""
    lines = ["# Feeds (数据源)", "", NOTE.format(source="data/towns/*/feeds")]
    for town, feeds in towns:
        synthetic = " (synthetic)" if town.file.is_synthetic else ""
        lines += [
            "",
            f"## {town.label.zh} · {town.label.en}{synthetic}",
            "",
            *_table(
                (
                    "feed",
                    "name",
                    "fills",
                    "format",
                    "zone, datum",
                    "owner",
                    "expected every",
                    "share",
                    "personal columns",
                ),
                (_feed_row(town, feed) for feed in feeds.values()),
            ),
        ]
    return "\n".join(lines) + "\n"


def _feed_row(town: Town, feed: FeedContract) -> tuple[str, ...]:
    encoding = f", {feed.encoding}" if feed.encoding else ""
    personal = ", ".join(name for name, grade in feed.privacy.items() if grade >= 3)
    return (
        f"[{feed.feed}](../data/towns/{town.id}/feeds/{feed.feed}.yaml)",
        f"{feed.label.zh} · {feed.label.en}",
        feed.entity,
        f"{feed.format}{encoding}",
        f"{feed.timezone}, {feed.datum}",
        feed.owner,
        f"{feed.expected_interval_s} s",
        feed.share_class,
        personal or "none",
    )


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = [" | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings), *(f"| {row} |" for row in cells)]


def _anchor(name: str) -> str:
    return f"[{name}](#{name})"


def _shown(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def make_pages() -> dict[Path, str]:
    """Returns what each generated page must hold.

    Raises:
        DefinitionError: a definition file is wrong.
    """
    towns = [load_town(read_settings(town=path.parent.name)) for path in sorted(TOWNS.glob("*/town.yaml"))]
    return {
        DOCS / "metrics.md": write_metrics(Catalogue()),
        DOCS / "feeds.md": write_feeds((town, load_contracts(town)) for town in towns),
    }


def main() -> int:
    """Writes the pages, or with --check names those that are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is out of date")
    is_check = parser.parse_args().check
    try:
        pages = make_pages()
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 2
    stale = [
        path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(REPOSITORY)}: {'out of date, run `make docs`' if is_check else 'written'}")
        if not is_check:
            path.write_text(pages[path], encoding="utf-8")
    return 1 if stale and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
