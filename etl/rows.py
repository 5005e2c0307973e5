"""Collects rows with changing keys into the table `incoming`: headings are found while reading."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import pyarrow as pa

from etl.incoming import MAX_FIELD_BYTES, Incoming, Note, Reading, RefusedFileError, clean_heading

BATCH = 20_000
MAX_HEADINGS = 500


class RowCollector:
    """Takes one mapping per row; a value is text, a number, a boolean or None."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.headings: dict[str, int] = {}
        self.rejected: list[tuple[int, str, str, str]] = []
        self.row_no = 0
        self._batch: list[tuple[int, dict[str, str]]] = []
        reading.con.execute("CREATE OR REPLACE TEMP TABLE incoming (_row INTEGER)")

    def add(self, record: Mapping[str, object]) -> None:
        """Adds the next row.

        Raises:
            RefusedFileError: more headings than any feed has.
        """
        self.row_no += 1
        row: dict[str, str] = {}
        for key, value in record.items():
            text = as_text(value)
            if text is None:
                self._position(key)
                continue
            if len(text) > MAX_FIELD_BYTES // 4 and len(text.encode()) > MAX_FIELD_BYTES:
                self.reject("too_long", f"{key} is longer than {MAX_FIELD_BYTES} bytes", text, counted=True)
                return
            row[self._position(key)] = text
        self._batch.append((self.row_no, row))
        if len(self._batch) >= BATCH:
            self._store()

    def reject(self, code: str, reason: str, raw: str, *, counted: bool = False) -> None:
        """Rejects a row that could not be read; it still has its number."""
        self.row_no += 0 if counted else 1
        self.rejected.append((self.row_no, code, reason, raw[:10_000]))

    def finish(self, notes: tuple[Note, ...] = ()) -> Incoming:
        """Returns what was collected."""
        self._store()
        return Incoming("incoming", tuple(self.headings), True, tuple(self.rejected), notes)

    def declare(self, headings: tuple[str, ...]) -> None:
        """Makes headings known even if no row follows."""
        for heading in headings:
            self._position(heading)

    def _position(self, key: str) -> str:
        if key not in self.headings:
            if len(self.headings) >= MAX_HEADINGS:
                raise RefusedFileError("too_many_columns", f"more than {MAX_HEADINGS} different keys")
            self.headings[key] = len(self.headings)
            self.reading.con.execute(f"ALTER TABLE incoming ADD COLUMN c{self.headings[key]} VARCHAR")
        return key

    def _store(self) -> None:
        self.reading.check_time()
        if not self._batch:
            return
        arrays = [pa.array([number for number, _ in self._batch], pa.int32())]
        arrays += [pa.array([row.get(key) for _, row in self._batch], pa.string()) for key in self.headings]
        names = ["_row", *(f"c{index}" for index in self.headings.values())]
        self.reading.con.register("incoming_block", pa.Table.from_arrays(arrays, names=names))
        self.reading.con.execute("INSERT INTO incoming SELECT * FROM incoming_block")
        self.reading.con.unregister("incoming_block")
        self._batch = []


def as_text(value: object) -> str | None:
    """Returns a value as the text a person would write: 3.0 is 3, true is true, nested values are JSON."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (dict, list)):
        return orjson.dumps(value).decode()
    return str(value)


def flatten(record: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, object]:
    """Returns nested mappings as dotted keys; lists stay and become JSON text."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        name = f"{prefix}{clean_heading(key)}"
        if isinstance(value, dict) and value and depth < 8:
            flat.update(flatten(value, f"{name}.", depth + 1))
        else:
            flat[name] = value
    return flat
