-- grain: one row per person who is or was on a list of those entitled, or was paid; the number is made anew by each build
SELECT
    person_hash,
    row_number() OVER (ORDER BY person_hash) AS person_no
FROM (
    SELECT person_hash FROM raw_entitlement
    WHERE _is_current
    UNION
    SELECT person_hash FROM raw_payment
    WHERE _is_current
)
