CREATE TABLE saved_query (
    query_id TEXT PRIMARY KEY, owner_name TEXT NOT NULL, title_text TEXT NOT NULL, sql_text TEXT NOT NULL,
    parameters_json TEXT NOT NULL, view_json TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    is_removed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX saved_query_by_owner ON saved_query (owner_name, changed_at);
CREATE TABLE query_history (
    history_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor_name TEXT NOT NULL, role_code TEXT NOT NULL,
    scope_text TEXT NOT NULL, sql_text TEXT NOT NULL, parameters_json TEXT NOT NULL, state_code TEXT NOT NULL,
    reason_text TEXT NOT NULL, row_count INTEGER, spent_ms INTEGER NOT NULL);
CREATE INDEX query_history_by_actor ON query_history (actor_name, history_id);
