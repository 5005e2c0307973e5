CREATE TABLE warning_dismissal (
    dismissal_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, warning_id TEXT NOT NULL, area_id TEXT NOT NULL, grid_id TEXT,
    category_code TEXT, domain_code TEXT NOT NULL, window_from_at TEXT NOT NULL, window_to_at TEXT NOT NULL,
    observed_count INTEGER NOT NULL, expected_count REAL NOT NULL, reason_code TEXT NOT NULL, reason_text TEXT NOT NULL,
    actor_name TEXT NOT NULL, role_code TEXT NOT NULL);
CREATE INDEX warning_dismissal_by_time ON warning_dismissal (at)
