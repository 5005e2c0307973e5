"""The table of findings: docs/bench.md."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path

import duckdb

from bench.measure import Book, Finding
from data.settings import REPOSITORY

TARGET = REPOSITORY / "docs" / "bench.md"
HEAD = """# Bench

Written by `make bench` (all sizes: `python -m bench --sizes 0.25,2.5,25`); do not edit. Every figure is a ratio or a percentile
taken in one run on one machine, against raw DuckDB or a static page where it says so. Ratios travel between
machines, seconds do not.

"""


def write_table(book: Book, *, sizes: list[int], notes: Path, target: Path = TARGET) -> None:
    """Writes the findings of a run, grouped, with the machine it ran on and the remarks kept in `notes`."""
    load = os.getloadavg()[0]
    lines = [
        HEAD,
        f"Run of {date.today():%Y-%m-%d}: {os.cpu_count()} cores, {_memory_gb():.0f} GB, Python "
        f"{platform.python_version()}, "
        f"DuckDB {duckdb.__version__}; history sizes {', '.join(f'{size:,}' for size in sizes)} reports "
        "over two years; "
        f"load average at the end {load:.1f}"
        f"{' (above the number of cores: others were working too)' if load > (os.cpu_count() or 1) else ''}.\n\n",
    ]
    for group in dict.fromkeys(finding.group for finding in book.findings):
        lines.append(f"## {group}\n\n| what | measured | aim | | how |\n|---|---|---|---|---|\n")
        lines += [_row(finding) for finding in book.findings if finding.group == group]
        lines.append("\n")
    missed = [finding.what for finding in book.findings if finding.is_met is False]
    lines.append(f"Aims missed: {len(missed)}.\n")
    if notes.is_file():
        lines.append("\n" + notes.read_text(encoding="utf-8"))
    target.write_text("".join(lines), encoding="utf-8")


def _row(finding: Finding) -> str:
    mark = {True: "met", False: "**missed**", None: ""}[finding.is_met]
    return f"| {finding.what} | {finding.value} | {finding.aim} | {mark} | {finding.how} |\n"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
