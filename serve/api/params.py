"""What may stand in an address of the interface (接口参数); anything else is refused by name."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MOST = 500
_ID = {"default": None, "max_length": 60}


class FilterParams(BaseModel):
    """The filters of the screens."""

    model_config = ConfigDict(extra="forbid")

    period: str | None = Field(None, max_length=40, description="today, 24h, 7d, 2026-11-01..2026-11-21")
    area: str | None = Field(**_ID)
    source: str | None = Field(**_ID)
    category: str | None = Field(**_ID)
    domain: str | None = Field(**_ID)
    department: str | None = Field(**_ID)
    pick: str | None = Field(None, max_length=300, description="column:value, comma-separated")

    def filters(self) -> dict[str, str | None]:
        """Returns the filters alone."""
        return {name: getattr(self, name) for name in FilterParams.model_fields}


class NumberParams(FilterParams):
    """A number's question."""

    by: str = Field("", max_length=100, description="up to two dimensions, comma-separated")
    as_of: str | None = Field(None, max_length=40, description="ISO 8601 with offset: as it stood then")


class PageParams(FilterParams):
    """A page of incidents."""

    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=1_000_000)


class RequestParams(BaseModel):
    """Open311 GeoReport v2: which requests."""

    model_config = ConfigDict(extra="forbid")

    jurisdiction_id: str | None = Field(None, max_length=60, description="taken and ignored: one town")
    service_request_id: str | None = Field(
        None, max_length=2000, description="comma-separated, at most 50; the other arguments are then ignored"
    )
    service_code: str | None = Field(None, max_length=600, description="comma-separated")
    start_date: str | None = Field(None, max_length=40)
    end_date: str | None = Field(None, max_length=40)
    status: str | None = Field(
        None, pattern=r"^(open|closed)(,(open|closed))?$", description="comma-separated"
    )
    page: int = Field(1, ge=1, le=10_000)
    page_size: int = Field(100, ge=1, le=MOST)
