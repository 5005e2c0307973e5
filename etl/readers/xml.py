"""XML: a stream of record elements; no document type, no entities, no network."""

from __future__ import annotations

from typing import BinaryIO

from lxml import etree

from etl.incoming import MAX_UNPACKED_BYTES, Incoming, Reading, RefusedFileError, clean_heading
from etl.rows import RowCollector


def read(reading: Reading) -> Incoming:
    """Returns the records of an XML file.

    `records` is the dotted path of element names below the root (`data.item`); without it the root's children.
    Child elements become headings (dotted when nested), attributes `@name`.

    Raises:
        RefusedFileError: a document type or entity, damaged, too big, or no such records.
    """
    if reading.path.stat().st_size > MAX_UNPACKED_BYTES:
        raise RefusedFileError("too_big", f"an XML file over {MAX_UNPACKED_BYTES} bytes")
    _refuse_document_type(reading)
    collector = RowCollector(reading)
    wanted = [part for part in reading.contract.records.split(".") if part]
    try:
        with reading.path.open("rb") as handle:
            _collect(handle, collector, wanted)
    except etree.XMLSyntaxError as error:
        raise RefusedFileError("damaged_file", f"not valid XML: {str(error)[:200]}") from None
    if not collector.row_no and wanted and not _has_path(reading, wanted[:-1]):
        raise RefusedFileError("no_records", f"records = {reading.contract.records!r}: no such elements")
    return collector.finish()


def _refuse_document_type(reading: Reading) -> None:
    # UTF-16 puts a NUL between the letters; taking them out finds the word in every encoding.
    with reading.path.open("rb") as handle:
        tail = b""
        while chunk := handle.read(1 << 20):
            text = tail + chunk.replace(b"\0", b"")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise RefusedFileError("document_type", "DOCTYPE and ENTITY are not allowed")
            tail = text[-16:]


def _events(handle: BinaryIO) -> etree.iterparse:
    return etree.iterparse(
        handle,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _collect(handle: BinaryIO, collector: RowCollector, wanted: list[str]) -> None:
    depth = len(wanted) or 1
    path: list[str] = []
    for event, element in _events(handle):
        if event == "start":
            path.append(etree.QName(element).localname)
            if len(path) > 64:
                raise RefusedFileError("too_deep", "elements are nested deeper than 64")
            continue
        if len(path) == depth + 1 and (not wanted or path[1:] == wanted):
            collector.add(_record(element))
            element.clear()
            while element.getprevious() is not None:  # a finished sibling would stay in memory otherwise
                del element.getparent()[0]
        path.pop()


def _has_path(reading: Reading, wanted: list[str]) -> bool:
    path: list[str] = []
    with reading.path.open("rb") as handle:
        for event, element in _events(handle):
            if event == "end":
                path.pop()
                continue
            path.append(etree.QName(element).localname)
            if path[1:] == wanted:
                return True
    return False


def _record(element: etree._Element, prefix: str = "") -> dict[str, object]:
    record: dict[str, object] = {
        f"{prefix}@{clean_heading(key)}": value for key, value in element.attrib.items()
    }
    for child in element:
        name = f"{prefix}{etree.QName(child).localname}"
        if len(child):
            record.update(_record(child, f"{name}."))
        else:
            record[name] = child.text
            record.update({f"{name}.@{key}": value for key, value in child.attrib.items()})
    return record
