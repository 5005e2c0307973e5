"""SQL expressions that turn one contract column into a typed value; set-based, generated, never per row."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from etl.contract import ColumnMap, FeedContract
from etl.privacy import (
    WORTH_A_LOOK,
    WORTH_A_LOOK_ADDRESS,
    address_mask_sql,
    hash_sql,
    name_mask_sql,
    text_mask_sql,
)

# Full-width digits and signs (全角) are what Chinese input methods leave in numbers and times.
_WIDE = "０１２３４５６７８９：－／．，　"
_NARROW = "0123456789:-/., "
# UTF-8 read as GBK and as Latin-1, the replacement character, and the famous words of uninitialised memory.
_GARBLED = "锛銆鐨鍦鏄涓绀鍖璺鏉鍙鎴浠琛闂杞鎶缃鏍灏鐢绗鍚"
MOJIBAKE = (
    r"\x{FFFD}|锟斤拷|烫烫烫|屯屯屯|[\x{E000}-\x{F8FF}]|(?:[\x{C2}-\x{EF}][\x{80}-\x{BF}]{1,2}){2}"
    rf"|[{_GARBLED}][^a-z]?[{_GARBLED}].{{0,4}}[{_GARBLED}]"
)
# Signs between groups of three digits beside dot and comma: spaces and the Swiss apostrophe.
_GROUP_SIGNS = "\u2019 \u00a0\u202f"
# Halves of the day (上午, 下午) as strptime knows them; what could be noon or midnight (晚上12时) stays unread.
_HALF_DAYS = (
    (r"(?:上午|早上|早晨|清晨)\s*(0?[1-9]|1[01])(\D|$)", r"AM\1\2"),
    (r"凌晨\s*(0?[1-9]|1[0-2])(\D|$)", r"AM\1\2"),
    (r"下午\s*(0?[1-9]|1[0-2])(\D|$)", r"PM\1\2"),
    (r"中午\s*(12|0?[12])(\D|$)", r"PM\1\2"),
    (r"(?:傍晚|晚上)\s*(0?[1-9]|1[01])(\D|$)", r"PM\1\2"),
)
# Day zero of a spreadsheet's numbers: of Excel with its invented 29 February 1900, and of old Macintosh workbooks.
_DAY_ZERO = {"excel": "1899-12-30", "excel_1904": "1904-01-01"}
_MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1000, "epoch_us": 1}
_LAST_MICROSECOND = 253_402_300_799_000_000
TRUE_WORDS = ("1", "true", "yes", "y", "t", "是", "有", "对")
FALSE_WORDS = ("0", "false", "no", "n", "f", "否", "无", "不")
HAS_OFFSET = r"[0-9:.]\s*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"


def literal(text: str) -> str:
    """Returns a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def in_list(values: tuple[str, ...]) -> str:
    """Returns a SQL list of literals for IN."""
    return "(" + ", ".join(literal(value) for value in values) + ")"


def source_value(column: ColumnMap, positions: dict[str, str], *, need_all: bool) -> str:
    """Returns SQL of the text a canonical column is made of, before its type; null if nothing is there.

    Args:
        column: the contract's mapping.
        positions: source heading to the cleaned column that holds it; headings the file lacks are absent.
        need_all: a key made of several columns is null if one of them is.
    """
    if column.const is not None:
        return literal(column.const)
    present = [positions[name] for name in column.sources if name in positions]
    if not present:
        return "NULL::VARCHAR"
    if column.column:
        value = present[0]
    elif need_all:
        value = f" || {literal(column.join)} || ".join(present)
    else:
        value = f"nullif(concat_ws({literal(column.join)}, {', '.join(present)}), '')"
    if column.extract:
        value = f"nullif(regexp_extract({value}, {literal(column.extract)}, 1), '')"
    return value


def narrow(value: str) -> str:
    """Returns SQL with full-width digits and signs brought to ASCII."""
    return f"translate({value}, '{_WIDE}', '{_NARROW}')"


