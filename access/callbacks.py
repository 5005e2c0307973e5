"""The shape of every callback (回调契约): a call with other ids or properties than registered is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from access.policy import PolicyBook, PolicyError, Rule

MAXIMUM_DEPTH = 32
MAXIMUM_TEXT = 8192
WILDCARDS = ("ALL", "MATCH", "ALLSMALLER")
# Inputs the page changes by itself: a call triggered by nothing else is no sign of a person at the screen.
BACKGROUND = frozenset({"generation.data"})
_KEYS = frozenset({"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"})
_TEXTS = frozenset({"pathname", "search", "hash", "href"})
_STORED_TEXTS = frozenset({"path", "search", "lang", "theme", "metric"})
_COUNTS = frozenset({"n_clicks", "n_intervals", "n_submit", "n_blur"})


class BadCall(ValueError):
    """A call that is not one the page could have made."""


@dataclass(frozen=True)
class Port:
    """One declared input, state or output: a component id (plain, or a pattern as dict) and a property."""

    component: str | Mapping[str, object]
    prop: str

    @classmethod
    def of(cls, component: str, prop: str) -> Port:
        """Read a port as Dash registers it; patterns are ids written as JSON objects."""
        return cls(json.loads(component) if component.startswith("{") else component, prop.partition("@")[0])

    @property
    def is_list(self) -> bool:
        """Whether the browser sends a list of matching components."""
        return not isinstance(self.component, str) and any(
            value in (["ALL"], ["ALLSMALLER"]) for value in self.component.values()
        )

    def fits(self, given: object) -> bool:
        """Whether what the browser sent names this port (for a pattern: one or several of its components)."""
        if self.is_list:
            return isinstance(given, list) and all(self._fits_one(each) for each in given)
        return self._fits_one(given)

    def _fits_one(self, given: object) -> bool:
        if not isinstance(given, dict) or not given.keys() <= {"id", "property", "value"}:
            return False
        prop = given.get("property")
        if not isinstance(prop, str) or prop.partition("@")[0] != self.prop:
            return False
        component = given.get("id")
        if isinstance(self.component, str) or not isinstance(component, dict):
            return component == self.component
        return component.keys() == self.component.keys() and all(
            isinstance(found, str | int | float) and (_is_wild(want) or want == found)
            for want, found in ((self.component[key], component[key]) for key in component)
        )


@dataclass(frozen=True)
class Shape:
    """One registered callback."""

    key: str
    outputs: tuple[Port, ...]
    inputs: tuple[Port, ...]
    state: tuple[Port, ...]
    rule: Rule


@dataclass(frozen=True)
class Call:
    """A call that passed: what it is, the pages it names, whether a person made it, its digest."""

    shape: Shape
    paths: tuple[str, ...]
    is_background: bool
    digest: bytes


class CallbackMap:
    """Every server callback of the app with its rule; built once, after all are registered."""

    def __init__(self, callback_map: Mapping[str, Mapping], book: PolicyBook) -> None:
        """Raises PolicyError naming every callback that has no rule: such an app must not start."""
        self._shapes: dict[str, Shape] = {}
        refused = []
        for key, entry in callback_map.items():
            if "callback" not in entry:  # runs in the browser only
                continue
            shape = _shape(key, entry, book)
            if shape is None:
                refused.append(key)
            else:
                self._shapes[key] = shape
        if refused:
            raise PolicyError(f"callbacks without a rule (access/policy.py): {', '.join(sorted(refused))}")

    def __iter__(self):
        return iter(self._shapes.values())

    def check(self, body: bytes) -> Call:
        """Read and check the body of a call.

        Raises:
            BadCall: not JSON, too deep, an unknown callback, or other ids and properties than the registered.
        """
        call = _parsed(body)
        shape = self._shapes.get(call["output"]) if isinstance(call.get("output"), str) else None
        if shape is None:
            raise BadCall("unknown output")
        inputs = _matched(shape.inputs, call.get("inputs"), "inputs")
        state = _matched(shape.state, call.get("state") or [], "state")
        _check_outputs(shape, call.get("outputs"))
        changed = _changed(call.get("changedPropIds"), inputs)
        values = [port for port in (*inputs, *state) if isinstance(port, dict)]
        for port in values:
            _check_value(port)
        return Call(
            shape=shape,
            paths=tuple(path for port in values for path in _paths(port)),
            is_background=bool(changed) and set(changed) <= BACKGROUND,
            digest=hashlib.blake2b(body, digest_size=16).digest(),
        )


def _shape(key: str, entry: Mapping, book: PolicyBook) -> Shape | None:
    outputs = entry["output"] if isinstance(entry["output"], list | tuple) else [entry["output"]]
    ports = tuple(Port.of(each.component_id_str(), each.component_property) for each in outputs)
    rule = book.rule_for(_rule_name(port) for port in ports)
    if rule is None:
        return None
    inputs, state = (
        tuple(Port.of(each["id"], each["property"]) for each in entry[kind]) for kind in ("inputs", "state")
    )
    return Shape(key, ports, inputs, state, rule)


def _rule_name(port: Port) -> str:
    return port.component if isinstance(port.component, str) else str(port.component.get("type", ""))


def _is_wild(want: object) -> bool:
    return isinstance(want, list) and len(want) == 1 and want[0] in WILDCARDS


def _parsed(body: bytes) -> dict:
    try:
        call = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadCall("not JSON") from None
    if not isinstance(call, dict) or not call.keys() <= _KEYS:
        raise BadCall("not a callback call")
    level: list[object] = [call]
    for _ in range(MAXIMUM_DEPTH):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return call
    raise BadCall(f"nested deeper than {MAXIMUM_DEPTH}")


def _matched(declared: Sequence[Port], given: object, what: str) -> list:
    if not isinstance(given, list) or len(given) != len(declared):
        raise BadCall(f"{what}: not the registered ones")
    for port, each in zip(declared, given, strict=True):
        if not port.fits(each):
            raise BadCall(f"{what}: not the registered ones")
    return given


def _check_outputs(shape: Shape, given: object) -> None:
    listed = (
        given
        if isinstance(given, list) and not (len(shape.outputs) == 1 and shape.outputs[0].is_list)
        else [given]
    )
    if not shape.outputs and given in (None, []):
        return
    if len(listed) != len(shape.outputs) or not all(
        port.fits(each) and "value" not in (each if isinstance(each, dict) else {})
        for port, each in zip(shape.outputs, listed, strict=True)
    ):
        raise BadCall("outputs: not the registered ones")


def _changed(given: object, inputs: list) -> list[str]:
    if given is None:
        return []
    known = {_port_name(each) for port in inputs for each in (port if isinstance(port, list) else [port])}
    if not isinstance(given, list) or not all(isinstance(each, str) and each in known for each in given):
        raise BadCall("changedPropIds: not among the inputs")
    return given


def _port_name(port: dict) -> str:
    component = port["id"]
    if isinstance(component, dict):
        component = orjson.dumps(component, option=orjson.OPT_SORT_KEYS).decode()
    return f"{component}.{port['property']}"


def _check_value(port: dict) -> None:
    value, prop = port.get("value"), port["property"]
    if value is None:
        return
    is_fine = True
    if prop in _TEXTS:
        is_fine = isinstance(value, str) and len(value) <= MAXIMUM_TEXT
    elif prop in _COUNTS:
        is_fine = isinstance(value, int)
    elif prop == "data" and port["id"] == "generation":
        is_fine = isinstance(value, int) and not isinstance(value, bool)
    elif prop == "data":
        is_fine = isinstance(value, dict) and all(
            isinstance(value[name] or "", str) and len(value[name] or "") <= MAXIMUM_TEXT
            for name in _STORED_TEXTS & value.keys()
        )
    if not is_fine:
        raise BadCall(f"{prop}: not a value the page could have sent")


def _paths(port: dict) -> list[str]:
    value = port.get("value")
    if port["property"] == "pathname" and isinstance(value, str):
        return [value]
    if port["property"] == "data" and isinstance(value, dict) and isinstance(value.get("path"), str):
        return [value["path"]]
    return []
