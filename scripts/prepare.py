"""Sets a machine up: virtual environment, packages, and for tests a browser and Chinese fonts.

Uses the standard library only, because it runs before anything is installed. A stamp inside the environment
holds the digest of the requirement files, so that a second run costs nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = (ROOT / "requirements.txt",)
DEVELOPMENT = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_LIMIT_S = 600


class PrepareError(RuntimeError):
    """The machine cannot be set up; says what is missing and what to do."""


def prepare(*, for_tests: bool) -> None:
    """Makes the environment ready to run, or to run and test.

    Raises:
        PrepareError: Python, a package, a browser or a font cannot be had.
    """
    build_environment()
    install_packages(DEVELOPMENT if for_tests else RUNTIME)
    if for_tests:
        provide_browser()
        provide_fonts()


def build_environment() -> None:
    """Makes .venv unless a working one is there."""
    if PYTHON.exists() and _succeeds([str(PYTHON), "-m", "pip", "--version"]):
        return
    print(f"making {VENV.name} with Python {sys.version.split()[0]} ...", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if _succeeds(command):
        return
    # Debian and Ubuntu keep ensurepip in a package of its own.
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    _install_with_apt(f"python{version}-venv", "python3-venv")
    if not _succeeds(command):
        raise PrepareError(f"`{' '.join(command)}` failed; install python{version}-venv and run again")


def install_packages(files: tuple[Path, ...]) -> None:
    """Installs the pinned packages of the requirement files unless the stamp says they are in."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    stamp = VENV / f".prepared-{files[-1].stem}"
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    names = " and ".join(path.name for path in files)
    print(f"installing the packages of {names} (a few minutes the first time) ...", flush=True)
    begun = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    for path in files:
        command += ["-r", str(path)]
    _run_with_progress(command)
    stamp.write_text(digest, encoding="ascii")
    print(f"packages ready after {time.monotonic() - begun:.0f} s", flush=True)


def find_browser() -> str | None:
    """Returns the path of a Chromium that starts ($CHROMIUM, the system's, playwright's), or None."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in BROWSER_NAMES]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found += [str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)]
    return next((path for path in found if path and _succeeds([path, "--version"])), None)


def provide_browser() -> None:
    """Makes sure that a Chromium starts: one that is there, else playwright's, else the distribution's."""
    if find_browser():
        return
    print("no Chromium here: asking playwright for one ...", flush=True)
    download = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    if not _is_root() or not _succeeds([*download, "--with-deps"]):
        _succeeds(download)
    if not find_browser():
        _install_with_apt("chromium")
    if not find_browser():
        raise PrepareError("no Chromium: install one, or name it in the variable CHROMIUM, and run again")


def provide_fonts() -> None:
    """Makes sure that Chinese text can be drawn: fonts that are there, else the one a package carries."""
    if _has_chinese_font():
        return
    packaged = sorted(VENV.glob("lib/python3*/site-packages/zhplot/fonts/*.ttf"))
    if packaged:
        folder = Path.home() / ".fonts"
        folder.mkdir(parents=True, exist_ok=True)
        for font in packaged:
            shutil.copy(font, folder / font.name)
        _succeeds(["fc-cache", "-f", str(folder)])
    if not _has_chinese_font():
        _install_with_apt("fontconfig", "fonts-noto-cjk")
    if not _has_chinese_font():
        raise PrepareError("no font with Chinese characters: install fonts-noto-cjk and run again")


def _has_chinese_font() -> bool:
    try:
        listed = subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return bool(listed.stdout.strip())


def _is_root() -> bool:
    return os.geteuid() == 0


def _install_with_apt(*packages: str) -> None:
    if not _is_root() or not shutil.which("apt-get"):
        return
    print(f"installing {' '.join(packages)} with apt ...", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=False, env=environ, stdout=subprocess.DEVNULL)
    for package in packages:
        subprocess.run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", package],
            check=False,
            env=environ,
            stdout=subprocess.DEVNULL,
        )


def _succeeds(command: list[str]) -> bool:
    try:
        result = subprocess.run(command, capture_output=True, check=False, timeout=DOWNLOAD_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _run_with_progress(command: list[str]) -> None:
    """Runs pip and shows one line per package instead of its whole talk; shows everything when it fails."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if line.startswith(("Collecting", "Installing", "Building")):
            print("  " + line.strip()[:100], flush=True)
    if process.wait() != 0:
        sys.stderr.writelines(said[-40:])
        raise PrepareError("pip could not install the packages (its last lines are above)")


def main() -> int:
    """Command line: `prepare.py run` or `prepare.py test`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purpose", choices=("run", "test"))
    try:
        prepare(for_tests=parser.parse_args().purpose == "test")
    except PrepareError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
