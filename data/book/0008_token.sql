CREATE TABLE api_token (
    token_id INTEGER PRIMARY KEY AUTOINCREMENT, token_hash TEXT NOT NULL UNIQUE, label_text TEXT NOT NULL,
    role_code TEXT NOT NULL, area_ids TEXT, department_ids TEXT, per_minute INTEGER NOT NULL, purpose_text TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT);
