-- grain: one row per build of the day: the as-of instant its tables hold for
SELECT as_of_at AS built_for_at FROM day_input
