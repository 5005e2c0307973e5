"""What every number means: loads and checks metrics, rules and the marts they read (指标目录)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from data.definitions import Mart, Metric, Rule
from data.settings import REPOSITORY
from data.yamlfile import DefinitionError, explain, nearest_name, read_yaml

DATA = REPOSITORY / "data"
# First line of a rule file that holds no dated single limits: whoever uses it reads it himself.
OWN_READER = "# reader: own"


class CatalogueError(DefinitionError):
    """A metric, rule, mart or dimension that does not exist or is wrong; names the nearest one."""


class NotInForceError(CatalogueError):
    """A rule that had no value yet on the day it is asked for."""


class Catalogue:
    """All definitions of one `data` folder, checked against each other when loaded."""

    def __init__(self, folder: Path = DATA):
        self.folder = folder
        self.rules = _read_rules(folder / "rules")
        self.marts = {mart.id: mart for mart in _read_marts(folder / "marts")}
        self.metrics = {metric.id: metric for metric in _read_metrics(folder / "metrics")}
        self.earlier = _read_earlier(folder / "metrics" / "earlier")
        for mart in self.marts.values():
            self._check_entities(mart)
        for metric in [*self.metrics.values(), *self.earlier.values()]:
            self._check(metric)
        self._check_versions()

    def metric(self, name: str) -> Metric:
        """Returns a metric by id; `id@version` is an earlier version of its definition.

        Raises:
            CatalogueError: no such metric or version; names the nearest.
        """
        if name in self.earlier:
            return self.earlier[name]
        return _named(name, self.metrics, what="metric", where=self.folder / "metrics")

    def versions(self, name: str) -> list[tuple[str, Metric]]:
        """Returns every version of a metric as (name to ask for, definition), oldest first; the last is in force."""
        older = [(key, each) for key, each in self.earlier.items() if key.partition("@")[0] == name]
        return [*sorted(older, key=lambda pair: pair[1].version), (name, self.metric(name))]

    def name_on(self, name: str, on: date) -> str:
        """Returns the name to ask for so that a metric is told as it was defined on a day."""
        return next(key for key, each in self.versions(name) if each.valid_to is None or on <= each.valid_to)

    def mart(self, name: str) -> Mart:
        """Returns how a mart is read.

        Raises:
            CatalogueError: no such mart; names the nearest.
        """
        return _named(name, self.marts, what="mart", where=self.folder / "marts")

    def rule(self, name: str, on: date):
        """Returns a rule's value in force on a day.

        Raises:
            CatalogueError: no such rule, or the day is before its first value.
        """
        rule = _named(name, self.rules, what="rule", where=self.folder / "rules")
        value = rule.on(on)
        if value is None:
            raise NotInForceError(
                f"{self.folder / 'rules'}: {name} has no value on {on}, first {min(rule.values)}"
            )
        return value

    def _check_entities(self, mart: Mart) -> None:
        known = {path.stem for path in (self.folder / "entities").glob("*.yaml")}
        for name in mart.entities:
            if name not in known:
                where = self.folder / "marts" / f"{mart.id}.yaml"
                raise CatalogueError(f"{where}: entities: no register {name!r}{nearest_name(name, known)}")

    def _check_versions(self) -> None:
        """Versions of one metric follow each other without gaps in their numbers or turns in their days."""
        for name in {key.partition("@")[0] for key in self.earlier}:
            if name not in self.metrics:
                raise CatalogueError(f"{self.folder / 'metrics' / 'earlier'}: no metric {name!r} is in force")
            found = [each for _, each in self.versions(name)]
            ends = [each.valid_to for each in found[:-1]]
            if [each.version for each in found] != list(range(1, len(found) + 1)):
                raise CatalogueError(
                    f"{found[0].path}: versions of {name} are not 1, 2, ... one after the other"
                )
            if None in ends or ends != sorted(set(ends)):
                raise CatalogueError(
                    f"{found[0].path}: each earlier version needs `valid_to`, later for later versions"
                )

    def _check(self, metric: Metric) -> None:
        try:
            mart = self.mart(metric.model)
            for reference in (metric.limit, metric.target):
                if reference:
                    _named(reference.rule, self.rules, what="rule", where=self.folder / "rules")
        except CatalogueError as error:
            raise CatalogueError(f"{metric.path}: {error}") from None
        known = {*mart.measures, *mart.dimensions, *mart.keep}
        for name in sorted(metric.names - known):
            raise CatalogueError(
                f"{metric.path}: column {name!r} is not a measure of {mart.id}{nearest_name(name, known)}"
            )


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Returns the project's own definitions, loaded once."""
    return Catalogue()


def metric(name: str) -> Metric:
    """Returns a metric of the project; raises CatalogueError naming the nearest."""
    return catalogue().metric(name)


def rule(name: str, on: date):
    """Returns a rule's value on a day; raises CatalogueError naming the nearest."""
    return catalogue().rule(name, on)


def _named(name: str, known: dict, *, what: str, where: Path):
    if name not in known:
        raise CatalogueError(f"{where}: no {what} {name!r}{nearest_name(name, known)}")
    return known[name]


def _read_metrics(folder: Path):
    for path in sorted(folder.glob("*.yaml")):
        content = _mapping(path)
        percentiles = content.pop("percentiles", None)
        if percentiles is None:
            yield _parse(path, Metric, {**content, "id": path.stem, "path": path})
            continue
        for each in percentiles:
            yield _parse(
                path, Metric, _percentile(content, each) | {"id": f"{path.stem}_p{each}", "path": path}
            )


def _read_earlier(folder: Path) -> dict[str, Metric]:
    """Definitions no longer in force, `<metric>@<version>.yaml`: a number told last month can be told again."""
    found = {}
    for path in sorted(folder.glob("*@*.yaml")):
        name, _, version = path.stem.partition("@")
        content = _mapping(path)
        percentiles = content.pop("percentiles", None)
        for share in percentiles or [None]:
            own = f"{name}_p{share}" if share else name
            told = _percentile(content, share) if share else content
            found[f"{own}@{version}"] = _parse(path, Metric, told | {"id": own, "path": path})
    return found


def _percentile(content: dict, each: int) -> dict:
    label = {lang: f"{text} P{each}" for lang, text in content["label"].items()}
    return {**content, "label": label, "share": each / 100}


def _read_marts(folder: Path):
    for path in sorted(folder.glob("*.yaml")):
        yield _parse(path, Mart, {**_mapping(path), "id": path.stem})


def _read_rules(folder: Path) -> dict[str, Rule]:
    rules = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.read_text(encoding="utf-8").startswith(OWN_READER):
            continue
        for name, content in _mapping(path).items():
            rules[name] = _parse(path, Rule, content if isinstance(content, dict) else {"values": content})
    return rules


def _mapping(path: Path) -> dict:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise CatalogueError(f"{path}: expected `key: value` lines, found {type(content).__name__}")
    return content


def _parse(path: Path, model, content: dict):
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(explain(path, error, model)) from None
