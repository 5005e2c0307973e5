"""The SQL models (模型): files under etl/models, ordered by what they read; one file = one SELECT = one table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from data.sqltables import read_tables

MODELS = Path(__file__).resolve().parent / "models"


class ModelError(ValueError):
    """Models that read each other in a circle, or a file that is not one SELECT."""


@dataclass(frozen=True)
class Model:
    """One SQL file."""

    name: str
    path: Path
    sql: str
    reads: frozenset[str]


@lru_cache(maxsize=1)
def read_models() -> dict[str, Model]:
    """Returns the core and mart models in the order they are built.

    Raises:
        ModelError: two models read each other, or a file is not one SELECT.
    """
    found = {}
    con = duckdb.connect()
    for path in sorted(MODELS.glob("*/*.sql")):
        sql = path.read_text(encoding="utf-8")
        try:
            names = read_tables(con, sql)
        except (ValueError, duckdb.Error) as error:
            raise ModelError(f"{path}: {str(error).splitlines()[0]}") from None
        found[path.stem] = Model(name=path.stem, path=path, sql=sql, reads=names)
    con.close()
    ordered: dict[str, Model] = {}
    while len(ordered) < len(found):
        ready = [
            m
            for m in found.values()
            if m.name not in ordered and not (m.reads & found.keys()) - ordered.keys() - {m.name}
        ]
        if not ready:
            raise ModelError(f"models read each other in a circle: {sorted(found.keys() - ordered.keys())}")
        ordered |= {model.name: model for model in ready}
    return ordered


def chain(name: str) -> list[str]:
    """Returns the models and tables `name` is made from, nearest first."""
    models, found, queue = read_models(), [], [name]
    while queue:
        current = queue.pop(0)
        if current in found:
            continue
        found.append(current)
        queue += sorted(models[current].reads) if current in models else []
    return found