def typed_value(contract: FeedContract, name: str, *, value: str, lenient: bool) -> str:
    """Returns SQL of the canonical value of a column; null when the text cannot be read as its type.

    `lenient` also tries full-width digits, padding and 24:00: dear to compute, so only for rows that failed.
    """
    kind = contract.definition.columns[name].type
    column = contract.columns[name]
    if kind == "instant":
        return instant(contract, column, value=value, lenient=lenient)
    if kind == "date":
        return civil_date(contract.columns[name], value=narrow(value) if lenient else value)
    if kind == "number":  # infinities and NaN pass the cast; the checks refuse them
        return number(narrow(value) if lenient else value, contract.decimal)
    if kind == "boolean":
        return _boolean(column, value)
    return _text(contract, name, value)


def number(value: str, decimal: str | None) -> str:
    """Returns SQL of a number. A contract that names its decimal sign also reads groups of three digits.

    Without one `1,234` could be either, so it is no number.
    """
    if decimal is None:
        return f"TRY_CAST({value} AS DOUBLE)"
    groups = _GROUP_SIGNS + ("." if decimal == "," else ",")
    shape = rf"^[+-]?([0-9]+|[0-9]{{1,3}}([{groups}][0-9]{{3}})+)([{decimal}][0-9]*)?$"
    digits = f"replace(regexp_replace({value}, '[{groups}]', '', 'g'), '{decimal}', '.')"
    return f"CASE WHEN regexp_matches({value}, {literal(shape)}) THEN TRY_CAST({digits} AS DOUBLE) END"


def civil_date(column: ColumnMap, *, value: str) -> str:
    """Returns SQL of a civil day: no zone moves it; a time of day that comes with it is cut off."""
    patterns = [pattern for pattern in column.time if "%" in pattern]
    readings = [f"try_strptime({value}, [{', '.join(map(literal, patterns))}])"] if patterns else []
    for word in [word for word in column.time if word in _DAY_ZERO]:
        days = f"TRY_CAST({value} AS DOUBLE)"
        readings.append(
            f"CASE WHEN {days} BETWEEN 1 AND 100000 "
            f"THEN TIMESTAMP '{_DAY_ZERO[word]}' + to_days(CAST(floor({days}) AS INTEGER)) END"
        )
    readings.append(
        f"CASE WHEN regexp_matches({value}, '^[0-9]{{4}}-[0-9]') THEN TRY_CAST({value} AS TIMESTAMP) END"
    )
    return f"CAST(coalesce({', '.join(readings)}) AS DATE)"


def _boolean(column: ColumnMap, value: str) -> str:
    true, false = column.true_values, column.false_values
    if true and not false:
        return f"({value} IN {in_list(true)})"
    if false and not true:
        return f"({value} NOT IN {in_list(false)})"
    word = value if true else f"lower({value})"
    return (
        f"CASE WHEN {word} IN {in_list(true or TRUE_WORDS)} THEN true "
        f"WHEN {word} IN {in_list(false or FALSE_WORDS)} THEN false END"
    )


def is_masked(contract: FeedContract, name: str) -> bool:
    """Whether a text column is masked where it holds something suspicious: people write numbers into any free text."""
    grade = contract.grade(name)
    return (
        contract.definition.columns[name].type == "text"
        and not contract.definition.columns[name].is_personal
        and grade < 4
        and (grade == 3 or name.endswith("_text"))
    )


def suspicious(name: str, value: str) -> str:
    """Returns SQL: whether a text may hold personal or garbled characters; one pass decides for all closer looks."""
    room = f"|{WORTH_A_LOOK_ADDRESS}" if name == "address_text" else ""
    return f"regexp_matches({value}, '{WORTH_A_LOOK}|{MOJIBAKE}{room}')"


def _text(contract: FeedContract, name: str, value: str) -> str:
    if contract.definition.columns[name].is_personal:
        return hash_sql(value)
    if contract.grade(name) == 4:
        return name_mask_sql(value)
    if not is_masked(contract, name):
        return value
    mask = address_mask_sql(value) if name == "address_text" else text_mask_sql(value)
    return f"CASE WHEN x_{name} THEN {mask} ELSE {value} END"


