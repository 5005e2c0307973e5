-- grain: one row per tax payment; who paid is a number without a name, the amount is never listed (纳税人信息保密)
WITH payer AS (
    -- A number in order of the first certificate: it tells payers apart and leads to nobody.
    SELECT enterprise_key, row_number() OVER (ORDER BY min(source_key)) AS payer_no
    FROM raw_tax_payment
    WHERE _is_current
    GROUP BY enterprise_key
),
firm AS (
    SELECT
        p.enterprise_key,
        p.payer_no,
        coalesce(f.industry_code, '_unknown') AS industry_code,
        f.building_id,
        f.grid_id
    FROM payer AS p
    LEFT JOIN core_firm AS c ON c.enterprise_key = p.enterprise_key
    LEFT JOIN mart_firm AS f ON f.place_id = c.place_id
),
alike AS (
    SELECT grid_id, industry_code, count(*) AS payer_count
    FROM firm
    GROUP BY grid_id, industry_code
)

SELECT
    t.tax_payment_id AS tax_id,
    t.paid_at,
    local_at(t.paid_at)::DATE AS paid_date,
    t.period_source_code AS tax_period_code,
    coalesce(k.code, '_unknown') AS tax_kind_code,
    t.amount_yuan,
    f.payer_no,
    f.industry_code,
    f.building_id,
    f.grid_id,
    CASE
        -- where a list can be narrowed to fewer than three firms a band would be one firm's secret
        WHEN n.payer_count < 3 THEN 'kept_back'
        WHEN t.amount_yuan < 0 THEN 'refund'
        WHEN t.amount_yuan < 1e3 THEN 'below_1k'
        WHEN t.amount_yuan < 1e4 THEN 'below_10k'
        WHEN t.amount_yuan < 1e5 THEN 'below_100k'
        WHEN t.amount_yuan < 1e6 THEN 'below_1m'
        ELSE 'from_1m'
    END AS amount_code
FROM raw_tax_payment AS t
JOIN firm AS f ON f.enterprise_key = t.enterprise_key
JOIN alike AS n ON n.industry_code = f.industry_code AND n.grid_id IS NOT DISTINCT FROM f.grid_id
LEFT JOIN dim_code AS k ON k.feed_id = t.feed_id AND k.field_code = 'tax_kind' AND k.source_code = t.tax_kind_source_code
WHERE t._is_current
