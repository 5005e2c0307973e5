"""Files that survive a power cut (落盘): waited for until they are on the disk, swapped so that a reader sees old or new."""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Waits until a written file is on the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def swap_file(path: Path, content: bytes) -> None:
    """Replaces a file so that a reader sees the old or the new content, also after a power cut."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)
