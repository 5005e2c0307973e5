"""Where a number comes from (血缘): metric -> mart -> models -> raw tables -> feed contracts, with file names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from data.catalogue import Catalogue, catalogue
from data.settings import REPOSITORY
from data.town import Town
from data.yamlfile import read_yaml

MODELS = REPOSITORY / "etl" / "models"
CLOCKS = REPOSITORY / "data" / "clocks.yaml"
ROLLUPS = REPOSITORY / "etl" / "rollups.py"
# Tables not made by a model file: views over mart_incident, and what the loader and the town's folder write.
CLOCK_VIEWS = ("mart_clock", "mart_segment")
RAW_ENTITIES = {"raw_report": "report", "raw_step": "step"}


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
    raws = {node.name for node in nodes if node.kind == "raw"}
    deepest = max(node.depth for node in nodes)
    feeds = [Node("feed", feed, _shown(path), deepest + 1) for feed, path in _feeds(town, raws)]
    return nodes + feeds


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
            queue.append(("mart_incident", level + 1))
        elif name in models:
            found.append(Node("model", name, _shown(models[name].path), level))
            queue += [(each, level + 1) for each in models[name].reads]
        else:
            found.append(Node("raw" if name in RAW_ENTITIES else "table", name, None, level))
            if (
                name == "ledger"
            ):  # the loader writes it with every file, so a feed's own figures end in the feeds
                queue.append(("raw_report", level + 1))
    return found


@lru_cache(maxsize=1)
def read_models() -> dict[str, ModelFile]:
    """Returns the SQL models by name with the tables each reads, as DuckDB's own parser sees them."""
    con = duckdb.connect()
    for macro in (
        "local_at",
        "cell_x",
        "cell_y",
    ):  # the town's own are made by the build; only names count here
        con.execute(f"CREATE MACRO {macro}(v) AS v")
    found = {}
    for path in sorted(MODELS.rglob("*.sql")):
        reads = con.get_table_names(path.read_text(encoding="utf-8"))
        found[path.stem] = ModelFile(path, tuple(sorted(reads - {path.stem})))
    con.close()
    return found


def _feeds(town: Town, raws: set[str]) -> list[tuple[str, Path]]:
    """Returns the town's feeds whose entity fills one of the raw tables."""
    wanted = {RAW_ENTITIES[name] for name in raws}
    found = []
    for path in sorted(town.feeds_dir.glob("*.yaml")):
        content = read_yaml(path)
        if isinstance(content, dict) and content.get("entity") in wanted:
            found.append((str(content.get("feed", path.stem)), path))
    return found


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
