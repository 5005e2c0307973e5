"""What the interface answers with (接口数据形状): the same facts a screen shows, with n, interval, exclusions, as-of."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Label(BaseModel):
    """A name in Chinese and English."""

    zh: str
    en: str


class MetricInfo(BaseModel):
    """What a number means."""

    id: str
    label: Label
    meaning: Label
    clocks: Label
    exclusions: Label
    unit: Label
    kind: str = Field(description="rate | count | percentile | amount")
    direction: str = Field(description="higher_is_better | lower_is_better | neutral")
    formula: str
    dimensions: list[str] = Field(description="what it can be grouped by, beside the town's area levels")
    version: int
    reference: str


class MetricRow(BaseModel):
    """One group of a number; `value` null means unknown, never zero; `flag` says why it should not be compared."""

    group: dict[str, str | int | bool | None] = Field(description="dimension -> value; empty for the whole")
    value: float | None
    n: float | None
    low: float | None = Field(description="lower end of the 95 % interval")
    high: float | None
    lower: float | None = Field(description="lower bound where cases are undecided")
    upper: float | None
    flag: str | None = Field(description="small_sample | no_data | suppressed | beyond | outside | unjoined")


class MetricAnswer(BaseModel):
    """A number with everything needed to defend it."""

    metric: str
    as_of: str | None
    generation: int
    definition_version: int
    unit: Label
    ignored: list[str] = Field(description="filters this number does not have")
    exclusions: dict[str, int] = Field(description="reason -> cases left out")
    rows: list[MetricRow]


class IncidentPage(BaseModel):
    """Incidents, newest first; personal data are masked."""

    as_of: str | None
    generation: int
    total: int
    limit: int
    offset: int
    incidents: list[dict]


class IncidentAnswer(BaseModel):
    """One incident with its reports, steps and clocks."""

    as_of: str | None
    generation: int
    incident: dict
    reports: list[dict]
    steps: list[dict]
    clocks: list[dict]


class Service(BaseModel):
    """Open311 GeoReport v2: a kind of request."""

    service_code: str
    service_name: str
    description: str
    metadata: bool = False
    type: str = "realtime"
    keywords: str = ""
    group: str


class ServiceRequest(BaseModel):
    """Open311 GeoReport v2: one incident. The standard has no time of closing: `closed_datetime` is ours."""

    service_request_id: str
    status: str = Field(description="open | closed")
    status_notes: str | None
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: str | None
    updated_datetime: str | None
    expected_datetime: str | None
    closed_datetime: str | None
    address: str | None
    address_id: str | None = Field(description="not kept: null")
    zipcode: str | None = Field(description="not kept: null")
    media_url: str | None = Field(description="pictures are never given away: null")
    lat: float | None
    long: float | None
