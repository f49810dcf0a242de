-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 3: NICs of the host that are bound to a switch, and those that a change is about right now.
--
-- The table nic is made anew, as in version 2: SQLite cannot change a check. What it refers to and who refers to it stays as it was.

CREATE TABLE nic_3 (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller', 'descriptor')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('internal', 'synthetic', 'emulated', 'external')),
  backend     TEXT    NOT NULL CHECK (backend IN ('veth', 'tap', 'hardware')),
  opened      INTEGER NOT NULL CHECK (opened IN (0, 1)),
  setting_id  TEXT    UNIQUE REFERENCES setting (id) DEFERRABLE INITIALLY DEFERRED,
  device      TEXT    NOT NULL UNIQUE CHECK (length (device) BETWEEN 1 AND 15),
  peer        TEXT    NOT NULL CHECK (length (peer) <= 15), -- of all but veth: none
  placed_as   TEXT    NOT NULL CHECK (length (placed_as) <= 15),
  mac         BLOB    NOT NULL CHECK (length (mac) = 6),
  static_mac  INTEGER NOT NULL CHECK (static_mac IN (0, 1)),
  mtu         INTEGER NOT NULL CHECK (mtu = 0 OR mtu BETWEEN 68 AND 65535),
  queues      INTEGER NOT NULL CHECK (queues BETWEEN 1 AND 8),
  -- of an external one, else NULL: what it is known by, and what it was
  permanent    BLOB    CHECK (permanent IS NULL OR length (permanent) = 6),
  bus_path     BLOB,
  last_name    BLOB    CHECK (last_name IS NULL OR length (last_name) BETWEEN 1 AND 15),
  was_up       INTEGER CHECK (was_up IS NULL OR was_up IN (0, 1)),
  was_mtu      INTEGER CHECK (was_mtu IS NULL OR was_mtu BETWEEN 0 AND 4294967295),
  ip           BLOB, -- what IP had on it, as kernel/ wrote it
  ip_addresses TEXT, -- lines
  ip_items     TEXT, -- lines
  host_id      TEXT    CHECK (host_id IS NULL OR length (host_id) BETWEEN 1 AND 36), -- the internal NIC that has it since
  taken_over   INTEGER CHECK (taken_over IS NULL OR taken_over IN (0, 1)) -- from another manager
) STRICT, WITHOUT ROWID;

INSERT INTO nic_3
  SELECT id, name, description, lifetime, holder, owner, created, kind, backend, opened, setting_id, device, peer, placed_as, mac, static_mac, mtu,
         queues, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM nic;
DROP TABLE nic;
ALTER TABLE nic_3 RENAME TO nic;

-- Written before a change touches a NIC of the host, gone when it has come to its end, good or bad: what the next start finds here was cut off in
-- the middle. Rows as in nic; no references, for the rest of that change was never written.
CREATE TABLE rescue (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL,
  lifetime    TEXT    NOT NULL,
  holder      TEXT,
  owner       INTEGER NOT NULL,
  created     INTEGER NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind = 'external'),
  backend     TEXT    NOT NULL CHECK (backend = 'hardware'),
  opened      INTEGER NOT NULL,
  setting_id  TEXT,
  device      TEXT    NOT NULL,
  peer        TEXT    NOT NULL,
  placed_as   TEXT    NOT NULL,
  mac         BLOB    NOT NULL,
  static_mac  INTEGER NOT NULL,
  mtu         INTEGER NOT NULL,
  queues      INTEGER NOT NULL,
  permanent    BLOB    NOT NULL,
  bus_path     BLOB    NOT NULL,
  last_name    BLOB    NOT NULL,
  was_up       INTEGER NOT NULL,
  was_mtu      INTEGER NOT NULL,
  ip           BLOB,
  ip_addresses TEXT,
  ip_items     TEXT,
  host_id      TEXT,
  taken_over   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
