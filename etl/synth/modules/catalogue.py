"""The data catalogue: what is promised, what each department asked for; what is joined shows in the feeds themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import yaml

from etl.synth.modules.ground import NEVER, local_text, people, read_table
from etl.synth.register import DAY_S, Register, Span

# Promised by other levels and never sent: name, owner, share class, level.
WANTING = (
    ("法院涉镇民事案件", "区人民法院", "涉密", "区级"),
    ("医保参保与结算", "市医保局", "涉密", "市级"),
    ("中小学学籍变动", "区教育局", "共享", "区级"),
    ("自来水用量异常", "水务集团", "共享", "市级"),
    ("民用电量异常", "供电公司", "共享", "市级"),
    ("燃气用户与巡检", "燃气公司", "共享", "市级"),
    ("不动产登记", "区规划资源分局", "共享", "区级"),
    ("公交刷卡客流", "市公交集团", "共享", "市级"),
    ("气象预警", "市气象局", "开放", "市级"),
    ("河道水位与水质", "区生态环境分局", "开放", "区级"),
    ("电动自行车登记", "区交警大队", "共享", "区级"),
    ("殡葬与死亡登记", "区民政局", "涉密", "区级"),
    ("快递网点与件量", "市邮政管理局", "共享", "市级"),
    ("出租车与网约车轨迹", "区交通运输局", "共享", "区级"),
)
USES = ("隐患研判", "重点人群走访", "考核核实", "专项整治", "应急调度", "民生政策匹配", "楼宇经济分析")
DEMANDS = 64
LEVELS = {"secret": "涉密", "shared": "共享", "open": "开放"}


def draw_catalogue(span: Span) -> pd.DataFrame:
    """Returns every version of every catalogue line: first promised, later registered as joined."""
    rng = span.rng("resource_catalogue")
    lines = [*_joined(span), *((name, owner, share, level, None) for name, owner, share, level in WANTING)]
    n = len(lines)
    promised = span.start + rng.integers(-200, 500, n) * DAY_S
    claimed = np.array(
        [
            at + rng.integers(-30, 90) * DAY_S if line[4] else NEVER
            for at, line in zip(promised, lines, strict=True)
        ]
    )
    # Two lines are registered as joined although nothing has ever come.
    claimed[-3:-1] = promised[-3:-1] + 20 * DAY_S
    rows = pd.DataFrame(
        {
            "目录编号": [f"ML{number:04d}" for number in range(1, n + 1)],
            "资源名称": [line[0] for line in lines],
            "责任单位": [line[1] for line in lines],
            "共享属性": [line[2] for line in lines],
            "数据层级": [line[3] for line in lines],
            "承诺接入日期": local_text(promised, "%Y-%m-%d"),
            "接入来源": [line[4] for line in lines],
            "更新周期（天）": rng.choice((1, 7, 30, 90), n),
            "采集责任岗位": rng.choice(("专职网格员", "社区民生委员", "执法中队内勤", "平台管理员"), n),
            "联系人": people(rng, n),
        }
    )
    begun = promised - 120 * DAY_S
    parts = [
        rows.assign(登记接入日期=None, known_at=begun)[claimed > begun],
        rows.assign(登记接入日期=local_text(claimed, "%Y-%m-%d"), known_at=np.maximum(claimed, begun))[
            claimed < NEVER
        ],
    ]
    return pd.concat(parts, ignore_index=True)


def _joined(span: Span) -> list[tuple[str, str, str, str, str]]:
    lines = []
    for path in sorted((span.town_dir / "feeds").glob("*.yaml")):
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        level = "区级" if contract["channel"] in ("police", "fire", "complaint") else "镇级"
        lines.append(
            (contract["label"]["zh"], contract["owner"], LEVELS[contract["share_class"]], level, path.stem)
        )
    return lines


def draw_demands(span: Span) -> pd.DataFrame:
    """Returns every version of every demand: raised, and for most of them met some weeks later."""
    rng = span.rng("data_demand")
    departments = [
        row["name_zh"] for row in read_table(span.town_dir / "departments.csv") if row["level_code"] == "town"
    ]
    lines = len(_joined(span)) + len(WANTING)
    raised = np.sort(span.start + rng.integers(0, max(span.end - span.start, DAY_S), DEMANDS))
    resource = rng.integers(0, lines + 4, DEMANDS)
    days = rng.integers(10, 120, DEMANDS)
    is_met = (resource < lines - len(WANTING)) & (rng.random(DEMANDS) < 0.85)
    met = np.where(is_met, raised + (days * rng.uniform(0.3, 1.7, DEMANDS) * DAY_S).astype(np.int64), NEVER)
    rows = pd.DataFrame(
        {
            "需求编号": [f"XQ{number:04d}" for number in range(1, DEMANDS + 1)],
            "需求部门": rng.choice(departments, DEMANDS),
            "目录编号": [f"ML{number + 1:04d}" if number < lines else None for number in resource],
            "用途": rng.choice(USES, DEMANDS),
            "提出时间": local_text(raised),
            "需求时限": np.where(
                rng.random(DEMANDS) < 0.92, local_text(raised + days * DAY_S, "%Y-%m-%d"), None
            ),
            "联系人": people(rng, DEMANDS),
        }
    )
    parts = [
        rows.assign(满足时间=None, known_at=raised + 60),
        rows.assign(满足时间=local_text(met), known_at=met + 60)[met < NEVER],
    ]
    return pd.concat(parts, ignore_index=True)


REGISTERS = (
    Register("resource_catalogue", "xlsx", draw_catalogue, sheet="目录", key="目录编号"),
    Register("data_demand", "csv", draw_demands, encoding="gb18030", key="需求编号"),
)