def instant(contract: FeedContract, column: ColumnMap, *, value: str, lenient: bool) -> str:
    """Returns SQL of a naive UTC instant.

    Local time without an offset is in the feed's zone. Where clocks go back, the doubtful hour is read as
    standard time (the second pass); where they go forward, a time inside the gap moves on by the gap.
    Leniently read, 24:00 is the midnight that ends the day and full-width digits count as digits.
    """
    patterns = column.time or ("iso",)
    if contract.format in {"xlsx", "parquet"} and "iso" not in patterns:
        patterns = (*patterns, "iso")  # date cells and typed columns arrive as ISO text whatever is shown
    if not lenient:
        return _read_instant(patterns, value, contract.timezone)
    plain = _read_instant(patterns, "word", contract.timezone)
    midnight = _read_instant(patterns, "regexp_replace(word, '24:00(:00)?', '00:00\\1')", contract.timezone)
    ended = f"CASE WHEN regexp_matches(word, '(^|[^0-9])24:00(:00)?([^0-9]|$)') THEN {midnight} + INTERVAL 1 DAY END"
    told = narrow(value)
    if any("%p" in pattern for pattern in patterns):
        for half, short in _HALF_DAYS:
            told = f"regexp_replace({told}, '{half}', '{short}')"
    return f"list_transform([{told}], lambda word: coalesce({plain}, {ended}))[1]"


def _read_instant(patterns: tuple[str, ...], value: str, zone: str) -> str:
    local = [pattern for pattern in patterns if "%" in pattern and "%z" not in pattern]
    zoned = [pattern for pattern in patterns if "%z" in pattern]
    readings = []
    if local:
        readings.append(to_utc(f"try_strptime({value}, [{', '.join(map(literal, local))}])", zone))
    if zoned:
        readings.append(f"try_strptime({value}, [{', '.join(map(literal, zoned))}]) AT TIME ZONE 'UTC'")
    readings += [_word(word, value, zone) for word in patterns if "%" not in word]
    return readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"


def _word(word: str, value: str, zone: str) -> str:
    if word == "iso":
        local = to_utc(f"TRY_CAST({value} AS TIMESTAMP)", zone)
        return (
            f"CASE WHEN NOT regexp_matches({value}, '^[0-9]{{4}}-[0-9]') THEN NULL "
            f"WHEN regexp_matches({value}, ':[0-9]') AND regexp_matches({value}, '{HAS_OFFSET}') "
            f"AND regexp_matches({value}, '([Zz]|[0-9][+-][0-9:]+)$') "
            f"THEN TRY_CAST({value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE {local} END"
        )
    count = f"TRY_CAST(replace({value}, ',', '.') AS DOUBLE)"
    if word in _DAY_ZERO:
        days = f"TIMESTAMP '{_DAY_ZERO[word]}' + to_seconds(CAST(round({count} * 86400) AS BIGINT))"
        return f"CASE WHEN {count} BETWEEN 1 AND 100000 THEN {to_utc(days, zone)} END"
    instant = f"{count} * {_MICROSECONDS[word]}"
    return f"CASE WHEN {instant} BETWEEN 0 AND {_LAST_MICROSECOND} THEN make_timestamp(CAST({instant} AS BIGINT)) END"


def to_utc(value: str, zone: str) -> str:
    """Returns SQL of a local time moved to UTC; a zone with one offset needs no calendar look-up."""
    seconds = constant_offset(zone)
    if seconds is None:
        return f"(({value}) AT TIME ZONE {literal(zone)} AT TIME ZONE 'UTC')"
    return (
        f"({value} - INTERVAL {seconds} SECOND)"
        if seconds >= 0
        else f"({value} + INTERVAL {-seconds} SECOND)"
    )


@cache
def constant_offset(zone: str) -> int | None:
    """Returns the zone's offset in seconds if it never changed since 2000, else None."""
    info = ZoneInfo(zone)
    hours = (
        datetime(year, month, day, tzinfo=info)
        for year in range(1999, 2039)
        for month in range(1, 13)
        for day in (1, 15)
    )
    offsets = {hour.utcoffset() for hour in hours}
    return int(offsets.pop().total_seconds()) if len(offsets) == 1 else None
