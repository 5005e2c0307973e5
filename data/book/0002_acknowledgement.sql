CREATE TABLE acknowledgement (
    incident_id TEXT PRIMARY KEY, actor_name TEXT NOT NULL, role_code TEXT NOT NULL, acknowledged_at TEXT NOT NULL);
