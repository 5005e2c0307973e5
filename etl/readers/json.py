"""JSON (one document with a list of records) and JSON lines (one record per line)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import orjson

from etl.incoming import MAX_UNPACKED_BYTES, Incoming, Reading, RefusedFileError
from etl.readers.encodings import is_wide, stated_encoding
from etl.rows import RowCollector, flatten

# orjson reads whole numbers beyond 64 bits as floating point: two long ids would become one.
LONG_NUMBER = re.compile(r"[0-9]{19}")


def read(reading: Reading) -> Incoming:
    """Returns the records of a JSON or JSON-lines file; nested keys become dotted headings.

    Raises:
        RefusedFileError: not JSON, too big, or no list of records where the contract says.
    """
    if reading.contract.format == "jsonl":
        return _read_lines(reading)
    if reading.path.stat().st_size > MAX_UNPACKED_BYTES:
        raise RefusedFileError("too_big", f"a JSON document over {MAX_UNPACKED_BYTES} bytes; use JSON lines")
    data = reading.path.read_bytes()
    encoding = stated_encoding(reading.path, reading.contract.encoding) or "utf-8"
    try:
        text = data.decode("utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise RefusedFileError(
            "bad_encoding", f"not {encoding}: {error.reason} at byte {error.start}"
        ) from None
    try:
        document = parse(text)
    except (ValueError, RecursionError) as error:
        raise RefusedFileError("damaged_file", f"not valid JSON: {str(error)[:200]}") from None
    collector = RowCollector(reading)
    for record in _records(document, reading.contract.records):
        if isinstance(record, dict):
            collector.add(flatten(record))
        else:
            collector.reject("bad_record", "not an object with keys", str(record))
    return collector.finish()


def _records(document: object, path: str) -> list:
    here = document
    for step in [part for part in path.split(".") if part]:
        if not isinstance(here, dict) or step not in here:
            keys = list(here)[:10] if isinstance(here, dict) else type(here).__name__
            raise RefusedFileError("no_records", f"records = {path!r}: {step!r} is not there, found {keys}")
        here = here[step]
    if not isinstance(here, list):
        raise RefusedFileError("no_records", f"records = {path!r}: not a list but {type(here).__name__}")
    return here


def _read_lines(reading: Reading) -> Incoming:
    encoding = stated_encoding(reading.path, reading.contract.encoding) or "utf-8"
    collector = RowCollector(reading)
    bad = {"bad_encoding": 0, "bad_json": 0}
    for line in _lines(reading, encoding):
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line and (code := _add_line(collector, line, "utf-8" if is_wide(encoding) else encoding)):
            bad[code] += 1
    for code, count in bad.items():
        if count >= 3 and count * 2 > collector.row_no:
            raise RefusedFileError(code, f"{count} of {collector.row_no} lines cannot be read")
    return collector.finish()


def _lines(reading: Reading, encoding: str) -> Iterator[bytes]:
    """Yields lines; those of a file in 16 or 32 bits in UTF-8."""
    if is_wide(encoding):
        text = reading.path.read_bytes().decode(encoding, errors="replace")
        yield from text.encode().splitlines()
        return
    with reading.path.open("rb") as handle:
        yield from handle


def parse(text: str) -> object:
    """Returns a JSON value; whole numbers of any length stay exact.

    Raises:
        ValueError: not JSON.
    """
    if not LONG_NUMBER.search(text):
        return orjson.loads(text)
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _add_line(collector: RowCollector, line: bytes, encoding: str) -> str | None:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        collector.reject("bad_encoding", f"not {encoding}", line.decode(encoding, "backslashreplace"))
        return "bad_encoding"
    try:
        record = parse(text)
    except (ValueError, RecursionError) as error:
        collector.reject("bad_json", str(error)[:200], text)
        return "bad_json"
    if not isinstance(record, dict):
        what = "a list: format json reads lists" if isinstance(record, list) else "not an object with keys"
        collector.reject("bad_record", what, text)
        return "bad_json"
    collector.add(flatten(record))
    return None
