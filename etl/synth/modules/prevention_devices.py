"""Devices of S-town: cameras along the roads, high points, drones, lamps, gates; when they were up; what they raised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.datum import wgs84_to_gcj02
from etl.synth.geometry import to_degrees
from etl.synth.modules.ground import NEVER, local_text, places, spoil
from etl.synth.modules.prevention_roads import network
from etl.synth.register import DAY_S, Register, Span

# Metres of road per camera, by class of road; lanes have a camera here and there.
CAMERA_EVERY_M = {"主干路": 88, "次干路": 100, "卡口": 55, "支路": 330, "村道": 700}
# kind -> devices, share per owner (公安, 镇, 社区, 物业, 交通), mean days between outages.
OTHERS = {
    "高点云台": (14, (0.5, 0.5, 0, 0, 0), 70),
    "无人机机库": (4, (0, 1, 0, 0, 0), 60),
    "智慧路灯": (420, (0, 1, 0, 0, 0), 120),
    "智能门禁": (360, (0, 0, 0.3, 0.7, 0), 55),
    "热成像测温": (36, (0, 0.6, 0.4, 0, 0), 50),
    "物联感知": (260, (0, 0.4, 0.3, 0.3, 0), 80),
}
OWNERS = ("公安", "镇", "社区", "物业", "交通")
UP_DAYS = {"公安": 110, "镇": 95, "社区": 70, "物业": 45, "交通": 120}
NEVER_HEARD = 0.035
CAUSES = ("PWR", "NET", "NET", "HW", "WRK", "CVR", "??")
# What each kind raises, and how many a day over the whole town.
ALERTS = {
    "智慧路灯": ("SOS", 9),
    "智能门禁": ("DOOR", 22),
    "热成像测温": ("FEVER", 6),
    "物联感知": ("SMOKE", 11),
}
TRUE_SHARE = {"SOS": 0.42, "DOOR": 0.55, "FEVER": 0.2, "SMOKE": 0.16, "COVER": 0.7}


def device_table(span: Span) -> pd.DataFrame:
    """Returns every device once: kind, owner, place in WGS-84, view, when it was put up and taken away."""
    rng = span.rng("device")
    table = pd.concat([_cameras(span, rng), _other_devices(span, rng)], ignore_index=True)
    n = len(table)
    is_new = rng.random(n) < 0.2
    table["installed"] = np.where(
        is_new, rng.integers(span.start, span.end, n), span.start - rng.integers(60, 2200, n) * DAY_S
    )
    gone = table["installed"] + rng.integers(300, 5000, n) * DAY_S
    table["removed"] = np.where((rng.random(n) < 0.05) & (gone > span.start), gone, NEVER)
    table["is_heard"] = rng.random(n) >= NEVER_HEARD
    table["number"] = [f"D{number:05d}" for number in range(1, n + 1)]
    return table


def _cameras(span: Span, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for road in network(span):
        count = rng.poisson(road.line.length / CAMERA_EVERY_M[road.grade])
        # Spread along the road as posts are, not by chance.
        for at in (np.arange(count) + rng.uniform(0.15, 0.85, count)) * road.line.length / max(count, 1):
            here, there = road.line.interpolate(at), road.line.interpolate(min(at + 5, road.line.length))
            back = road.line.interpolate(max(at - 5, 0))
            bearing = np.degrees(np.arctan2(there.x - back.x, there.y - back.y)) + 180 * rng.integers(0, 2)
            rows.append((here.x, here.y, bearing, road.grade, road.name))
    x, y, bearing, grade, name = zip(*rows, strict=True)
    n = len(rows)
    lon, lat = to_degrees().transform(np.array(x) + rng.normal(0, 3, n), np.array(y) + rng.normal(0, 3, n))
    is_dome = rng.random(n) < 0.18
    is_main = np.isin(grade, ["主干路", "次干路", "卡口"])
    return pd.DataFrame(
        {
            "kind": np.where(is_dome, "球机", "枪机"),
            "owner": np.where(
                is_main, rng.choice(["公安", "交通"], n, p=[0.7, 0.3]), rng.choice(["公安", "镇", "社区"], n)
            ),
            "lon": lon,
            "lat": lat,
            "bearing": np.round((np.array(bearing) + rng.normal(0, 12, n)) % 360),
            "angle": np.where(is_dome, 360, rng.choice([60, 75, 90, 110], n)),
            "range": np.where(is_dome, rng.choice([60, 80, 100], n), rng.choice([50, 80, 100, 120, 150], n)),
            "name": [f"{each}监控{number % 9 + 1}号" for number, each in enumerate(name)],
        }
    )


def _other_devices(span: Span, rng: np.random.Generator) -> pd.DataFrame:
    town = places(span)
    weight = town.facts["day_population_count"].to_numpy(float)
    parts = []
    for kind, (count, owners, _) in OTHERS.items():
        grid = rng.choice(
            len(weight), count, p=weight / weight.sum(), replace=kind not in ("高点云台", "无人机机库")
        )
        point = town.pick(grid, rng)
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "owner": rng.choice(OWNERS, count, p=owners),
                    "lon": town.lon[point],
                    "lat": town.lat[point],
                    "bearing": np.nan,
                    "angle": 360.0 if kind == "高点云台" else np.nan,
                    "range": 260.0 if kind == "高点云台" else np.nan,
                    "name": [f"{each}{kind}" for each in town.address[point]],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def draw_devices(span: Span) -> pd.DataFrame:
    """Returns the device register: put up, taken away; some without a bearing, some with a kind nobody knows."""
    rng = span.rng("device_rows")
    table = device_table(span)
    lon, lat = wgs84_to_gcj02(table["lon"].to_numpy(), table["lat"].to_numpy())
    blind = rng.random(len(table)) < 0.03
    base = pd.DataFrame(
        {
            "known_at": np.maximum(table["installed"] + 2 * DAY_S, span.start - 3000),
            "设备编号": table["number"],
            "点位名称": table["name"],
            "设备类型": table["kind"],
            "权属": table["owner"],
            "朝向角": table["bearing"].where(~blind),
            "视场角": table["angle"],
            "有效识别距离米": table["range"].where(rng.random(len(table)) >= 0.015),
            "启用日期": _excel_day(table["installed"]),
            "停用日期": np.nan,
            "经度": np.round(lon, 6),
            "纬度": np.round(lat, 6),
            "网格编码": None,
        }
    )
    gone = table["removed"] < NEVER
    last = base[gone].assign(
        known_at=table["removed"][gone] + DAY_S, 停用日期=_excel_day(table["removed"][gone])
    )
    rows = spoil(
        pd.concat([base, last]), rng, 0.002, columns={"设备类型": "unknown_code", "经度": "bad_number"}
    )
    return rows.assign(更新时间=local_text(rows["known_at"].to_numpy()))


def _excel_day(at: pd.Series) -> np.ndarray:
    return (np.asarray(at) + 8 * 3600) // DAY_S + 25_569.0


def _cycles(span: Span) -> pd.DataFrame:
    """Returns every interval of every device that is ever heard of: state, begin, end (NEVER: beyond the span)."""
    rng = span.rng("device_status")
    table = device_table(span)
    table = table[table["is_heard"]].reset_index(drop=True)
    count = span.days // 20 + 8
    shape = (len(table), count)
    mean_up = table["owner"].map(UP_DAYS).to_numpy(float)[:, None]
    up = rng.exponential(mean_up, shape) * DAY_S + 600
    is_long = rng.random(shape) < 0.2
    down = (
        np.where(
            is_long, rng.lognormal(np.log(8), 0.8, shape) * DAY_S, rng.lognormal(np.log(4), 1.1, shape) * 3600
        )
        + 120
    )
    first = np.maximum(table["installed"].to_numpy() + 3600, span.start - 20 * DAY_S)[:, None]
    edges = (first + np.cumsum(np.stack([up, down], axis=2).reshape(len(table), -1), axis=1)).astype(np.int64)
    begin = np.hstack([first, edges[:, :-1]])
    stop = np.minimum(table["removed"].to_numpy(), span.end)[:, None]
    keep = begin < stop
    row = np.broadcast_to(np.arange(len(table))[:, None], begin.shape)[keep]
    state = np.broadcast_to((np.arange(begin.shape[1]) + 1) % 2, begin.shape)[keep]
    ended = np.where(edges < stop, edges, NEVER)[keep]
    return pd.DataFrame(
        {"device": table["number"].to_numpy()[row], "state": state, "begin": begin[keep], "end": ended}
    )


def draw_status(span: Span) -> pd.DataFrame:
    """Returns the status log: a row when a state begins, the same row again when it ends; a few are never ended."""
    rng = span.rng("device_status_rows")
    cycles = _cycles(span)
    n = len(cycles)
    cause = np.where(
        cycles["state"] == 0, rng.choice(CAUSES, n, p=(0.2, 0.25, 0.2, 0.15, 0.1, 0.095, 0.005)), None
    )
    opened = pd.DataFrame(
        {
            "known_at": cycles["begin"] + rng.integers(20, 240, n),
            "log_id": [f"S{number:07d}" for number in range(n)],
            "device": cycles["device"],
            "state": cycles["state"].astype(str),
            "begin": cycles["begin"].astype("Int64"),
            "end": pd.array([pd.NA] * n, dtype="Int64"),
            "cause": cause,
        }
    )
    # The closing row of one in 400 is lost: the next beginning has to close the interval.
    ended = (cycles["end"] < NEVER) & (rng.random(n) >= 0.0025)
    closed = opened[ended].assign(
        known_at=cycles["end"][ended] + 30, end=cycles["end"][ended].astype("Int64")
    )
    before = span.start
    opened = opened[~(ended & (cycles["end"] + 30 <= before))]
    rows = pd.concat([opened, closed], ignore_index=True)
    rows["updated"] = rows["known_at"]
    return spoil(rows, rng, 0.0003, columns={"device": "missing"})


def draw_alerts(span: Span) -> pd.DataFrame:
    """Returns what devices raised: once when raised, once more when answered and judged."""
    rng = span.rng("device_alert")
    table = device_table(span)
    parts = [_alerts_of(kind, span, rng=rng, table=table) for kind in ALERTS]
    rows = pd.concat(parts, ignore_index=True).sort_values("raisedAt", ignore_index=True)
    rows["id"] = [f"IOT{number:07d}" for number in range(len(rows))]
    answered = rows["answered"] < NEVER
    later = rows[answered].assign(known_at=rows["answered"][answered] + 5)
    both = pd.concat([rows.assign(answered=NEVER, verdict=None), later], ignore_index=True)
    both["answeredAt"] = pd.array(
        np.where(both["answered"] < NEVER, both["answered"] * 1000, 0), dtype="Int64"
    )
    both["answeredAt"] = both["answeredAt"].mask(both["answered"] >= NEVER)
    both["ts"], both["raisedAt"] = both["known_at"] * 1000, both["raisedAt"] * 1000
    kept = both[["known_at", "id", "deviceId", "type", "raisedAt", "answeredAt", "verdict", "ts"]]
    return spoil(kept, rng, 0.001, columns={"type": "unknown_code", "deviceId": "missing"})


def _alerts_of(kind: str, span: Span, *, rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    code, daily = ALERTS[kind]
    own = table[table["kind"] == kind].reset_index(drop=True)
    n = rng.poisson(daily * span.days * min(span.scale, 1.0))
    raised = np.sort(rng.integers(span.start, span.end, n))
    picked = rng.choice(len(own), n, p=_uneven(len(own), rng))
    kept = (own["installed"].to_numpy()[picked] < raised) & (own["removed"].to_numpy()[picked] > raised)
    raised, picked = raised[kept], picked[kept]
    n = len(raised)
    type_ = np.where((code == "SMOKE") & (rng.random(n) < 0.2), "COVER", code)
    answered = raised + rng.lognormal(np.log(150), 1.0, n).astype(np.int64) + 15
    share = np.array([TRUE_SHARE[each] for each in type_])
    verdict = np.where(rng.random(n) < 0.03, "X", np.where(rng.random(n) < share, "T", "F"))
    return pd.DataFrame(
        {
            "known_at": raised + 4,
            "deviceId": own["number"].to_numpy()[picked],
            "type": type_,
            "raisedAt": raised,
            "answered": np.where(rng.random(n) < 0.06, NEVER, answered),
            "verdict": verdict,
        }
    )


def _uneven(n: int, rng: np.random.Generator) -> np.ndarray:
    """Returns how often each device is the one: a few raise most of the alerts."""
    weight = rng.lognormal(0, 1.1, n)
    return weight / weight.sum()


REGISTERS = (
    Register("device", "xlsx", draw_devices, months=12, sheet="设备"),
    Register("device_status", "csv", draw_status, interval_s=600, months=3),
    Register("device_alert", "jsonl", draw_alerts, interval_s=300, months=3),
)
