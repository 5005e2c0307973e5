"""CSV: strict fast path through DuckDB; any trouble goes through the slow path that saves every good line."""

from __future__ import annotations

import codecs
import io
from pathlib import Path

from etl.contract import FeedContract
from etl.incoming import MAX_FIELD_BYTES, Incoming, Note, Reading
from etl.readers.csv_lines import read_lines
from etl.readers.encodings import (
    CHUNK,
    UTF8_CHINESE,
    guess_encoding,
    is_utf8,
    is_wide,
    refuse_if_utf8,
    stated_encoding,
)
from etl.readers.headings import HEAD_BYTES, Headings, read_headings


def read(reading: Reading) -> Incoming:
    """Returns the rows of a CSV file.

    Raises:
        RefusedFileError: no headings, undecodable headings, wrong encoding declared.
    """
    encoding = stated_encoding(reading.path, reading.contract.encoding) or guess_encoding(reading.path)
    if not is_utf8(encoding) and not is_wide(encoding):
        refuse_if_utf8(reading.path, encoding, head_bytes=HEAD_BYTES)
    headings = read_headings(reading, encoding)
    notes = final_newline_notes(reading.path, encoding)

    def slowly() -> Incoming:
        return read_lines(reading, encoding=encoding, headings=headings, notes=notes)

    if (reading.has_nul and not is_wide(encoding)) or not headings.is_plain:
        return slowly()
    try:
        path = reading.path if is_utf8(encoding) else transcode(reading, encoding)
    except UnicodeDecodeError:
        return slowly()
    reading.con.execute("SET VARIABLE source_path = $path", {"path": str(path)})
    relation = fast_relation(headings, reading.contract)
    return Incoming(relation, headings.names, notes=notes, fallback=slowly)


def fast_relation(headings: Headings, contract: FeedContract) -> str:
    """Returns the strict read_csv call: no detection, nothing padded, nothing dropped.

    The file is named by the variable `source_path`, so that the statement over a feed's files stays the same.
    """
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(headings.names)))
    return (
        f"read_csv(getvariable('source_path'), auto_detect=false, header=false, skip={headings.line_count}, "
        f"delim={_quoted(contract.delimiter)}, quote={_quoted(contract.quote)}, escape={_quoted(contract.quote)}, "
        f"columns={{{columns}}}, strict_mode=true, null_padding=false, max_line_size={MAX_FIELD_BYTES})"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def final_newline_notes(path: Path, encoding: str) -> tuple[Note, ...]:
    """Returns a note when the last line has no end: a cut transfer looks just so."""
    if is_wide(encoding):
        return ()
    with path.open("rb") as handle:
        handle.seek(-1, io.SEEK_END)
        return () if handle.read(1) in {b"\n", b"\r"} else (Note("no_final_newline"),)


def transcode(reading: Reading, encoding: str) -> Path:
    """Returns a UTF-8 copy of the file, decoded strictly.

    Raises:
        UnicodeDecodeError: some bytes do not decode; the slow path then saves the other lines.
    """
    target = reading.scratch / "utf8.csv"
    decoder = codecs.getincrementaldecoder(encoding)()
    suspicious = False
    with reading.path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as sink:
        while chunk := source.read(CHUNK):
            suspicious = suspicious or bool(UTF8_CHINESE.search(chunk))
            sink.write(decoder.decode(chunk))
            reading.check_time()
        sink.write(decoder.decode(b"", final=True))
    if suspicious and not is_wide(encoding):
        raise UnicodeDecodeError(encoding, b"", 0, 0, "lines in UTF-8 among the others")
    return target
