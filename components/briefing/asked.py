"""A question as an address and back (问数地址): what a number of a briefing was asked with, so that it can be asked again."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from data.period import parse_period
from data.request import URL_KEYS, Filters, Request, parse_picked, written_picked
from data.town import Town

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


def address_of(request: Request, *, period: str = "") -> str:
    """Returns a question's part of the address, keys in order; `period` where the filters' span is that period of as-of."""
    filters = request.filters
    told = {key: getattr(filters, name) for key, name in URL_KEYS.items()}
    told |= {"severity": filters.severity_level, "pick": written_picked(filters.picked)}
    told |= {"as_of": _written(request.as_of_at)}
    if period:
        told["period"] = period
    else:
        told |= {"since": _written(filters.since_at), "until": _written(filters.until_at)}
    return urlencode(sorted((key, str(value)) for key, value in told.items() if value), safe=":,/")


def request_of(metric: str, asked: str, *, by: str = "", town: Town) -> Request:
    """Returns the question behind a number: `address_of` read back."""
    told = dict(parse_qsl(asked))
    as_of_at = _read(told.get("as_of"))
    since_at, until_at = _read(told.get("since")), _read(told.get("until"))
    if "period" in told:
        since_at, until_at = parse_period(told["period"], as_of_at=as_of_at, zone=town.zone)
    filters = Filters(
        since_at,
        until_at,
        severity_level=int(told["severity"]) if "severity" in told else None,
        picked=parse_picked(told.get("pick", "")),
        **{name: told.get(key) for key, name in URL_KEYS.items()},
    )
    return Request(metric, by=(by,) if by else (), filters=filters, as_of_at=as_of_at)


def _written(instant: datetime | None) -> str:
    """Returns an instant with as many digits as it has; the zone is always UTC."""
    if instant is None:
        return ""
    return instant.strftime(INSTANT if instant.microsecond else "%Y-%m-%dT%H:%M:%SZ")


def _read(text: str | None) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, INSTANT if "." in text else "%Y-%m-%dT%H:%M:%SZ")
