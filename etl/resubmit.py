"""Quarantined rows once more: out of the archive, corrected, through the same checks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from data.settings import Settings
from data.town import Town
from data.yamlfile import nearest_name
from etl.archive import archive_path
from etl.contract import FeedContract, load_contract
from etl.incoming import Incoming, Reading, materialise
from etl.intake import read_file
from etl.landing import Source, load_source
from etl.ledger import LoadResult
from etl.store import StoreError

MARK = b"cockpit resubmission\n"
SUFFIX = " (resubmitted)"


class ResubmitError(StoreError):
    """A quarantined row that cannot be taken up again."""


def list_quarantine(
    con: duckdb.DuckDBPyConnection, *, feed: str | None = None, limit: int = 100
) -> list[dict]:
    """Returns open quarantine rows, newest first, as mappings of the table's columns."""
    rows = con.execute(
        "SELECT * FROM quarantine WHERE status_code = 'open' AND ($feed IS NULL OR feed_id = $feed) "
        "ORDER BY quarantine_id DESC LIMIT $limit",
        {"feed": feed, "limit": limit},
    )
    names = [column[0] for column in rows.description]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


@dataclass(frozen=True)
class Chosen:
    """Which open rows to take up again (None: all) and what to correct in them: heading to value."""

    ids: list[int] | None = None
    feed: str | None = None
    corrections: Mapping[str, str] = field(default_factory=dict)


def resubmit_rows(
    con: duckdb.DuckDBPyConnection,
    town: Town,
    settings: Settings,
    *,
    chosen: Chosen,
) -> list[LoadResult]:
    """Loads open quarantine rows again, one delivery per original file; returns what became of each.

    Raises:
        ResubmitError: the original bytes are not in the archive, or a heading to correct does not exist.
    """
    groups = con.execute(
        "SELECT q.feed_id, q.file_name, l.sha256, list(q.quarantine_id), list(q.row_no) "
        "FROM quarantine AS q JOIN ledger AS l USING (load_id) WHERE q.status_code = 'open' "
        "AND ($feed IS NULL OR q.feed_id = $feed) AND ($ids IS NULL OR list_contains($ids, q.quarantine_id)) "
        "GROUP BY q.load_id, q.feed_id, q.file_name, l.sha256 ORDER BY q.load_id",
        {"feed": chosen.feed, "ids": chosen.ids},
    ).fetchall()
    results = []
    for feed_id, file_name, sha256, entries, row_numbers in groups:
        origin = _origin(settings.home, sha256)
        recipe = Recipe(
            origin.sha256, tuple(sorted(row_numbers)), {**origin.corrections, **chosen.corrections}
        )
        contract = load_contract(town, feed_id)
        result = _load_recipe(con, town, settings, delivery=(contract, recipe, file_name, entries))
        if result.status_code != "refused":
            con.execute(
                "UPDATE quarantine SET status_code = 'resubmitted' WHERE list_contains(?, quarantine_id)",
                [entries],
            )
        results.append(result)
    return results


@dataclass(frozen=True)
class Recipe:
    """What a resubmission delivers: rows of an archived file and what to correct in them."""

    sha256: str
    row_numbers: tuple[int, ...] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)

    def read(self, reading: Reading) -> Incoming:
        """Reads the original file and keeps the recipe's rows, under the numbers they have there."""
        home = reading.path.parent.parent.parent
        original = archive_path(home, self.sha256)
        if not original.is_file():
            raise ResubmitError(f"{original}: the original bytes are not in the archive")
        delivered = read_file(replace(reading, path=original, has_nul=b"\0" in original.read_bytes()))
        incoming = materialise(reading.con, delivered)
        number = "_row" if incoming.has_row else "(rowid + 1)::INTEGER"
        rest = "* EXCLUDE (_row)" if incoming.has_row else "*"
        reading.con.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {number} AS _row, {rest} FROM {incoming.relation} "
            f"WHERE list_contains(?, {number})",
            [list(self.row_numbers)],
        )
        for heading, value in self.corrections.items():
            if heading not in incoming.headings:
                raise ResubmitError(
                    f"--set {heading!r}: no such heading{nearest_name(heading, incoming.headings)}"
                )
            reading.con.execute(f"UPDATE incoming SET c{incoming.headings.index(heading)} = ?", [value])
        rejected = tuple(item for item in incoming.rejected if item[0] in self.row_numbers)
        return Incoming("incoming", incoming.headings, True, rejected)


def _origin(home: Path, sha256: str) -> Recipe:
    """Returns the recipe behind archived bytes; bytes that are no resubmission are their own origin."""
    path = archive_path(home, sha256)
    head = path.read_bytes()[: len(MARK)] if path.is_file() else b""
    if head != MARK:
        return Recipe(sha256)
    content = json.loads(path.read_bytes()[len(MARK) :])
    return Recipe(content["sha256"], (), content["corrections"])


def _load_recipe(
    con, town: Town, settings: Settings, *, delivery: tuple[FeedContract, Recipe, str, list[int]]
) -> LoadResult:
    contract, recipe, file_name, entries = delivery
    text = json.dumps(
        {
            "sha256": recipe.sha256,
            "rows": recipe.row_numbers,
            "corrections": dict(recipe.corrections),
            "entries": sorted(entries),
        },
        ensure_ascii=False,
    )
    name = file_name if file_name.endswith(SUFFIX) else file_name + SUFFIX
    with tempfile.TemporaryDirectory(dir=settings.home / "scratch") as folder:
        path = Path(folder) / name
        path.write_bytes(MARK + text.encode())
        return load_source(con, town, Source(contract, path, recipe.read), settings=settings)
