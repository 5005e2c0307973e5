"""Reads a YAML file into a checked model; every error names the file, the key and the value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Model = TypeVar("Model", bound="Definition")


class DefinitionError(ValueError):
    """A definition file that cannot be used; the message says where and why."""


class Definition(BaseModel):
    """Base of all definition files: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Returns ` (did you mean X?)` for the closest known name, or an empty string."""
    close = difflib.get_close_matches(str(name), [str(each) for each in known], n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def read_yaml(path: Path) -> object:
    """Returns the parsed content of a YAML file.

    Raises:
        DefinitionError: the file is missing, not UTF-8 or not YAML.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 it is a SafeLoader
    except FileNotFoundError:
        raise DefinitionError(f"{path}: file not found") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except yaml.YAMLError as error:
        raise DefinitionError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


def read_definition(path: Path, model: type[Model]) -> Model:
    """Returns the file as an instance of `model`.

    Raises:
        DefinitionError: naming file, key and value of every problem.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise DefinitionError(f"{path}: expected `key: value` lines, found {type(content).__name__}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise DefinitionError(explain(path, error, model)) from None


def read_entries(
    folder: Path, model: type[Model], *, error: type[Exception], twice: str, taken: Iterable[str] = ()
) -> dict[str, Model]:
    """Returns the entries of every file of a folder by name.

    Args:
        folder: holds `*.yaml` files of `name: {...}`.
        model: what an entry must be.
        error: raised for a name that stands twice or is `taken`, and for an entry that is not one.
        twice: what the error says of such a name, `{name!r}` in its place.
        taken: names no entry may have.
    """
    found: dict[str, Model] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, content in (read_yaml(path) or {}).items():
            if name in found or name in taken:
                raise error(f"{path}: {twice.format(name=name)}")
            try:
                found[name] = model.model_validate(content)
            except ValidationError as wrong:
                raise error(f"{name} in {explain(path, wrong, model)}") from None
    return found


def explain(path: Path, error: ValidationError, model: type[BaseModel]) -> str:
    """Returns one line per problem of a validation error: file, key, value, reason."""
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"]) or "(whole file)"
        hint = ""
        if item["type"] == "extra_forbidden":
            hint = nearest_name(item["loc"][-1], model.model_fields) if len(item["loc"]) == 1 else ""
            reason = "unknown key"
        else:
            reason = item["msg"].removeprefix("Value error, ")
        value = "" if item["type"] == "missing" else f" = {_short(item['input'])}"
        lines.append(f"{path}: {key}{value}: {reason}{hint}")
    return "\n".join(lines)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses a key written twice: YAML's silent last-wins hides mistakes."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.YAMLError(f"key {key!r} is written twice, line {key_node.start_mark.line + 1}")
            seen.add(key)
        return super().construct_mapping(node, deep)
