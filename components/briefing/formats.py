"""The forms a briefing is written in (输出格式): what each file is called, what it is, and who writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from components.briefing.document import Document, Printing

OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Format:
    """One form.

    Attributes:
        suffix: of the file's name, with its dot.
        media_type: as sent with a download.
        write: `write(document, printing=None, *, geo=folder) -> bytes`; the same bytes for the same arguments.
    """

    suffix: str
    media_type: str
    write: Callable[..., bytes]


def _writer(name: str) -> Callable[..., bytes]:
    """Returns the writer of that name; its libraries are loaded when it first writes, not when the server starts."""

    def write(document: Document, printing: Printing | None = None, *, geo: Path) -> bytes:
        module = import_module(f"components.briefing.writers.{name}")
        return getattr(module, f"write_{name}")(document, printing, geo=geo)

    return write


FORMATS: dict[str, Format] = {
    "word": Format(".docx", f"{OFFICE}wordprocessingml.document", _writer("word")),
    "pdf": Format(".pdf", "application/pdf", _writer("pdf")),
    "excel": Format(".xlsx", f"{OFFICE}spreadsheetml.sheet", _writer("excel")),
    "slides": Format(".pptx", f"{OFFICE}presentationml.presentation", _writer("slides")),
    "phone": Format(".html", "text/html; charset=utf-8", _writer("phone")),
}
