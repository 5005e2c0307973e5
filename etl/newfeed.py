"""new-feed: a contract to start from, as much of it as can be read off a sample file."""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from data.town import Town
from data.yamlfile import DefinitionError
from etl.contract import ContractError, FeedContract, contract_path, load_contract
from etl.feed_guess import Layout, guess_layout
from etl.feed_headings import PERSONAL_HEADING, find_columns, split_heading
from etl.incoming import Incoming, Reading, RefusedFileError, materialise
from etl.intake import read_file

GRADES = {"reporter_hash": 4, "address_text": 3, "description_text": 3}
DEFAULT_COLUMNS = {
    "source_key": {"column": "编号", "required": True},
    "reported_at": {"column": "上报时间", "time": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"], "required": True},
}
SAMPLE_ROWS = 2000
COMMA_DECIMAL = re.compile(r"-?\d{1,3},\d+")


@dataclass(frozen=True)
class Guess:
    """What can be seen in a sample.

    Attributes:
        values: heading -> its first cells.
    """

    layout: Layout
    columns: dict[str, dict[str, object]]
    values: Mapping[str, list[str]]

    @property
    def used(self) -> set[str]:
        """The headings that columns are made of."""
        return {source for spec in self.columns.values() for source in _sources(spec)}


def write_feed(
    town: Town, feed: str, *, sample: Path | None = None, chosen: Mapping[str, str] | None = None
) -> list[str]:
    """Writes feeds/<feed>.yaml and its category codes, checks that the contract is valid; returns what to look at next.

    Args:
        town: the town.
        feed: id of the new feed.
        sample: a file of it.
        chosen: canonical column -> heading (several joined by +) that somebody named, instead of a guess.

    Raises:
        ContractError: the feed exists already, or the sample has no column that could be key or time.
    """
    path = contract_path(town, feed)
    if path.exists():
        raise ContractError(f"{path}: exists already")
    guess = (
        guess_sample(town, sample, chosen=chosen or {})
        if sample
        else Guess(Layout("csv"), DEFAULT_COLUMNS, {})
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = _write_codes(town, feed, guess)
    path.write_text(render(town, feed, guess), encoding="utf-8")
    try:
        load_contract(town, feed)
    except DefinitionError:
        path.unlink()
        raise
    return [f"wrote {path}", *_tell(guess), *lines, *_next_steps(town, feed, sample, guess=guess)]


def _tell(guess: Guess) -> list[str]:
    seen = ", ".join(f"{name} <- {' + '.join(_sources(spec))}" for name, spec in guess.columns.items())
    unused = [heading for heading in guess.values if heading and heading not in guess.used]
    has_end = guess.columns.keys() & {"handled_at", "closed_at"}
    doubt = "no column tells when a case ended: map closed_at or handled_at, else all stay open and none has a deadline"
    return [
        f"columns: {seen}",
        f"not used: {', '.join(unused) or 'none'} (data/entities/report.yaml lists what a report can hold)",
        *([] if has_end else [doubt]),
    ]


def _next_steps(town: Town, feed: str, sample: Path | None, *, guess: Guess) -> list[str]:
    doubt = "" if guess.layout.is_certain else "encoding (no proof of it in the sample), "
    return [
        f"look over: {doubt}timezone, times, owner, purpose, share_class, datum, privacy, required; then",
        f"  python -m etl load {feed} {sample or 'FILE'} --town {town.folder}",
    ]


def _sources(spec: Mapping[str, object]) -> list[str]:
    return [str(spec["column"])] if "column" in spec else [str(item) for item in spec.get("columns", [])]


def guess_sample(town: Town, sample: Path, *, chosen: Mapping[str, str]) -> Guess:
    """Returns layout and columns read off a sample.

    Raises:
        ContractError: not readable, or without a key or a time.
    """
    if not sample.is_file():
        raise ContractError(f"{sample}: no such file")
    try:
        layout = guess_layout(sample)
        contract = _sample_contract(town, layout)
        values = _read(contract, sample)
    except (RefusedFileError, ValueError) as error:
        raise ContractError(f"{sample}: {error}") from None
    columns = find_columns(values, contract=contract, chosen=chosen, sample=sample)
    if any(
        COMMA_DECIMAL.fullmatch(cell)
        for name in ("lon", "lat")
        for cell in _cells(columns, name, values)[:20]
    ):
        layout = Layout(layout.format, layout.options | {"decimal": ","}, layout.is_certain)
    return Guess(layout, columns, values)


def _cells(columns: Mapping[str, dict[str, object]], name: str, values: Mapping[str, list[str]]) -> list[str]:
    return [cell for source in _sources(columns.get(name, {})) for cell in values[source] if cell]


def _sample_contract(town: Town, layout: Layout) -> FeedContract:
    return FeedContract.model_validate(
        {
            "feed": "sample",
            "entity": "report",
            "label": {"zh": "样本", "en": "Sample"},
            "channel": "patrol",
            "owner": "-",
            "purpose": "-",
            "share_class": "shared",
            "files": "*",
            "format": layout.format,
            "timezone": town.file.timezone,
            "version": "arrival",
            "expected_interval_s": 1,
            "expected_lag_s": 1,
            "columns": DEFAULT_COLUMNS,
            **layout.options,
        }
    )


def _read(contract: FeedContract, sample: Path) -> dict[str, list[str]]:
    """Returns heading -> first cells, in the order of the file."""
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as scratch:
        incoming: Incoming = materialise(con, read_file(Reading(con, contract, sample, Path(scratch))))
        names = ", ".join(f"c{index}" for index in range(len(incoming.headings)))
        rows = (
            con.execute(f"SELECT {names} FROM {incoming.relation} LIMIT {SAMPLE_ROWS}").fetchall()
            if names
            else []
        )
    columns = zip(*rows, strict=True) if rows else [()] * len(incoming.headings)
    return {heading: list(column) for heading, column in zip(incoming.headings, columns, strict=True)}


def _write_codes(town: Town, feed: str, guess: Guess) -> list[str]:
    """Writes the code map of the categories as far as names agree; returns which values are still without a category."""
    found = Counter(_cells(guess.columns, "category_source_code", guess.values))
    if not found:
        return []
    path = town.folder / "codes" / f"{feed}_category.csv"
    path.parent.mkdir(exist_ok=True)
    known = _category_names(town)
    matched = {value: known[value.casefold()] for value in found if value.casefold() in known}
    path.write_text(
        "source_code,code\n" + "".join(f"{_quoted(key)},{code}\n" for key, code in matched.items()),
        encoding="utf-8",
    )
    left = [f"{value} ({count})" for value, count in found.most_common(20) if value not in matched]
    return [f"wrote {path}", f"categories without a code there: {', '.join(left) or 'none'}"]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def _category_names(town: Town) -> dict[str, str]:
    path = town.folder / "categories.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {
        row[key].casefold(): row["category_code"]
        for row in rows
        for key in ("category_code", "name_zh", "name_en")
    }


def render(town: Town, feed: str, guess: Guess) -> str:
    """Returns the contract's text."""
    version = (
        ""
        if "version_at" in guess.columns
        else "version: arrival        # the feed has no version column: the later file wins\n"
    )
    privacy = {heading: 4 for heading in guess.values if PERSONAL_HEADING.search(split_heading(heading))}
    privacy |= {
        source: grade for name, grade in GRADES.items() for source in _sources(guess.columns.get(name, {}))
    }
    columns = "".join(f"  {name}: {_one_line(spec)}\n" for name, spec in guess.columns.items())
    options = "".join(f"{key}: {_one_line(value)}\n" for key, value in guess.layout.options.items() if value)
    codes = (
        f"codes: {{category: {feed}_category}}\n"
        if "category_source_code" in guess.columns and guess.values
        else ""
    )
    return (
        f"feed: {feed}\nentity: report\nlabel: {{zh: {feed}, en: {feed}}}\n"
        "channel: patrol          # police|fire|city_management|complaint|citizen|patrol|video|step\n"
        "owner: 待定              # who answers for it\npurpose: 待定            # why it may be used\n"
        f'share_class: shared\nfiles: "*"\nformat: {guess.layout.format}\n{options}timezone: {town.file.timezone}\n'
        "datum: wgs84             # wgs84|gcj02|bd09; proved against grid ids from 30 located rows on\n"
        f"{version}required: false          # true: takes part in the as-of watermark\n"
        f"expected_interval_s: 600\nexpected_lag_s: 120\n{codes}"
        f'columns:\n{columns}null_values: ["", "NULL", "-"]\nprivacy: {_one_line(privacy)}\n'
    )


def _one_line(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.strip().removesuffix("...").strip()
