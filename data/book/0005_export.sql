CREATE TABLE export_register (
    export_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor_name TEXT NOT NULL, role_code TEXT NOT NULL,
    kind_code TEXT NOT NULL, what_text TEXT NOT NULL, filters_text TEXT NOT NULL, format_code TEXT NOT NULL,
    row_count INTEGER, sha256 TEXT NOT NULL, purpose_text TEXT NOT NULL, is_masked INTEGER NOT NULL);
CREATE INDEX export_by_time ON export_register (at);
