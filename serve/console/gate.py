"""The gate of the console (语句门): one SELECT, judged by DuckDB's own parse tree, before anything is opened for it.

In DuckDB 2.0 a statement's type says too little: `WITH x AS (DELETE ... RETURNING *) SELECT` is typed SELECT and does
delete. So the tree is walked, and every node, table, function and type must be on a list. The gate is the first wall;
what passes it still meets only a private copy in a locked process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

import duckdb

from serve.console.allowed import EXPRESSIONS, FUNCTIONS, NODES, TABLE_FUNCTIONS, TYPES
from serve.console.narrowed import Only, only_rows

LONGEST = 20_000
DEEPEST = 120  # brackets within brackets; nobody writes so, and parsers are recursive
MOST_NODES = 20_000
_EXPLAIN = re.compile(r"\s*explain\b\s*", re.IGNORECASE)
_BLANKS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_PLAIN_NAME = re.compile(r"\w{1,63}")
_SYSTEM_NAME = re.compile(r"(?:duckdb|pg|sqlite|pragma|information|icu|test)_", re.IGNORECASE)


class Refused(Exception):
    """A statement that is not run; `code` is a stable word, `detail` the part of the statement it is about."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:80]


@dataclass(frozen=True)
class Checked:
    """A statement that passed.

    Attributes:
        sql: what is run.
        tables: the tables it reads.
        names: every column name it says; None: it asks for all (`*`).
        parameters: the named parameters it wants.
        literals: the texts written in it.
        only: texts its one table's rows must have to be looked at at all.
        first_rows: it shows columns of one table as they are, so many rows of them; None: it may need every row.
    """

    sql: str
    tables: frozenset[str]
    names: frozenset[str] | None
    parameters: frozenset[str]
    literals: frozenset[str] = frozenset()
    first_rows: int | None = None
    only: tuple[Only, ...] = ()


class Gate:
    """Parses in a database of its own that holds nothing and may open nothing."""

    def __init__(self, tables: frozenset[str]) -> None:
        """Lets statements read the named tables only."""
        self._tables = tables
        self._lock = Lock()
        closed = {"enable_external_access": "false", "python_enable_replacements": "false", "threads": 1}
        self._parser = duckdb.connect(":memory:", config={**closed, "memory_limit": "256MB"})
        self._parser.execute("SET lock_configuration = true")
        found = self._parser.execute("SELECT lower(view_name) FROM duckdb_views() WHERE internal").fetchall()
        self._reserved = frozenset(name for (name,) in found)

    def check(self, sql: str) -> Checked:
        """Returns what a statement reads.

        Raises:
            Refused: it is not one plain SELECT (or EXPLAIN of one) over the tables offered.
        """
        text, is_explained = _statement_of(sql)
        tree = self._tree(text)
        walk = _Walk(self._tables, reserved=self._reserved)
        walk.go(tree)
        return Checked(
            sql=f"EXPLAIN {text}" if is_explained else text,
            tables=frozenset(walk.tables),
            names=None if walk.is_starred else frozenset(walk.names),
            parameters=frozenset(walk.parameters),
            literals=frozenset(walk.literals),
            first_rows=_first_rows(tree.get("node") or {}),
            only=only_rows(tree, table_count=walk.table_count),
        )

    def _tree(self, text: str) -> dict:
        with self._lock:
            try:
                (said,) = self._parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
            except duckdb.Error:
                raise Refused("syntax") from None
        try:
            found = json.loads(said)
        except (ValueError, RecursionError):
            raise Refused("too_deep") from None
        if found.get("error"):
            is_other = "Only SELECT" in found.get("error_message", "")
            raise Refused("not_select" if is_other else "syntax", "" if is_other else _first_line(found))
        if len(found["statements"]) != 1:
            raise Refused("several" if found["statements"] else "empty")
        return found["statements"][0]


