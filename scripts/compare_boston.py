"""How our on-time flag and the one Boston publishes agree, class by class (按期标志对比).

Reads a built home of the town `boston` (COCKPIT_HOME or --home). The town links nothing, so a case of the city
is an incident here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from data.connection import Store, StoreError
from data.settings import SettingsError, read_settings

# Ours: closed by the deadline, later, still open past it, or the deadline lies after the as-of instant.
VERDICTS = """
SELECT
    source_on_time_code AS published_code,
    CASE
        WHEN source_due_at IS NULL THEN 'no_target'
        WHEN closed_at <= due_at THEN 'on_time'
        WHEN closed_at > due_at THEN 'overdue'
        WHEN due_at <= $as_of_at THEN 'overdue'
        ELSE 'not_due_yet'
    END AS our_code,
    closed_at IS NULL AS is_open,
    cancelled_code,
    count(*) AS case_count
FROM mart_incident
GROUP BY ALL
"""
CLASSES = {
    "agree": "target given, flag published, same verdict",
    "differ": "target given, flag published, other verdict",
    "not_due_yet": "target given, flag published, case open and not due by the as-of instant: no verdict of ours yet",
    "no_flag": "target given, the city published no flag; ours decides",
    "no_target": "no target: the city calls all of these on time; here they have no limit and are left out",
}


def classify_cases(store: Store) -> pd.DataFrame:
    """Returns one row per class of comparison.

    Columns: class_code, case_count, cancelled_count (of these, left out of our KPI as invalid or out of remit).

    Raises:
        StoreError: nothing is published.
    """
    cases = store.execute(VERDICTS, {"as_of_at": store.as_of_at()})
    cases["class_code"] = [_class_of(case) for case in cases.itertuples()]
    cases["cancelled_count"] = cases["case_count"].where(cases["cancelled_code"].notna(), 0)
    summed = cases.groupby("class_code")[["case_count", "cancelled_count"]].sum()
    return summed.reindex(list(CLASSES), fill_value=0).reset_index()


def _class_of(case) -> str:
    if case.our_code == "no_target":
        return "no_target"
    if pd.isna(case.published_code):
        return "no_flag"
    if case.our_code == "not_due_yet":
        return "not_due_yet"
    return "agree" if case.our_code == case.published_code else "differ"


def agreement_pct(classes: pd.DataFrame) -> float:
    """Returns the share on which both agree, of cases with a target, a published flag and a verdict of ours."""
    counts = classes.set_index("class_code")["case_count"]
    return 100.0 * counts["agree"] / (counts["agree"] + counts["differ"])


def main() -> int:
    """Prints the table of classes and the share; 2 when there is no built home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="home of the town boston (default: COCKPIT_HOME)")
    try:
        settings = read_settings(town="boston", home=parser.parse_args().home)
        store = Store(settings.home)
    except (SettingsError, StoreError) as error:
        print(f"compare_boston: {error}", file=sys.stderr)
        return 2
    classes = classify_cases(store)
    print(f"as of {store.as_of_at()} UTC\n")
    print("| class | cases | of these cancelled |\n|---|---|---|")
    for row in classes.itertuples():
        print(f"| {CLASSES[row.class_code]} | {row.case_count:,} | {row.cancelled_count:,} |")
    print(f"\nagreement {agreement_pct(classes):.2f} %")
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
