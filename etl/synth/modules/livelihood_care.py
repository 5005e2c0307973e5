"""长者看护: devices in the homes of elders who live alone, their weekly ledger, and the alerts they raise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.modules.ground import NEVER, id_numbers, local_text, people, phones, places, spoil
from etl.synth.register import Register, Span

DEVICES = 1_150
ALERTS_PER_DAY = 9.0
WEEK = 7 * 86_400
KINDS = ("MC", "SOS", "YG", "HW", "SB")
KIND_SHARE = (0.42, 0.24, 0.16, 0.12, 0.06)
# alert -> (device kind, share of the alerts, share that is real)
ALERTS = {
    "NO_EXIT": ("MC", 0.34, 0.22),
    "NO_RETURN": ("MC", 0.12, 0.30),
    "SOS": ("SOS", 0.24, 0.38),
    "SMOKE": ("YG", 0.08, 0.12),
    "NO_MOTION": ("HW", 0.15, 0.25),
    "NO_WATER": ("SB", 0.07, 0.35),
}


def _devices(span: Span) -> pd.DataFrame:
    """Returns one line per device: where it is and when it was put up and taken down."""
    rng, town = span.rng("elder-device"), places(span)
    n = max(int(DEVICES * span.scale), 60)
    weight = town.facts["population_count"].to_numpy(float)
    household = np.sort(rng.integers(0, int(n * 0.62), n))
    home_grid = rng.choice(len(weight), n, p=weight / weight.sum())
    point = town.pick(home_grid, rng)[household]
    lon, lat = wgs84_to_gcj02(town.lon[point], town.lat[point])
    put_up = span.start + rng.integers(-700, 430, n) * 86_400
    taken_down = np.where(rng.random(n) < 0.07, put_up + rng.integers(200, 1_400, n) * 86_400, NEVER)
    return pd.DataFrame(
        {
            "number": [f"CZ{each:05d}" for each in range(1, n + 1)],
            "household": np.array(id_numbers(rng, n))[household],
            "name": np.array([f"{each[0]}*" for each in people(rng, n)])[household],
            "kind": rng.choice(KINDS, n, p=KIND_SHARE),
            "lon": np.round(lon, 6),
            "lat": np.round(lat, 6),
            "address": town.address[point],
            "put_up": put_up,
            "taken_down": taken_down,
        }
    )


def draw_devices(span: Span) -> pd.DataFrame:
    """Returns the platform's weekly ledger: every device with its state, Monday morning."""
    devices, rng = _devices(span), span.rng("elder-ledger")
    monday = span.start - (span.start // 86_400 + 4) % 7 * 86_400  # local days begin eight hours before UTC's
    is_up = rng.random(len(devices)) < 0.93
    heard = np.full(len(devices), 0)
    parts = []
    for exported in range(monday + 6 * 3_600, span.end, WEEK):
        draw = rng.random(len(devices))
        is_up = np.where(is_up, draw > 0.022, draw < 0.32)
        heard = np.where(is_up, exported - rng.integers(60, 20 * 3_600, len(devices)), heard)
        is_known = rng.random(len(devices)) > 0.012
        gone = devices["taken_down"].to_numpy()
        wanted = (devices["put_up"] <= exported) & (gone > exported - WEEK)
        state = np.where(is_known, np.where(is_up, "1", "0"), None)
        state = np.where(gone <= exported, None, state)
        parts.append(_ledger(devices, exported, state=state, heard=heard)[wanted])
    return spoil(
        pd.concat(parts, ignore_index=True),
        rng,
        0.0003,
        columns={"设备类型": "unknown_code", "最后上报": "bad_time"},
    )


def _ledger(devices: pd.DataFrame, exported: int, *, state: np.ndarray, heard: np.ndarray) -> pd.DataFrame:
    down = np.where(devices["taken_down"] <= exported, devices["taken_down"], NEVER)
    return pd.DataFrame(
        {
            "known_at": exported,
            "设备编号": devices["number"],
            "户号": devices["household"],
            "姓名": devices["name"],
            "设备类型": devices["kind"],
            "在线": state,
            "最后上报": local_text(heard),
            "安装日期": local_text(devices["put_up"], "%Y-%m-%d"),
            "拆除日期": local_text(down, "%Y-%m-%d"),
            "经度": devices["lon"],
            "纬度": devices["lat"],
            "地址": devices["address"],
            "台账时间": local_text(np.full(len(devices), exported), "%Y-%m-%d %H:%M"),
        }
    )


def _alerts(span: Span) -> pd.DataFrame:
    """Returns the alerts with their whole life in UTC seconds."""
    devices, rng = _devices(span), span.rng("elder-alert")
    days = span.days
    counts = rng.poisson(ALERTS_PER_DAY * span.scale, days)
    n = int(counts.sum())
    hour = rng.choice(24, n, p=_hours())
    raised = (
        span.start + np.repeat(np.arange(days), counts) * 86_400 + hour * 3_600 + rng.integers(0, 3_600, n)
    )
    kind = rng.choice(list(ALERTS), n, p=[each[1] for each in ALERTS.values()])
    device = np.empty(n, dtype=int)
    for name, (wanted, _, _) in ALERTS.items():
        own = np.flatnonzero(kind == name)
        device[own] = rng.choice(np.flatnonzero(devices["kind"] == wanted), len(own))
    slow = np.where((hour < 7) | (hour >= 21), 1.7, 1.0) * np.where(rng.random(n) < 0.03, 14, 1.0)
    contacted = raised + (rng.lognormal(np.log(8.5 * 60), 0.85, n) * slow).astype(np.int64)
    forgotten = rng.random(n)
    contacted = np.where(forgotten < 0.04, raised + rng.integers(7_200, 3 * 86_400, n), contacted)
    contacted = np.where(forgotten < 0.0006, NEVER, contacted)
    real = rng.random(n) < np.array([ALERTS[name][2] for name in kind])
    broken = ~real & (rng.random(n) < 0.12)
    closed = np.where(contacted < NEVER, contacted + rng.lognormal(np.log(1_500), 0.8, n), NEVER).astype(
        np.int64
    )
    return pd.DataFrame(
        {
            "id": [f"YJ{number:07d}" for number in range(1, n + 1)],
            "raised": raised,
            "contacted": contacted,
            "closed": closed,
            "type": kind,
            "outcome": np.where(real, "TRUE", np.where(broken, "DEVICE", "FALSE")),
            "way": rng.choice(["TEL", "VISIT", "KIN"], n, p=[0.62, 0.24, 0.14]),
            "device": device,
            "phone": phones(rng, n),
        }
    ).join(devices[["number", "name", "lon", "lat"]], on="device")


def _hours() -> np.ndarray:
    weight = np.array([2, 1, 1, 1, 1, 2, 4, 7, 9, 8, 6, 5, 5, 4, 4, 4, 4, 5, 6, 6, 5, 5, 4, 3], dtype=float)
    return weight / weight.sum()


def draw_alerts(span: Span) -> pd.DataFrame:
    """Returns every version of every alert: raised, contacted, settled."""
    alerts, rng = _alerts(span), span.rng("elder-alert-files")
    parts = []
    for moment, seen in (("raised", ()), ("contacted", ("contacted",)), ("closed", ("contacted", "closed"))):
        rows = alerts[alerts[moment] < NEVER]
        parts.append(_alert_rows(rows, told=rows[moment].to_numpy(), seen=seen))
    return spoil(
        pd.concat(parts, ignore_index=True),
        rng,
        0.0005,
        columns={"type": "unknown_code", "raised": "bad_time"},
    )


def _alert_rows(rows: pd.DataFrame, *, told: np.ndarray, seen: tuple[str, ...]) -> pd.DataFrame:
    pattern = "%Y-%m-%dT%H:%M:%S+08:00"
    return pd.DataFrame(
        {
            "known_at": told,
            "id": rows["id"],
            "device": rows["number"],
            "elder": rows["name"],
            "phone": rows["phone"],
            "type": rows["type"],
            "raised": local_text(rows["raised"], pattern),
            "contacted": local_text(rows["contacted"], pattern) if "contacted" in seen else None,
            "contactWay": rows["way"] if "contacted" in seen else None,
            "closed": local_text(rows["closed"], pattern) if "closed" in seen else None,
            "outcome": rows["outcome"] if "closed" in seen else None,
            "lng": rows["lon"],
            "lat": rows["lat"],
            "updated": local_text(told, pattern),
        }
    )


REGISTERS = (
    Register("elder_device", "csv", draw_devices, interval_s=WEEK, months=1, encoding="utf-8-sig"),
    Register("elder_alert", "xml", draw_alerts, interval_s=600, months=6, record="alert"),
)
