"""CSV line by line: keeps every good row, rejects bad lines with their reason and their text."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

import pyarrow as pa

from etl.incoming import MAX_FIELD_BYTES, Incoming, Note, Reading, RefusedFileError
from etl.readers.encodings import UTF8_CHINESE, is_wide
from etl.readers.headings import Headings

MAX_RECORD_LINES = 1000
BATCH = 50_000
Rejection = tuple[int, str, str, str]


def read_lines(reading: Reading, *, encoding: str, headings: Headings, notes: tuple[Note, ...]) -> Incoming:
    """Returns the good rows in a table `incoming`, and the lines that are none.

    Raises:
        RefusedFileError: most lines with non-ASCII bytes cannot be decoded: the encoding is wrong.
    """
    csv.field_size_limit(64 * MAX_FIELD_BYTES)
    parser = _Parser(reading, encoding, headings)
    columns = ", ".join(f"c{index} VARCHAR" for index in range(len(headings.names)))
    reading.con.execute(f"CREATE OR REPLACE TEMP TABLE incoming (_row INTEGER, {columns})")
    batch: list[list] = []
    for row in parser.rows():
        batch.append(row)
        if len(batch) >= BATCH:
            store_rows(reading, batch)
            batch = []
    store_rows(reading, batch)
    if parser.undecoded_count >= 3 and parser.undecoded_count * 2 > parser.foreign_count:
        raise RefusedFileError(
            "bad_encoding", f"{parser.undecoded_count} of {parser.foreign_count} lines are not {encoding}"
        )
    return Incoming("incoming", headings.names, has_row=True, rejected=tuple(parser.rejected), notes=notes)


def store_rows(reading: Reading, rows: list[list]) -> None:
    """Appends rows (first cell: row number, the rest text or None) to the table `incoming`."""
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array(columns[0], pa.int32()), *(pa.array(column, pa.string()) for column in columns[1:])]
    names = ["_row", *(f"c{index}" for index in range(len(columns) - 1))]
    block = pa.Table.from_arrays(arrays, names=names)
    reading.con.register("incoming_block", block)
    reading.con.execute("INSERT INTO incoming SELECT * FROM incoming_block")
    reading.con.unregister("incoming_block")
    reading.check_time()


class _Parser:
    """Cuts lines into records; after an unclosed quote it takes up again at the next line."""

    def __init__(self, reading: Reading, encoding: str, headings: Headings) -> None:
        self.reading, self.encoding = reading, encoding
        self.width, self.heading_lines = len(headings.names), headings.line_count
        self.contract = reading.contract
        self.rejected: list[Rejection] = []
        self.undecoded_count = 0
        self.foreign_count = 0
        self.row_no = 0
        self.waiting: deque[bytes] = deque()

    def rows(self) -> Iterator[list]:
        """Yields [row number, field, ...] of every good record."""
        self.lines = self._byte_lines()
        for _ in range(self.heading_lines):
            next(self.lines, None)
        while (line := self._next_line()) is not None:
            if not line.strip(b"\r\n"):
                continue
            self.row_no += 1
            if (row := self._record(line)) is not None:
                yield row

    def _byte_lines(self) -> Iterator[bytes]:
        """Yields lines, ended as on any system: by LF, CR LF, or (old Macintosh) CR alone."""
        if is_wide(self.encoding):
            text = self.reading.path.read_bytes().decode(self.encoding, errors="replace")
            self.encoding = "utf-8"
            yield from text.encode().splitlines(keepends=True)
            return
        with self.reading.path.open("rb") as handle:
            for line in handle:
                yield from line.splitlines(keepends=True)

    def _next_line(self) -> bytes | None:
        return self.waiting.popleft() if self.waiting else next(self.lines, None)

    def _record(self, line: bytes) -> list | None:
        gathered = [line]
        text = self._decode(line)
        while text is not None and text.count(self.contract.quote) % 2:
            more = self._next_line() if self._may_grow(gathered) else None
            decoded = None if more is None else self._decode(more)
            if more is not None:
                gathered.append(more)
            if decoded is None:
                return self._give_up(gathered, "unclosed_quote", "a quotation mark is not closed")
            text += decoded
        if text is None:
            return self._reject(
                "bad_encoding", f"not {self.encoding}", line.decode(self.encoding, "backslashreplace")
            )
        return self._fields(text, gathered)

    def _may_grow(self, gathered: list[bytes]) -> bool:
        return len(gathered) < MAX_RECORD_LINES and sum(map(len, gathered)) < 2 * MAX_FIELD_BYTES

    def _fields(self, text: str, gathered: list[bytes]) -> list | None:
        if "\0" in text:
            return self._reject("control_character", "the line holds a NUL byte", text.replace("\0", "\\0"))
        try:
            fields = next(
                csv.reader(
                    [text.rstrip("\r\n")],
                    delimiter=self.contract.delimiter,
                    quotechar=self.contract.quote,
                    strict=True,
                ),
                [],
            )
        except csv.Error as error:
            return self._give_up(gathered, "bad_quoting", str(error))
        if len(fields) != self.width:
            reason = f"{len(fields)} fields, the headings have {self.width}"
            return self._give_up(gathered, "ragged_row", reason)
        if any(len(cell.encode()) > MAX_FIELD_BYTES for cell in fields if len(cell) > MAX_FIELD_BYTES // 4):
            return self._reject("too_long", f"a field is longer than {MAX_FIELD_BYTES} bytes", text)
        return [self.row_no, *(cell or None for cell in fields)]

    def _decode(self, line: bytes) -> str | None:
        if line.isascii():
            return line.decode("ascii")
        self.foreign_count += 1
        try:
            if self.encoding not in {"utf-8", "utf-8-sig"} and UTF8_CHINESE.search(line):
                line.decode("utf-8")
                self.undecoded_count += 1
                return None
        except UnicodeDecodeError:
            pass
        try:
            return line.decode(self.encoding)
        except UnicodeDecodeError:
            self.undecoded_count += 1
            return None

    def _give_up(self, gathered: list[bytes], code: str, text: str) -> None:
        """Rejects the first line only and puts the swallowed ones back: they are rows of their own."""
        self.waiting.extendleft(reversed(gathered[1:]))
        self._reject(code, text, gathered[0].decode(self.encoding, "backslashreplace"))

    def _reject(self, code: str, reason: str, raw: str) -> None:
        self.rejected.append((self.row_no, code, reason, raw.rstrip("\r\n")[:10_000]))
