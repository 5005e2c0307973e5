"""The process of one statement (查询子进程): copies what it was told to, locks itself in, runs, answers, ends.

Reads one job (JSON) from its input and writes lines of JSON to its output: stages, then the answer. Everything up to the
lock is the server's own SQL; the asker's statement runs after it. Imports as little as possible: it starts every time.
"""

from __future__ import annotations

import json
import math
import os
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from serve.console.sandbox import limit, lock_in

BATCH = 500
LARGEST_EXACT = 2**53  # whole numbers beyond it would change in the browser
LOCKS = (
    "SET threads = 1",
    "SET enable_external_access = false",
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET lock_configuration = true",
)


def main() -> int:
    """Does one job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(memory_mb=job["memory_mb"], cpu_s=job["cpu_s"])
    import duckdb  # after the limits: they hold for all it takes

    try:
        say(answer(duckdb, job))
    except MemoryError:
        say({"error": "memory", "text": ""})
    except duckdb.Error as error:
        say(fault(error))
    return 0


def answer(duckdb, job: dict) -> dict:
    """Returns the result of the job's statement."""
    # No threads of its own for reading and writing: at the lock only this one may be left.
    own = {"threads": 2, "async_threads": 0, "preserve_insertion_order": False}
    config = {"memory_limit": f"{job['engine_mb']}MB", "temp_directory": "", **own}
    connection = duckdb.connect(":memory:", config=config)
    for sql, params in job["plan"]:
        connection.execute(sql, params or None)
    for sql in LOCKS:
        connection.execute(sql)
    held = lock_in()
    say({"stage": "running", "held": held})
    found = connection.execute(job["sql"], bound(job["params"]) or None)
    told = [(each[0], str(each[1])) for each in found.description]
    rows, is_cut = read_rows(found, most_rows=job["most_rows"], most_bytes=job["most_bytes"])
    columns = [{"name": name, "type": kind} for name, kind in told]
    return {"columns": columns, "rows": rows, "is_cut": is_cut, "held": held}


def bound(params: dict[str, list]) -> dict[str, object]:
    """Returns the parameters' values by name, each of its kind."""
    kinds = {
        "text": str,
        "number": lambda text: float(text) if set(text) & set(".eE") else int(text),
        "date": date.fromisoformat,
        "instant": datetime.fromisoformat,
        "boolean": lambda text: text == "true",
    }
    return {name: kinds[kind](text) for name, (kind, text) in params.items()}


def read_rows(found, *, most_rows: int, most_bytes: int) -> tuple[list[list], bool]:
    """Returns the rows as JSON can say them, and whether there were more than fit."""
    rows: list[list] = []
    size = 0
    while batch := found.fetchmany(BATCH):
        for row in batch:
            told = [plain(value) for value in row]
            size += len(json.dumps(told, ensure_ascii=False).encode())
            if len(rows) >= most_rows or size > most_bytes:
                return rows, True
            rows.append(told)
    return rows, False


def plain(value: object) -> object:
    """Returns a value as JSON can say it; instants stay naive UTC."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_EXACT else str(value)
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def fault(error: Exception) -> dict:
    """Returns what went wrong: the class of the error and its first line."""
    kind = type(error).__name__.removesuffix("Exception").removesuffix("Error")
    code = "memory" if kind == "OutOfMemory" else "statement"
    lines = str(error).splitlines()
    return {"error": code, "kind": kind, "text": lines[0] if lines else ""}


def say(told: dict) -> None:
    """Writes one line of the answer."""
    data = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    sys.exit(main())
