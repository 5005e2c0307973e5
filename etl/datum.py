"""Chinese map datums (坐标系): GCJ-02 and BD-09 to WGS-84 and back, and which of them a file really uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940, as the GCJ-02 transform uses it
ECCENTRICITY_2 = 0.00669342162296594323
BD_ANGLE = np.pi * 3000.0 / 180.0
MIN_LOCATED = 30
DATUMS = ("wgs84", "gcj02", "bd09")
Pair = tuple[np.ndarray, np.ndarray]


def _in_china(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def _shift(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """Degrees that GCJ-02 adds at a WGS-84 place; zero outside China."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = lat / 180.0 * np.pi
    magic = 1.0 - ECCENTRICITY_2 * np.sin(radians) ** 2
    d_lat = north * 180.0 / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = east * 180.0 / (SEMI_MAJOR_M / np.sqrt(magic) * np.cos(radians) * np.pi)
    inside = _in_china(lon, lat)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)


def wgs84_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """Returns GCJ-02 degrees of WGS-84 degrees."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    d_lon, d_lat = _shift(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """Returns WGS-84 degrees of GCJ-02 degrees; three rounds bring the inverse below a millimetre."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    back_lon, back_lat = lon, lat
    for _ in range(3):
        d_lon, d_lat = _shift(back_lon, back_lat)
        back_lon, back_lat = lon - d_lon, lat - d_lat
    return back_lon, back_lat


def gcj02_to_bd09(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """Returns BD-09 degrees of GCJ-02 degrees."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """Returns GCJ-02 degrees of BD-09 degrees, by the same rounds as GCJ-02 itself."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    back_lon, back_lat = lon - 0.0065, lat - 0.006
    for _ in range(4):
        there_lon, there_lat = gcj02_to_bd09(back_lon, back_lat)
        back_lon, back_lat = back_lon + lon - there_lon, back_lat + lat - there_lat
    return back_lon, back_lat


def to_wgs84(lon: np.ndarray, lat: np.ndarray, *, datum: str) -> Pair:
    """Returns WGS-84 degrees of degrees in `datum` (wgs84, gcj02, bd09)."""
    if datum == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    return np.asarray(lon, float), np.asarray(lat, float)


def from_wgs84(lon: np.ndarray, lat: np.ndarray, *, datum: str) -> Pair:
    """Returns degrees in `datum` of WGS-84 degrees; the inverse of `to_wgs84`."""
    if datum == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    if datum == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    return np.asarray(lon, float), np.asarray(lat, float)


@dataclass(frozen=True)
class DatumVerdict:
    """How a file's points sit in the areas it names; `shares` = share inside, per assumed datum."""

    located_count: int
    shares: dict[str, float]
    best: str
    is_mismatch: bool


def judge_datum(lon: np.ndarray, lat: np.ndarray, areas: np.ndarray, *, declared: str, grids) -> DatumVerdict:
    """Returns which datum puts the points into the areas they name.

    Args:
        lon: degrees as received.
        lat: degrees as received.
        areas: area id named by each row.
        declared: the contract's datum.
        grids: object with `inside(lon, lat, areas) -> bool array` and `knows(areas) -> bool array`.

    A file is judged from 30 located rows on. It is a mismatch when another datum fits clearly better: it puts
    most points where their rows say, and at least a fifth of all points more than the declared one does.
    """
    known = grids.knows(areas)
    lon, lat, areas = lon[known], lat[known], areas[known]
    if len(lon) < MIN_LOCATED:
        return DatumVerdict(len(lon), {}, declared, is_mismatch=False)
    shares = {datum: float(grids.inside(*to_wgs84(lon, lat, datum=datum), areas).mean()) for datum in DATUMS}
    best = max(shares, key=lambda name: (shares[name], name == declared))
    mismatch = best != declared and shares[best] >= 0.6 and shares[best] - shares[declared] >= 0.2
    return DatumVerdict(len(lon), shares, best, is_mismatch=mismatch)
