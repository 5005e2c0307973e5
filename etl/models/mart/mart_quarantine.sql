-- grain: one row per quarantined row that is still open, newest first, at most 2,000
SELECT quarantine_id, load_id, feed_id, file_name, row_no, column_name, value_text, reason_code, reason_text, status_code, quarantined_at
FROM quarantine
WHERE status_code = 'open'
QUALIFY row_number() OVER (ORDER BY load_id DESC, row_no) <= 2000
