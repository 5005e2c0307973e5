-- grain: one row per count of an item in a store, in force until the next count
SELECT
    r.stock_id,
    r.store_key,
    r.store_name,
    c_level.code AS store_level_code,
    c_item.code AS stock_item_code,
    r.unit_name,
    r.held_count,
    r.minimum_count,
    r.daily_use_count,
    r.expiring_count,
    r.expires_date,
    p.grid_id,
    r.counted_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.stock_id ORDER BY r.version_at) AS valid_to_at
FROM raw_stock AS r
LEFT JOIN place_stock AS p ON p.stock_id = r.stock_id
LEFT JOIN dim_code AS c_level
    ON c_level.feed_id = r.feed_id AND c_level.field_code = 'level' AND c_level.source_code = r.level_source_code
LEFT JOIN dim_code AS c_item
    ON c_item.feed_id = r.feed_id AND c_item.field_code = 'item' AND c_item.source_code = r.item_source_code
