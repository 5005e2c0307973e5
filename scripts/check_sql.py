"""What every SQL model must obey, checked with DuckDB's own parser.

One file is one SELECT; its first line says the grain (a check says `-- fail` or `-- warn`); past staging
every column is named; nothing that does not translate to another engine (docs/architecture.md section 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

GRAIN = re.compile(r"-- grain: one row per \S")
SEVERITY = re.compile(r"-- (fail|warn)\b")
NOT_PORTABLE = re.compile(
    r"\b(ASOF|UNION\s+ALL\s+BY\s+NAME|UNION\s+BY\s+NAME|QUALIFY\s+ASOF)\b", re.IGNORECASE
)
EVERY_COLUMN = re.compile(r"\bSELECT\s+(?:DISTINCT\s+)?\*", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*")
LINE_LENGTH = 140


def find_faults(folder: Path) -> list[str]:
    """Returns one line per fault of the models under the folder; empty when all is well."""
    return [fault for path in sorted(folder.rglob("*.sql")) for fault in _faults(path, path.parent.name)]


def _faults(path: Path, layer: str) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    if layer == "checks":
        if not SEVERITY.match(first):
            yield f"{path}: line 1 = {first!r}: a check begins with `-- fail` or `-- warn`"
    elif not GRAIN.match(first):
        yield f"{path}: line 1 = {first!r}: a model begins with `-- grain: one row per ...`"
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LINE_LENGTH or "\t" in line or line != line.rstrip():
            yield f"{path}:{number}: longer than {LINE_LENGTH}, a tab, or blanks at the end"
    yield from _statement_faults(path, COMMENT.sub("", text), layer=layer)


def _statement_faults(path: Path, code: str, *, layer: str) -> Iterator[str]:
    try:
        statements = duckdb.extract_statements(code)
    except duckdb.Error as error:
        yield f"{path}: does not parse: {' '.join(str(error).split())[:200]}"
        return
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        yield f"{path}: holds {kinds}: a model is exactly one SELECT"
    if layer != "staging" and EVERY_COLUMN.search(code):
        yield f"{path}: `SELECT *`: past staging every column is named"
    found = NOT_PORTABLE.search(code)
    if found:
        yield f"{path}: {found.group(0)!r} does not translate to another engine"
