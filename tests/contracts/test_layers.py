"""Import directions of docs/architecture.md section 10."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("serve", "pages", "components", "access", "data", "etl")


def _lint(folder: Path) -> subprocess.CompletedProcess:
    tool = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([tool, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def _importers_of(names: set[str], folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            found += [
                f"{path.relative_to(folder)}:{node.lineno}" for m in modules if m.split(".")[0] in names
            ]
    return found


def _fetchers(folder: Path) -> list[str]:
    """Returns where a screen file takes something that reads data, instead of asking the board for it."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {
                "data",
                "components",
            }:
                taken = {alias.name for alias in node.names}
                reading = {
                    name
                    for name in taken
                    if name.startswith(("fetch", "count_rows")) or name in {"Store", "answer"}
                }
                found += [f"{path.relative_to(folder)}:{node.lineno} {name}" for name in sorted(reading)]
    return found


def _copy_sources(target: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            target / package,
            ignore=lambda folder, names: (
                {name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())}
                | ({"warehouse", "towns", "__pycache__"} & set(names))
            ),
        )
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def test_every_import_goes_the_allowed_way():
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "fault"),
    [
        ("data/seeded.py", "import etl.seeded_target"),
        ("etl/seeded.py", "import components.seeded_target"),
        ("etl/seeded.py", "import plotly"),
        ("data/seeded.py", "import dash"),
        ("components/seeded.py", "import pages.seeded_target"),
        ("access/seeded.py", "import components.seeded_target"),
        ("components/seeded.py", "import serve.seeded_target"),
        ("pages/seeded.py", "import duckdb"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, module, fault):
    tree = _copy_sources(tmp_path)
    for package in PACKAGES:
        (tree / package / "seeded_target.py").write_text("", encoding="utf-8")
    (tree / module).write_text(fault + "\n", encoding="utf-8")
    result = _lint(tree)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout


def test_nobody_imports_pages_or_the_application():
    inside = [hit for package in PACKAGES for hit in _importers_of({"pages", "app"}, ROOT / package)]
    assert inside == []


def test_an_import_of_pages_is_found(tmp_path):
    (tmp_path / "tile.py").write_text("def draw():\n    from pages import overview\n", encoding="utf-8")
    assert _importers_of({"pages"}, tmp_path) == ["tile.py:2"]


@pytest.mark.parametrize("folder", ["components/tiles", "pages"])
def test_tiles_and_pages_never_fetch(folder):
    assert _fetchers(ROOT / folder) == []


def test_a_tile_that_fetches_is_found(tmp_path):
    (tmp_path / "tile.py").write_text("from data.query import Answer, fetch\n", encoding="utf-8")
    assert _fetchers(tmp_path) == ["tile.py:1 fetch"]
