-- grain: one row per load, the newest 500 and the newest 200 refused ones
SELECT
    load_id, feed_id, file_name, byte_count, landed_at, loaded_at, row_count, new_count, updated_count, unchanged_count,
    quarantined_count, older_count, conflict_count, max_event_at, watermark_at, status_code, reason_code, reason_text, load_ms
FROM ledger
QUALIFY row_number() OVER (ORDER BY load_id DESC) <= 500
    OR (status_code = 'refused' AND row_number() OVER (PARTITION BY status_code ORDER BY load_id DESC) <= 200)
