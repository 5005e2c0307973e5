"""Masking at the door (脱敏): what is personal is hashed or masked before it reaches a table."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

# The 100 most frequent surnames; a mask that guesses a name anywhere would eat ordinary words.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
ROLES = "姓名|联系人|当事人|报警人|报案人|投诉人|来电人|举报人|反映人|业主|户主|租客|机主"
# RE2 has no look-around, so the neighbours of a number are kept through groups.
_RULES = (
    (r"(^|[^0-9])([1-9]\d{5})(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}([0-9Xx])", r"\1\2***********\3"),
    (r"(^|[^0-9])(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})($|[^0-9])", r"\1\2****\3\4"),
    (r"(^|[^0-9])(0\d{2,3})[- ]?\d{3,4}(\d{4})($|[^0-9])", r"\1\2****\3\4"),
    (rf"({ROLES})(是|为|[:： ])?\s*([{SURNAMES}])[\x{{4e00}}-\x{{9fff}}]{{1,2}}", r"\1\2\3*"),
    (rf"([{SURNAMES}])[\x{{4e00}}-\x{{9fff}}]{{1,2}}(先生|女士|小姐|同志|师傅)", r"\1*\2"),
    (r"([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})", r"\1***@\2"),
)
# Once more: of two numbers with one character between them, a pass sees only the first.
_NUMBERS = _RULES[:3]
WORTH_A_LOOK = rf"\d{{4}}[- ]?\d{{4}}|\d{{7}}|@|{ROLES}|先生|女士|小姐|同志|师傅"
WORTH_A_LOOK_ADDRESS = "[室楼层房户元幢栋座]"
_BUILDING = r"(\d+\s*(?:幢|栋|号楼|座))[\s,，-]*"
# Down to the building: room, unit and floor go, also where only the number of the room is written.
_ROOMS = (
    (
        r"(\d+\s*(?:幢|栋|号楼|号|弄|座))[\s,，]*(?:\d+\s*单元)?[\s,，]*(?:[A-Za-z]?\d+\s*(?:室|楼|层|房|户)[\x{4e00}-\x{9fff}0-9]*)",
        r"\1",
    ),
    (_BUILDING + r"\d+\s*单元[\x{4e00}-\x{9fff}0-9]*", r"\1"),
    (_BUILDING + r"[A-Za-z]?\d{3,4}($|[^0-9号路弄])", r"\1\2"),
)


def text_mask_sql(value: str) -> str:
    """Returns SQL that masks telephone and identity numbers, names after a role, and mail addresses in free text."""
    masked = value
    for pattern, replacement in (*_RULES, *_NUMBERS):
        masked = f"regexp_replace({masked}, '{pattern}', '{replacement}', 'g')"
    return masked


def address_mask_sql(value: str) -> str:
    """Returns SQL that cuts an address back to the building and masks numbers in it."""
    cut = value
    for pattern, replacement in _ROOMS:
        cut = f"regexp_replace({cut}, '{pattern}', '{replacement}', 'g')"
    return text_mask_sql(cut)


def name_mask_sql(value: str) -> str:
    """Returns SQL that leaves the first character: 张三 becomes 张*; numbers keep three and four digits."""
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9Xx -]{{7,}}') "
        f"THEN left({value}, 3) || '****' || right({value}, 4) ELSE left({value}, 1) || '*' END"
    )


def hash_sql(value: str) -> str:
    """Returns SQL of the keyed hash; the key is the session variable `reporter_key`.

    Numbers are brought to one spelling first, so that one caller is one hash in every feed.
    """
    plain = f"regexp_replace(regexp_replace({value}, '[\\s()（）-]', '', 'g'), '^(\\+|00)86', '')"
    plain = f"CASE WHEN regexp_matches({value}, '[^0-9]') THEN {plain} ELSE {value} END"
    # Half of the digest is kept: enough to tell callers apart, and nothing can be appended to the hidden half.
    return f"left(sha256(getvariable('reporter_key') || {plain}), 32)"


def reporter_key(home: Path) -> str:
    """Returns the installation's secret key for hashes, made at first use, readable by the owner only."""
    path = home / "reporter.key"
    if not path.exists():
        temporary = path.with_suffix(".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as sink:
            sink.write(secrets.token_hex(32))
            sink.flush()
            os.fsync(sink.fileno())
        temporary.rename(path)
    key = path.read_text().strip()
    if len(key) < 32:
        raise ValueError(f"{path}: the key is shorter than 32 characters; restore it from the backup")
    return key
