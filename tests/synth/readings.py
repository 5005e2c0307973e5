"""Reads feed files with plain libraries, independent of the product's readers."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path

from lxml import etree
from python_calamine import CalamineWorkbook

from etl.synth.feedspec import FeedSpec

KEY = r"(JQ|H|CG|GD|SSP|XC|V|LC|LZ)\d{12}([A-Z]\d+)?"


def read_rows(path: Path, spec: FeedSpec) -> list[dict[str, object]]:
    """Returns the rows of one feed file."""
    if spec.format == "csv":
        text = path.read_bytes().decode(spec.encoding)
        return list(csv.DictReader(io.StringIO(text), delimiter=spec.delimiter))
    if spec.format == "json":
        return json.loads(path.read_text(encoding="utf-8"))["data"]["items"]
    if spec.format == "jsonl":
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    if spec.format == "xml":
        return [{field.tag: field.text for field in alert} for alert in etree.parse(str(path)).getroot()]
    heading, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


@cache
def read_feed(home: Path, spec: FeedSpec) -> list[tuple[str, dict[str, object]]]:
    """Returns (file name, row) of all files of a feed, in order of delivery; read once per test run."""
    paths = sorted((home / "landing" / spec.feed).iterdir())
    return [(path.name, row) for path in paths for row in read_rows(path, spec)]


def is_sound(row: dict[str, object], spec: FeedSpec) -> bool:
    """Returns whether the row carries a key as the feed writes it; the deliberately broken ones do not."""
    return re.fullmatch(KEY, str(row.get(spec.key or "流水号") or "")) is not None


def sound_rows(home: Path, spec: FeedSpec) -> dict[str, dict[str, object]]:
    """Returns key -> newest row of a feed, without the deliberately broken ones."""
    return {row[spec.key or "流水号"]: row for _, row in read_feed(home, spec) if is_sound(row, spec)}
