"""Nothing a screen needs comes from another machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from access.headers import app_policy
from components.shell import SCRIPTS, STYLES

ROOT = Path(__file__).resolve().parents[2]
SCREEN = ("app.py", "serve", "pages", "components", "access", "assets")
KINDS = {".py", ".js", ".css", ".html", ".svg", ".yaml"}
FOREIGN = re.compile(r"(?:https?:)?//(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+|localhost)", re.IGNORECASE)
# Names of XML vocabularies: never fetched.
VOCABULARIES = {"www.w3.org", "schemas.microsoft.com", "schemas.openxmlformats.org"}
LOOPBACK = {"127.0.0.1"}


def _own_files(root: Path) -> list[Path]:
    found = []
    for name in SCREEN:
        path = root / name
        found += [path] if path.is_file() else sorted(path.rglob("*"))
    # Vendored libraries name addresses in comments and attributions; the content policy is what stops them.
    return [path for path in found if path.suffix in KINDS and "vendor" not in path.parts]


def find_foreign_addresses(root: Path) -> list[str]:
    """Returns `file:line host` of every address of another machine in the screens' own files."""
    found = []
    for path in _own_files(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            hosts = {match["host"].lower() for match in FOREIGN.finditer(line)} - VOCABULARIES - LOOPBACK
            found += [f"{path.relative_to(root)}:{number} {host}" for host in sorted(hosts)]
    return found


def test_no_screen_file_names_another_machine():
    assert _own_files(ROOT), "no files found: the test looks in the wrong place"
    assert find_foreign_addresses(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        "src = 'https://cdn.plot.ly/plotly.min.js'",
        "@import url(//fonts.googleapis.com/css2?family=Noto+Sans+SC);",
        'html.Img(src="http://tile.example.org/1/2/3.png")',
    ],
)
def test_an_address_of_another_machine_is_found(tmp_path, line):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "seeded.js").write_text(line, encoding="utf-8")
    assert len(find_foreign_addresses(tmp_path)) == 1


def test_the_content_policy_lets_nothing_in_from_elsewhere():
    policy = app_policy(["'sha256-abc='"])
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    allowed = {"'self'", "'none'", "data:", "blob:", "'unsafe-inline'", "'sha256-abc='"}
    for name, sources in directives.items():
        assert set(sources.split()) <= allowed, f"{name} {sources}"
    assert "'unsafe-inline'" not in directives["script-src"]
    assert directives["connect-src"] == "'self'"
    assert directives["default-src"] == "'self'"


def test_every_script_and_style_of_ours_is_named_by_the_page():
    there = {path.name for path in (ROOT / "assets").glob("*.*s*") if path.suffix in (".js", ".css")}
    assert there, "no assets found: the test looks in the wrong place"
    assert there - {Path(name).name for name in (*SCRIPTS, *STYLES)} == set()
