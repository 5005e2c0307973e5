"""JSON (one document with a list of records) and JSON lines (one record per line)."""

from __future__ import annotations

import orjson

from etl.incoming import MAX_UNPACKED_BYTES, Incoming, Reading, RefusedFileError
from etl.rows import RowCollector, flatten


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
    encoding = reading.contract.encoding or "utf-8"
    try:
        text = data.decode("utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise RefusedFileError(
            "bad_encoding", f"not {encoding}: {error.reason} at byte {error.start}"
        ) from None
    try:
        document = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as error:
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
    encoding = reading.contract.encoding or "utf-8"
    collector = RowCollector(reading)
    bad = {"bad_encoding": 0, "bad_json": 0}
    with reading.path.open("rb") as handle:
        for line in handle:
            line = line.removeprefix(b"\xef\xbb\xbf").strip()
            if line and (code := _add_line(collector, line, encoding)):
                bad[code] += 1
    for code, count in bad.items():
        if count >= 3 and count * 2 > collector.row_no:
            raise RefusedFileError(code, f"{count} of {collector.row_no} lines cannot be read")
    return collector.finish()


def _add_line(collector: RowCollector, line: bytes, encoding: str) -> str | None:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        collector.reject("bad_encoding", f"not {encoding}", line.decode(encoding, "backslashreplace"))
        return "bad_encoding"
    try:
        record = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as error:
        collector.reject("bad_json", str(error)[:200], text)
        return "bad_json"
    if not isinstance(record, dict):
        collector.reject("bad_record", "not an object with keys", text)
        return "bad_json"
    collector.add(flatten(record))
    return None
