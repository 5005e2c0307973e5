"""An answer as a file (结果文件): CSV that opens in Chinese and carries no live formula."""

from __future__ import annotations

import csv
import io

from components.briefing.plain import plain, without_formula


def csv_bytes(columns: list[dict], rows: list[list], *, note: str) -> bytes:
    """Returns an answer as UTF-8 CSV with a byte order mark; texts are made plain, formulas neutralised.

    Args:
        columns: name and type of each.
        rows: the values, as the child gave them.
        note: what stands under the table: as-of, generation, who.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_cell(each["name"]) for each in columns])
    writer.writerows([[_cell(value) for value in row] for row in rows])
    writer.writerow([])
    writer.writerow([_cell(note)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return without_formula(plain(value))
