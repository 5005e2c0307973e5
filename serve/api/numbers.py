"""Numbers and areas for other systems (指标与区域接口)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from components.numbers import is_known
from data.catalogue import Metric, catalogue
from data.listing import Listing, fetch_listing
from data.query import Answer
from serve.api.asking import Asking
from serve.api.params import NumberParams
from serve.api.shapes import Label, MetricAnswer, MetricInfo, MetricRow
from serve.api.values import instant, plain_value, record

FIGURES = ("value", "n", "low", "high", "lower", "upper")


def number_routes(asking: Asking, *, geo: Path) -> APIRouter:
    """Returns /metrics, /metrics/{id} and /areas."""
    router = APIRouter()

    @router.get("/metrics", summary="Every number there is, with its definition")
    def metrics() -> list[MetricInfo]:
        return [_info(each) for each in catalogue().metrics.values()]

    @router.get("/metrics/{metric}", summary="A number, whole or by up to two dimensions")
    def metric(metric: str, asked: Annotated[NumberParams, Query()]) -> MetricAnswer:
        groups = tuple(part.strip() for part in asked.by.split(",") if part.strip())
        if len(groups) > 2:
            raise HTTPException(400, "by: at most two dimensions")
        filters = asking.filters(asked.filters())
        return _answer(asking.number(metric, by=groups, filters=filters, as_of=asked.as_of), groups)

    @router.get("/areas", summary="Areas of a level as GeoJSON (WGS-84) with what is known of each")
    def areas(level: Annotated[str, Query(pattern=r"^[a-z][a-z0-9_]{0,40}$")] = "grid") -> dict:
        path = geo / f"{level}.json"
        if level not in asking.town.levels or not path.is_file():
            raise HTTPException(404, "no such level")
        frame = fetch_listing(Listing("areas"), scope=asking.scope, store=asking.store)
        facts = {
            row["area_id"]: record(row) for row in frame[frame["level_code"] == level].to_dict("records")
        }
        layer = json.loads(path.read_text(encoding="utf-8"))
        for each in layer["features"]:
            each["properties"] = facts.get(each["properties"].get("area_id"), each["properties"])
        return layer

    return router


def _info(metric: Metric) -> MetricInfo:
    mart = catalogue().mart(metric.model)
    texts = {
        name: _label(getattr(metric, name)) for name in ("label", "meaning", "clocks", "exclusions", "unit")
    }
    return MetricInfo(
        id=metric.id,
        **texts,
        kind=metric.kind,
        direction=metric.direction,
        formula=metric.value or f"Kaplan-Meier P{round(100 * (metric.share or 0))}",
        dimensions=sorted(mart.dimensions),
        version=metric.version,
        reference=metric.reference.title,
    )


def _label(label) -> Label:
    return Label(zh=label.zh or "", en=label.en or "")


def _answer(answer: Answer, by: tuple[str, ...]) -> MetricAnswer:
    return MetricAnswer(
        metric=answer.metric.id,
        as_of=instant(answer.as_of_at),
        generation=answer.generation,
        definition_version=answer.metric.version,
        unit=_label(answer.metric.unit),
        ignored=list(answer.ignored),
        exclusions={str(key): int(value) for key, value in answer.exclusions.items()},
        rows=[_row(row, by) for row in answer.frame.to_dict("records")],
    )


def _row(row: dict, by: tuple[str, ...]) -> MetricRow:
    figures = {name: plain_value(row.get(name)) for name in FIGURES}
    flag = row.get("flag")
    return MetricRow(
        group={name: plain_value(row[name]) for name in by},
        **figures,
        flag=flag if is_known(flag) and flag else None,
    )
