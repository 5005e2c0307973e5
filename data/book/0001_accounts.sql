CREATE TABLE account (
    account_id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    label_text TEXT NOT NULL, role_code TEXT NOT NULL, area_ids TEXT, department_ids TEXT,
    password_hash TEXT NOT NULL, password_at TEXT NOT NULL, is_active INTEGER NOT NULL,
    is_demo INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE old_password (
    account_id INTEGER NOT NULL, password_hash TEXT NOT NULL, retired_at TEXT NOT NULL);
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL, created_at TEXT NOT NULL, seen_at TEXT NOT NULL,
    source_text TEXT NOT NULL);
CREATE TABLE attempt (account_key TEXT NOT NULL, source_key TEXT NOT NULL, attempted_at TEXT NOT NULL);
CREATE INDEX attempt_by_account ON attempt (account_key, attempted_at);
CREATE INDEX attempt_by_source ON attempt (source_key, attempted_at);
CREATE TABLE demo_link (token_hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE audit (
    seq_no INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_name TEXT NOT NULL, role_code TEXT NOT NULL,
    source_text TEXT NOT NULL, action_code TEXT NOT NULL, target_text TEXT NOT NULL,
    is_success INTEGER NOT NULL, detail_text TEXT NOT NULL, previous_hash TEXT NOT NULL,
    row_hash TEXT NOT NULL);
