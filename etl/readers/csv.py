"""CSV: strict fast path through DuckDB; any trouble goes through the slow path that saves every good line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from etl.incoming import MAX_FIELD_BYTES, Incoming, Note, Reading, RefusedFileError, clean_heading
from etl.readers.csv_lines import read_lines

HEAD_BYTES = 1 << 20
CHUNK = 1 << 22
# Four Chinese characters in UTF-8 in a row: does not happen by chance in GB18030 or Big5 text.
UTF8_CHINESE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf][\x80-\xbf]){4,}")


def read(reading: Reading) -> Incoming:
    """Returns the rows of a CSV file.

    Raises:
        RefusedFileError: no headings, undecodable headings, wrong encoding declared.
    """
    contract = reading.contract
    encoding = contract.encoding or guess_encoding(reading.path)
    if not is_utf8(encoding) and not is_wide(encoding):
        refuse_if_utf8(reading.path, encoding)
    headings = read_headings(reading, encoding)
    notes = final_newline_notes(reading.path, encoding)

    def slowly() -> Incoming:
        return read_lines(reading, encoding=encoding, headings=headings, notes=notes)

    if reading.has_nul and not is_wide(encoding):
        return slowly()
    try:
        path = reading.path if is_utf8(encoding) else transcode(reading, encoding)
    except UnicodeDecodeError:
        return slowly()
    reading.con.execute("SET VARIABLE source_path = $path", {"path": str(path)})
    return Incoming(fast_relation(headings, contract), headings, notes=notes, fallback=slowly)


def fast_relation(headings: tuple[str, ...], contract) -> str:
    """Returns the strict read_csv call: no detection, nothing padded, nothing dropped.

    The file is named by the variable `source_path`, so that the statement over a feed's files stays the same.
    """
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(headings)))
    return (
        f"read_csv(getvariable('source_path'), auto_detect=false, header=false, skip={contract.header_row}, "
        f"delim={_quoted(contract.delimiter)}, quote={_quoted(contract.quote)}, escape={_quoted(contract.quote)}, "
        f"columns={{{columns}}}, strict_mode=true, null_padding=false, max_line_size={MAX_FIELD_BYTES})"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def is_utf8(encoding: str) -> bool:
    """Whether the encoding needs no transcoding."""
    return codecs.lookup(encoding).name in {"utf-8", "ascii", "utf-8-sig"}


def is_wide(encoding: str) -> bool:
    """Whether characters are 16 or 32 bits, so that NUL bytes are ordinary."""
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def guess_encoding(path: Path) -> str:
    """Returns the encoding of a file whose contract declares none: UTF-8 if it decodes, else GB18030.

    GB18030 needs at least ten Chinese characters as evidence, because it accepts almost any bytes.

    Raises:
        RefusedFileError: neither fits.
    """
    data = path.read_bytes()
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if sum("\u4e00" <= char <= "\u9fff" for char in text) >= 10:
        return "gb18030"
    raise RefusedFileError("bad_encoding", "neither UTF-8 nor GB18030; declare `encoding` in the contract")


def read_headings(reading: Reading, encoding: str) -> tuple[str, ...]:
    """Returns the headings in the contract's header_row.

    Raises:
        RefusedFileError: the file is empty, ends before the headings or cannot be decoded there.
    """
    with reading.path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} and not is_wide(encoding):
        raise RefusedFileError("bad_encoding", f"the file is UTF-16, the contract says {encoding}")
    wide = is_wide(encoding)
    lines = [] if wide else head.split(b"\n", reading.contract.header_row)[: reading.contract.header_row]
    try:
        text = head.decode(encoding, errors="ignore" if wide else "strict") if wide else ""
        text = text.split("\n")[reading.contract.header_row - 1] if wide else lines[-1].decode(encoding)
    except (UnicodeDecodeError, IndexError) as error:
        raise RefusedFileError("bad_encoding", f"headings cannot be read as {encoding}: {error}") from None
    contract = reading.contract
    row = next(
        csv.reader(io.StringIO(text.strip("\r\n")), delimiter=contract.delimiter, quotechar=contract.quote),
        [],
    )
    headings = tuple(clean_heading(cell) for cell in row)
    if (len(lines) < contract.header_row and not wide) or not any(headings):
        raise RefusedFileError("no_header", f"no headings in line {contract.header_row}")
    return headings


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


def refuse_if_utf8(path: Path, encoding: str) -> None:
    """Raises RefusedFileError when the file has Chinese text and all of it is valid UTF-8: wrong encoding declared."""
    with path.open("rb") as handle:
        if not UTF8_CHINESE.search(handle.read(HEAD_BYTES)):
            return
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return
    raise RefusedFileError("wrong_encoding", f"the file is UTF-8, the contract says {encoding}")
