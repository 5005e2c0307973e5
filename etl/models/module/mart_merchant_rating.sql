-- grain: one row per rating of a merchant; of one resident's ratings of a merchant the last one stands
SELECT
    r.merchant_rating_id,
    p.place_id,
    p.place_name,
    coalesce(p.industry_code, '_unknown') AS industry_code,
    p.grid_id,
    r.rated_at,
    local_at(r.rated_at)::DATE AS rated_date,
    r.is_recommended,
    lead(r.rated_at) OVER (
        PARTITION BY coalesce(r.rater_hash, r.merchant_rating_id), r.enterprise_key ORDER BY r.rated_at, r.merchant_rating_id
    ) AS revised_at,
    CASE WHEN p.place_id IS NULL THEN 'no_place' END AS void_code
FROM raw_merchant_rating AS r
LEFT JOIN mart_place AS p ON p.place_id = r.enterprise_key
WHERE r._is_current
