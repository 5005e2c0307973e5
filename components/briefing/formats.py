"""The forms a briefing is written in (输出格式): what each file is called, what it is, and who writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.briefing.writers.excel import write_excel
from components.briefing.writers.pdf import write_pdf
from components.briefing.writers.phone import write_phone
from components.briefing.writers.slides import write_slides
from components.briefing.writers.word import write_word

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


FORMATS: dict[str, Format] = {
    "word": Format(".docx", f"{OFFICE}wordprocessingml.document", write_word),
    "pdf": Format(".pdf", "application/pdf", write_pdf),
    "excel": Format(".xlsx", f"{OFFICE}spreadsheetml.sheet", write_excel),
    "slides": Format(".pptx", f"{OFFICE}presentationml.presentation", write_slides),
    "phone": Format(".html", "text/html; charset=utf-8", write_phone),
}
