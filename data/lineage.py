"""Where a number comes from (血缘): metric -> mart -> models -> raw tables -> feed contracts, with file names."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from data.catalogue import Catalogue, catalogue
from data.settings import REPOSITORY
from data.sqltables import read_tables
from data.town import Town
from data.yamlfile import read_yaml

if TYPE_CHECKING:
    from data.connection import Store

MODELS = REPOSITORY / "etl" / "models"
CLOCKS = REPOSITORY / "data" / "clocks.yaml"
MAKERS = REPOSITORY / "etl" / "module_python.py"
ROLLUPS = REPOSITORY / "etl" / "rollups.py"
# Tables not made by a model file: views over mart_incident, and what the loader and the town's folder write.
CLOCK_VIEWS = ("mart_clock", "mart_segment")
# What the loader writes per entity, and where its things lie.
RAW, PLACE = "raw_", "place_"


class LineageError(RuntimeError):
    """A file the chain needs does not look as expected; names it."""


@dataclass(frozen=True)
class Node:
    """One link of the chain.

    Attributes:
        kind: metric, rule, mart, rollup, model, table (written by the loader or the town's folder), raw, feed.
        name: the thing's own name.
        path: the file to open, relative to the repository where it lies inside; None for a plain table.
        depth: how many steps from the metric.
    """

    kind: str
    name: str
    path: str | None
    depth: int


@dataclass(frozen=True)
class ModelFile:
    """One SQL model and the tables it reads."""

    path: Path
    reads: tuple[str, ...]


def trace_metric(name: str, *, town: Town, definitions: Catalogue | None = None) -> list[Node]:
    """Returns the chain of a metric, nearest first; it ends in the contracts of the town's feeds, if it has any.

    Raises:
        CatalogueError: no such metric.
    """
    definitions = definitions or catalogue()
    metric = definitions.metric(name)
    mart = definitions.mart(metric.model)
    nodes = [Node("metric", name, _shown(metric.path), 0)]
    for reference in (metric.limit, metric.target):
        if reference:
            nodes.append(Node("rule", reference.rule, _shown(definitions.folder / "rules"), 1))
    nodes.append(Node("mart", mart.id, _shown(definitions.folder / "marts" / f"{mart.id}.yaml"), 1))
    nodes += [Node("rollup", rollup.table, _shown(ROLLUPS), 2) for rollup in mart.rollups]
    nodes += _tables(mart.tables, 2)
    entities = {node.name.removeprefix(RAW) for node in nodes if node.kind == "raw"}
    deepest = max(node.depth for node in nodes)
    feeds = [Node("feed", feed, _shown(path), deepest + 1) for feed, path in _feeds(town, entities)]
    return nodes + feeds


def last_loads(store: Store) -> dict[str, str]:
    """Returns feed -> its last load in words, for the end of a chain; a feed that never delivered is not there."""
    rows = store.execute(
        "SELECT feed_id, last_load_id, last_arrival_at, watermark_at, row_count FROM mart_feed "
        "WHERE last_load_id IS NOT NULL"
    )
    return {
        row.feed_id: f"load {row.last_load_id} at {row.last_arrival_at:%Y-%m-%d %H:%M} UTC, "
        f"complete to {row.watermark_at:%Y-%m-%d %H:%M} UTC, {row.row_count} rows in all"
        for row in rows.itertuples()
    }


def _tables(names: tuple[str, ...], depth: int) -> list[Node]:
    """Returns the tables under some tables, breadth first, each once."""
    models, found, queue = read_models(), [], [(name, depth) for name in names]
    seen = set()
    while queue:
        name, level = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name in CLOCK_VIEWS:
            found.append(Node("model", name, _shown(CLOCKS), level))
            under: tuple[str, ...] = ("mart_incident",)
        elif name in models:
            found.append(Node("model", name, _shown(models[name].path), level))
            under = models[name].reads
        else:
            found.append(Node("raw" if name.startswith(RAW) else "table", name, None, level))
            under = _beside(name)
        queue += [(each, level + 1) for each in under]
    return found


def _beside(name: str) -> tuple[str, ...]:
    """Returns what a table without a model is made from: the ledger and a place come from what was loaded."""
    if name == "ledger":  # the loader writes it with every file, so a feed's own figures end in the feeds
        return ("raw_report",)
    return (RAW + name.removeprefix(PLACE),) if name.startswith(PLACE) else ()


@lru_cache(maxsize=1)
def read_models() -> dict[str, ModelFile]:
    """Returns the models by name with the tables each reads, those made by SQL and those made by Python."""
    con = duckdb.connect()
    found = {
        path.stem: ModelFile(path, tuple(sorted(read_tables(con, path.read_text(encoding="utf-8")))))
        for path in sorted(MODELS.rglob("*.sql"))
    }
    con.close()
    return found | _made_by_python()


def _made_by_python() -> dict[str, ModelFile]:
    """Returns the tables of MAKERS; read as text, because nothing here may import the builder."""
    for statement in ast.parse(MAKERS.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == "MAKERS":
            entries = zip(statement.value.keys, statement.value.values, strict=True)
            return {key.value: ModelFile(MAKERS, ast.literal_eval(made.args[0])) for key, made in entries}
    raise LineageError(f"{MAKERS}: no MAKERS")


def _feeds(town: Town, entities: set[str]) -> list[tuple[str, Path]]:
    """Returns the town's feeds that deliver one of the entities."""
    found = []
    for path in sorted(town.feeds_dir.glob("*.yaml")):
        feed, entity = _head(path, path.stat().st_mtime_ns)
        if entity in entities:
            found.append((feed, path))
    return found


@lru_cache(maxsize=512)
def _head(path: Path, stamp: int) -> tuple[str, str | None]:
    """Returns feed and entity of a contract; `stamp` tells a changed file from the one that was read."""
    content = read_yaml(path)
    content = content if isinstance(content, dict) else {}
    return str(content.get("feed", path.stem)), content.get("entity")


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
