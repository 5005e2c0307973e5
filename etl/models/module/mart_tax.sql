-- grain: one row per tax payment; who paid is a number without a name, the amount is never listed (纳税人信息保密)
WITH payer AS (
    -- A number in order of the first certificate: it tells payers apart and leads to nobody.
    SELECT enterprise_key, row_number() OVER (ORDER BY min(source_key)) AS payer_no
    FROM raw_tax_payment
    WHERE _is_current
    GROUP BY enterprise_key
)

SELECT
    t.tax_payment_id AS tax_id,
    t.paid_at,
    local_at(t.paid_at)::DATE AS paid_date,
    t.period_source_code AS tax_period_code,
    coalesce(k.code, '_unknown') AS tax_kind_code,
    t.amount_yuan,
    p.payer_no,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    f.building_id,
    f.grid_id,
    CASE
        WHEN t.amount_yuan < 0 THEN 'refund'
        WHEN t.amount_yuan < 1e3 THEN 'below_1k'
        WHEN t.amount_yuan < 1e4 THEN 'below_10k'
        WHEN t.amount_yuan < 1e5 THEN 'below_100k'
        WHEN t.amount_yuan < 1e6 THEN 'below_1m'
        ELSE 'from_1m'
    END AS amount_code
FROM raw_tax_payment AS t
JOIN payer AS p ON p.enterprise_key = t.enterprise_key
LEFT JOIN core_firm AS c ON c.enterprise_key = t.enterprise_key
LEFT JOIN mart_firm AS f ON f.place_id = c.place_id
LEFT JOIN dim_code AS k ON k.feed_id = t.feed_id AND k.field_code = 'tax_kind' AND k.source_code = t.tax_kind_source_code
WHERE t._is_current
