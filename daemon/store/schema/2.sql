-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 2: virtual systems and their settings, NICs that are taps, and what goes with the last descriptor of one.
--
-- SQLite cannot change a check, so the tables nic and port are made anew and take the names of the old ones. References name tables, and are
-- not enforced while this runs. What one field demands of another is checked when a row is read, which says of which row.

CREATE TABLE system (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('disabled', 'enabled', 'saved')),
  machine      TEXT    NOT NULL CHECK (length (machine) <= 64),
  machine_seen INTEGER NOT NULL CHECK (machine_seen IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  system_id   TEXT    NOT NULL REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
  kind        TEXT    NOT NULL CHECK (kind IN ('synthetic', 'emulated')),
  backend     TEXT    NOT NULL CHECK (backend IN ('veth', 'tap')),
  mac         BLOB    NOT NULL CHECK (length (mac) = 6),
  static_mac  INTEGER NOT NULL CHECK (static_mac IN (0, 1)),
  mtu         INTEGER NOT NULL CHECK (mtu = 0 OR mtu BETWEEN 68 AND 65535),
  queues      INTEGER NOT NULL CHECK (queues BETWEEN 1 AND 8),
  automatic   INTEGER NOT NULL CHECK (automatic IN (0, 1)),
  connection_id TEXT  CHECK (connection_id IS NULL OR length (connection_id) BETWEEN 1 AND 36), -- a switch or a port
  UNIQUE (system_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE nic_2 (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller', 'descriptor')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('internal', 'synthetic', 'emulated')),
  backend     TEXT    NOT NULL CHECK (backend IN ('veth', 'tap')),
  opened      INTEGER NOT NULL CHECK (opened IN (0, 1)),
  setting_id  TEXT    UNIQUE REFERENCES setting (id) DEFERRABLE INITIALLY DEFERRED,
  device      TEXT    NOT NULL UNIQUE CHECK (length (device) BETWEEN 1 AND 15),
  peer        TEXT    NOT NULL CHECK (length (peer) <= 15), -- of a tap: none
  placed_as   TEXT    NOT NULL CHECK (length (placed_as) <= 15),
  mac         BLOB    NOT NULL CHECK (length (mac) = 6),
  static_mac  INTEGER NOT NULL CHECK (static_mac IN (0, 1)),
  mtu         INTEGER NOT NULL CHECK (mtu = 0 OR mtu BETWEEN 68 AND 65535),
  queues      INTEGER NOT NULL CHECK (queues BETWEEN 1 AND 8)
) STRICT, WITHOUT ROWID;

INSERT INTO nic_2
  SELECT id, name, description, lifetime, holder, owner, created, kind, 'veth', 0, NULL, device, peer, placed_as, mac, static_mac, mtu, queues
  FROM nic;
DROP TABLE nic;
ALTER TABLE nic_2 RENAME TO nic;

CREATE TABLE port_2 (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller', 'descriptor')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  switch_id   TEXT    NOT NULL REFERENCES switch (id) DEFERRABLE INITIALLY DEFERRED,
  nic_id      TEXT    UNIQUE REFERENCES nic (id) DEFERRABLE INITIALLY DEFERRED,
  made_for    TEXT    CHECK (made_for IS NULL OR length (made_for) BETWEEN 1 AND 36), -- says only with which NIC it goes
  connected   INTEGER NOT NULL CHECK (connected = 0 OR nic_id IS NOT NULL),           -- microseconds since the epoch
  UNIQUE (switch_id, name)
) STRICT, WITHOUT ROWID;

INSERT INTO port_2
  SELECT id, name, description, lifetime, holder, owner, created, switch_id, nic_id, made_for, connected FROM port;
DROP TABLE port;
ALTER TABLE port_2 RENAME TO port;
