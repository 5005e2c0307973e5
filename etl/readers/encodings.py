"""Encodings (编码): what the contract says, else what the file's first bytes and characters prove."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from etl.incoming import RefusedFileError

# Four Chinese characters in UTF-8 in a row: does not happen by chance in GB18030 or Big5 text.
UTF8_CHINESE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf][\x80-\xbf]){4,}")
CHUNK = 1 << 22
MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
MIN_CHINESE = 10
MIN_COMMON_SHARE = 0.9


def is_utf8(encoding: str) -> bool:
    """Whether the encoding needs no transcoding."""
    return codecs.lookup(encoding).name in {"utf-8", "ascii", "utf-8-sig"}


def is_wide(encoding: str) -> bool:
    """Whether characters are 16 or 32 bits, so that NUL bytes are ordinary."""
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def marked_encoding(head: bytes) -> str | None:
    """Returns the wide encoding a byte-order mark names; None without one."""
    return next((name for mark, name in MARKS.items() if head.startswith(mark)), None)


def stated_encoding(path: Path, declared: str | None) -> str | None:
    """Returns the contract's encoding, else the one a byte-order mark names, else None.

    Raises:
        RefusedFileError: the mark contradicts the contract.
    """
    with path.open("rb") as handle:
        marked = marked_encoding(handle.read(4))
    if declared and marked and not is_wide(declared):
        raise RefusedFileError("bad_encoding", f"the file is {marked.upper()}, the contract says {declared}")
    return declared or marked


def guess_encoding(path: Path) -> str:
    """Returns the encoding of a file whose contract declares none: UTF-8 if it decodes, else GB18030.

    GB18030 accepts almost any bytes, so it needs evidence: ten Chinese characters, nearly all of them everyday ones.
    `L\u00e4rm` in Latin-1 is a rare character and an `m` there.

    Raises:
        RefusedFileError: neither fits.
    """
    data = path.read_bytes()
    if marked := marked_encoding(data):
        return marked
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        chinese = [char for char in data.decode("gb18030") if char > "\u0fff"]
    except UnicodeDecodeError:
        chinese = []
    common = sum(_is_common(char) for char in chinese)
    if common >= MIN_CHINESE and common >= MIN_COMMON_SHARE * len(chinese):
        return "gb18030"
    raise RefusedFileError("bad_encoding", "neither UTF-8 nor GB18030; declare `encoding` in the contract")


def _is_common(char: str) -> bool:
    """Whether GB2312 has the character: the 6,763 everyday ones and the signs."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def refuse_if_utf8(path: Path, encoding: str, *, head_bytes: int) -> None:
    """Raises RefusedFileError when the file has Chinese text and all of it is valid UTF-8: wrong encoding declared."""
    with path.open("rb") as handle:
        if not UTF8_CHINESE.search(handle.read(head_bytes)):
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
