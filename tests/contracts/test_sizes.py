"""Size budgets of docs/architecture.md section 11, and names that hide what a file is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app.py", "serve", "pages", "components", "access", "data", "etl", "scripts", "bench")
FUNCTION_LINES, CALLBACK_LINES, MODULE_LINES, PAGE_LINES, SQL_LINES, YAML_LINES = 40, 20, 300, 60, 120, 60
ARGUMENTS, POSITIONAL, COMPLEXITY = 5, 3, 10
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.ExceptHandler, ast.comprehension, ast.match_case)


class Exemption(NamedTuple):
    """Why one file may be longer, and until when."""

    reason: str
    expires: date


EXEMPT: dict[str, Exemption] = {}


def _code_files(root: Path) -> Iterator[Path]:
    for name in CODE:
        path = root / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _is_callback(function: ast.FunctionDef) -> bool:
    names = (
        decorator.func if isinstance(decorator, ast.Call) else decorator
        for decorator in function.decorator_list
    )
    return any(ast.unparse(name).split(".")[-1] in {"callback", "clientside_callback"} for name in names)


def _complexity(function: ast.FunctionDef) -> int:
    return 1 + sum(isinstance(node, BRANCHES) for node in ast.walk(function))


def _argument_faults(function: ast.FunctionDef) -> Iterator[str]:
    positional = [
        each.arg
        for each in (*function.args.posonlyargs, *function.args.args)
        if each.arg not in ("self", "cls")
    ]
    count = len(positional) + len(function.args.kwonlyargs)
    if count > ARGUMENTS:
        yield f"{count} arguments (at most {ARGUMENTS})"
    if len(positional) > POSITIONAL:
        yield f"{len(positional)} positional arguments (keyword-only past the third)"


def _function_faults(function: ast.FunctionDef) -> Iterator[str]:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"{lines} lines (at most {FUNCTION_LINES})"
    if _is_callback(function):
        body = (function.end_lineno or 0) - function.body[0].lineno + 1
        if body > CALLBACK_LINES:
            yield f"callback body of {body} lines (at most {CALLBACK_LINES})"
    else:
        yield from _argument_faults(function)
    if _complexity(function) > COMPLEXITY:
        yield f"complexity {_complexity(function)} (at most {COMPLEXITY})"


def find_function_faults(root: Path) -> list[str]:
    """Returns one line per function over a budget."""
    found = []
    for path in _code_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = f"{path.relative_to(root)}:{node.lineno} {node.name}"
                found += [f"{where}: {fault}" for fault in _function_faults(node)]
    return found


def find_file_faults(root: Path) -> list[str]:
    """Returns one line per file over its budget that is not exempt."""
    budgets = [
        (path, PAGE_LINES if path.parent.name == "pages" else MODULE_LINES) for path in _code_files(root)
    ]
    budgets += [(path, SQL_LINES) for path in sorted((root / "etl").rglob("*.sql"))]
    definitions = [path for path in sorted((root / "data").rglob("*.yaml")) if "warehouse" not in path.parts]
    budgets += [(path, YAML_LINES) for path in definitions]
    found = []
    for path, budget in budgets:
        name, lines = str(path.relative_to(root)), len(path.read_text(encoding="utf-8").splitlines())
        if lines > budget and name not in EXEMPT:
            found.append(f"{name}: {lines} lines (at most {budget})")
    return found


def find_name_faults(root: Path) -> list[str]:
    """Returns files whose name or place hides what they are about."""
    found = []
    for path in _code_files(root):
        if path.stem in {"utils", "util", "helpers", "misc", "common"}:
            found.append(f"{path.relative_to(root)}: a name that says nothing")
        if path.name == "__init__.py" and path.read_text(encoding="utf-8").strip():
            found.append(f"{path.relative_to(root)}: an __init__ with content")
    return found


def test_no_function_is_over_budget():
    assert find_function_faults(ROOT) == []


def test_no_file_is_over_budget():
    assert find_file_faults(ROOT) == []


def test_no_file_hides_what_it_is_about():
    assert find_name_faults(ROOT) == []


def test_every_exemption_is_still_needed_and_not_expired():
    for name, exemption in EXEMPT.items():
        path = ROOT / name
        budget = {".yaml": YAML_LINES, ".sql": SQL_LINES}.get(path.suffix, MODULE_LINES)
        assert exemption.expires >= date.today(), f"{name}: exemption expired"
        assert len(path.read_text(encoding="utf-8").splitlines()) > budget, f"{name}: fits its budget again"


SEEDED = {
    "a long function": ("data/a.py", "def f():\n" + "    x = 1\n" * 41, "42 lines"),
    "many arguments": ("data/a.py", "def f(a, b, *, c, d, e, g):\n    return 1\n", "6 arguments"),
    "positional arguments": ("data/a.py", "def f(a, b, c, d):\n    return 1\n", "4 positional"),
    "a maze": ("data/a.py", "def f(a):\n" + "    if a:\n        pass\n" * 10, "complexity 11"),
    "a fat callback": (
        "components/a.py",
        "@app.callback(1)\ndef f(a):\n" + "    x = 1\n" * 21,
        "callback body",
    ),
}


@pytest.mark.parametrize("case", sorted(SEEDED))
def test_a_function_over_budget_is_found(tmp_path, case):
    name, text, expected = SEEDED[case]
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert any(expected in fault for fault in find_function_faults(tmp_path))


@pytest.mark.parametrize(
    ("name", "lines"),
    [("pages/a.py", 61), ("etl/a.py", 301), ("etl/models/a.sql", 121), ("data/metrics/a.yaml", 61)],
)
def test_a_file_over_budget_is_found(tmp_path, name, lines):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("\n" * lines, encoding="utf-8")
    assert find_file_faults(tmp_path) == [f"{name}: {lines} lines (at most {lines - 1})"]


def test_a_name_that_says_nothing_is_found(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "utils.py").write_text("", encoding="utf-8")
    (tmp_path / "data" / "__init__.py").write_text("x = 1\n", encoding="utf-8")
    assert len(find_name_faults(tmp_path)) == 2
