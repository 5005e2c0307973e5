"""Which rows a statement looks at and no others (先行筛选): `column = 'text'` of its one table; the rest is not copied."""

from __future__ import annotations

from collections.abc import Iterator

Only = tuple[str, tuple[str, ...]]  # a column and the texts it may have


def only_rows(tree: dict, *, table_count: int) -> tuple[Only, ...]:
    """Returns what every row a statement reads must say; nothing for any statement that might need other rows.

    Args:
        tree: the statement as DuckDB parsed it.
        table_count: how often it names a table: of more than one, or of one named twice, every row may be needed.
    """
    node = tree.get("node") or {}
    source = node.get("from_table") or {}
    is_plain = node.get("type") == "SELECT_NODE" and source.get("type") == "BASE_TABLE" and table_count == 1
    if not is_plain or node.get("sample") or source.get("sample"):
        return ()
    names = {str(source.get(part, "")).lower() for part in ("alias", "table_name")} - {""}
    found = (_only(each, names) for each in _conjuncts(node.get("where_clause") or {}))
    return tuple(each for each in found if each)


def _conjuncts(clause: dict) -> Iterator[dict]:
    waiting = [clause]
    while waiting:
        each = waiting.pop()
        if each.get("type") == "CONJUNCTION_AND":
            waiting.extend(each.get("children") or [])
        else:
            yield each


def _only(test: dict, names: set[str]) -> Only | None:
    if test.get("type") == "COMPARE_EQUAL":
        column, texts = test.get("left") or {}, [test.get("right") or {}]
    elif test.get("type") == "COMPARE_IN" and test.get("children"):
        column, *texts = test["children"]
    else:
        return None
    said = [str(each).lower() for each in column.get("column_names") or ()]
    is_own = column.get("class") == "COLUMN_REF" and (len(said) == 1 or (len(said) == 2 and said[0] in names))
    literals = [each.get("literal") or {} for each in texts]
    if not is_own or not literals or not all(each.get("kind") == "STRING" for each in literals):
        return None
    return said[-1], tuple(str(each.get("text", "")) for each in literals)
