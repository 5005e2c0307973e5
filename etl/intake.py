"""From a file to rows of text: the content decides the kind, the contract says how to read it."""

from __future__ import annotations

import importlib

from etl.incoming import Incoming, Reading, RefusedFileError

READERS = {
    "csv": "etl.readers.csv",
    "xlsx": "etl.readers.xlsx",
    "json": "etl.readers.json",
    "jsonl": "etl.readers.json",
    "xml": "etl.readers.xml",
    "parquet": "etl.readers.parquet",
}
SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_file(reading: Reading) -> Incoming:
    """Returns the rows of the file.

    Raises:
        RefusedFileError: the content is not what the contract says, or cannot be read at all.
    """
    with reading.path.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        raise RefusedFileError("empty_file", "the file has no bytes")
    refuse_other_content(head, reading.contract.format)
    reader = importlib.import_module(READERS[reading.contract.format])
    return reader.read(reading)


def refuse_other_content(head: bytes, expected: str) -> None:
    """Raises RefusedFileError when the first bytes are of another kind than the contract's format."""
    if expected == "jsonl" and not head.strip():
        return  # lines without a record: a feed that had nothing to say, and says so
    found = content_kind(head)
    if found == "ole":
        raise RefusedFileError(
            "encrypted_or_old_excel", "an OLE file: password-protected or Excel before 2007"
        )
    wanted = {"xlsx": {"zip"}, "parquet": {"parquet"}, "xml": {"xml"}, "json": {"json"}, "jsonl": {"json"}}
    allowed = wanted.get(expected, {"text", "json"})
    if found not in allowed:
        raise RefusedFileError("wrong_type", f"the content is {found}, the contract says {expected}")


def content_kind(head: bytes) -> str:
    """Returns what the first bytes are: zip, parquet, ole, gzip, pdf, rar, 7z, image, xml, html, json or text."""
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    start = head.replace(b"\0", b"").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith(b"<"):
        return "xml"
    return "json" if start.startswith((b"{", b"[")) else "text"