class _Walk:
    """One walk over a parse tree, without recursion; collects what the statement reads."""

    def __init__(self, offered: frozenset[str], *, reserved: frozenset[str]) -> None:
        self._offered = offered
        self._reserved = reserved
        self.tables: set[str] = set()
        self.names: set[str] = set()
        self.parameters: set[str] = set()
        self.literals: set[str] = set()
        self.is_starred = False
        self.table_count = 0

    def go(self, tree: dict) -> None:
        """Judges every node of the tree."""
        nodes = list(_dicts(tree))
        own = {name for node in nodes for name in _defined(node)}
        for name in own:
            is_taken = name.lower() in self._reserved | self._offered
            if is_taken or not _PLAIN_NAME.fullmatch(name) or _SYSTEM_NAME.match(name):
                raise Refused("name", name)
        lowered = {name.lower() for name in own}
        for node in nodes:
            self._judge(node, lowered)

    def _judge(self, node: dict, own: set[str]) -> None:
        kind = node.get("class")
        if kind is not None:
            if kind not in EXPRESSIONS:
                raise Refused("construct", str(kind))
            self._judge_expression(kind, node)
        elif isinstance(node.get("type"), str):
            if node["type"] not in NODES:
                raise Refused("construct", node["type"])
            self._judge_source(node, own)

    def _judge_source(self, node: dict, own: set[str]) -> None:
        if node["type"] == "BASE_TABLE":
            self.table_count += 1
            self._judge_table(node, own)
        elif node["type"] == "TABLE_FUNCTION":
            name = str(node["function"].get("function_name", "")).lower()
            if name not in TABLE_FUNCTIONS:
                raise Refused("function", name)
        elif node["type"] == "JOIN":
            self.names.update(map(str.lower, node.get("using_columns") or ()))
            self.is_starred |= node.get("ref_type") == "NATURAL"

    def _judge_table(self, node: dict, own: set[str]) -> None:
        path, name = _path(node), str(node.get("table_name", ""))
        if len(path) != 1 or node.get("schema_name") or node.get("catalog_name") or node.get("at_clause"):
            raise Refused("table", ".".join(path) or name)
        if name.lower() in self._offered:
            self.tables.add(name.lower())
        elif name.lower() not in own:
            raise Refused("table", name)

    def _judge_expression(self, kind: str, node: dict) -> None:
        if kind in ("FUNCTION", "WINDOW"):
            name = str(node.get("function_name", "")).lower()
            if name not in FUNCTIONS or len(_path(node)) != 1 or node.get("schema") or node.get("catalog"):
                raise Refused("function", ".".join(_path(node)) or name)
        elif kind == "TYPE":
            if str(node.get("type_name", "")).lower() not in TYPES or len(_path(node)) != 1:
                raise Refused("type", str(node.get("type_name", "")))
        elif kind == "COLUMN_REF":
            self.names.update(map(str.lower, node.get("column_names") or ()))
        elif kind == "STAR":
            self.is_starred = True
        elif kind == "PARAMETER":
            self.parameters.add(str(node.get("identifier", "")))
        elif kind == "CONSTANT":
            self.literals.update(_text_of(node))


def _statement_of(sql: str) -> tuple[str, bool]:
    """Returns the SELECT and whether only its plan is asked for; comments before it are left out."""
    if len(sql) > LONGEST:
        raise Refused("too_long")
    if found := _CONTROL.search(sql):
        raise Refused("character", f"U+{ord(found[0]):04X}")
    depth = deepest = 0
    for sign in sql:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise Refused("too_deep")
    text = _without_lead(sql).rstrip().rstrip(";").rstrip()
    if not text:
        raise Refused("empty")
    explained = _EXPLAIN.match(text)
    return (_without_lead(text[explained.end() :]), True) if explained else (text, False)


def _without_lead(text: str) -> str:
    lead = _BLANKS.match(text)
    return text[lead.end() :] if lead else text


def _dicts(tree: dict) -> Iterator[dict]:
    waiting, count = [tree], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            count += 1
            if count > MOST_NODES:
                raise Refused("too_long")
            yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _defined(node: dict) -> list[str]:
    """Returns the names of the WITH parts a node defines."""
    entries = (node.get("cte_map") or {}).get("map") or []
    return [str(each.get("key", "")) for each in entries]


def _first_rows(node: dict) -> int | None:
    """Returns LIMIT plus OFFSET of `SELECT columns FROM table LIMIT n`; None for any statement that says more."""
    source = node.get("from_table") or {}
    said = ("where_clause", "group_expressions", "group_sets", "having", "qualify", "sample")
    is_bare = (
        node.get("type") == "SELECT_NODE"
        and source.get("type") == "BASE_TABLE"
        and not (node.get("cte_map") or {}).get("map")
        and not any(node.get(part) for part in said)
        and not source.get("sample")
        and node.get("aggregate_handling") == "STANDARD_HANDLING"
        and all(_is_plain_column(each) for each in node.get("select_list") or [])
    )
    modifiers = node.get("modifiers") or []
    kinds = [(each.get("type"), each.get("limit_type")) for each in modifiers]
    if not is_bare or kinds != [("LIMIT_MODIFIER", "ROW_COUNT")]:
        return None
    told = [modifiers[0].get(part) for part in ("limit", "offset") if modifiers[0].get(part)]
    texts = [str((each.get("literal") or {}).get("text", "")) for each in told]
    if not texts or not all(text.isdecimal() and len(text) < 7 for text in texts):
        return None
    return sum(map(int, texts))


def _is_plain_column(node: dict) -> bool:
    changes = ("expr", "replace_list", "columns")
    return node.get("class") in ("COLUMN_REF", "STAR") and not any(node.get(part) for part in changes)


def _path(node: dict) -> list[str]:
    return [str(each) for each in (node.get("qualified_name") or {}).get("path") or []]


def _text_of(node: dict) -> list[str]:
    literal = node.get("literal") or {}
    return [str(literal.get("text", ""))] if literal.get("kind") == "STRING" else []


def _first_line(found: dict) -> str:
    return str(found.get("error_message", "")).splitlines()[0] if found.get("error_message") else ""
