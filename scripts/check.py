"""`make check`: format, lint, import directions, SQL models and generated documents, in seconds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.check_sql import find_faults

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
COMMANDS = {
    "format": [str(TOOLS / "ruff"), "format", "--no-cache", "--check", "."],
    "lint": [str(TOOLS / "ruff"), "check", "--no-cache", "."],
    "imports": [str(TOOLS / "lint-imports"), "--no-cache"],
    "generated docs": [sys.executable, "-m", "scripts.write_docs", "--check"],
}


def run_checks() -> Iterator[tuple[str, str]]:
    """Yields (name of the check, what it found); an empty text means that it passed."""
    running = {
        name: subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, command in COMMANDS.items()
    }
    yield "SQL models", "\n".join(find_faults(ROOT / "etl" / "models"))
    for name, process in running.items():
        said, _ = process.communicate()
        yield name, said if process.returncode else ""


def main() -> int:
    """Runs every check, prints what each found, returns 1 when any failed."""
    begun, failed = time.monotonic(), 0
    for name, found in run_checks():
        print(f"{'FAIL' if found else 'ok  '} {name}")
        if found:
            failed += 1
            print(found)
    print(f"{failed} of {len(COMMANDS) + 1} checks failed, {time.monotonic() - begun:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
