-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 1. Each row is one value of model/, each column one field of it.
--
-- Never edit a numbered file once it was released: write the next one. No double quotes and no backslashes here: the file becomes a
-- string of the daemon. References are checked at commit, so that a delta may be written in any order. What the texts are made of is
-- checked by model/ when they are read.

PRAGMA application_id = 1987278641; -- 'vsw1'

-- The boot session that the rows of lifetime runtime and caller belong to.
CREATE TABLE meta (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  session  TEXT    NOT NULL CHECK (length (session) = 36)
) STRICT;

CREATE TABLE switch (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295), -- uid
  created     INTEGER NOT NULL,                                        -- microseconds since the epoch
  device      TEXT    NOT NULL UNIQUE CHECK (length (device) BETWEEN 1 AND 15),
  mac         BLOB    NOT NULL CHECK (length (mac) = 6),
  mtu         INTEGER NOT NULL CHECK (mtu BETWEEN 68 AND 65535),         -- octets
  ageing      INTEGER NOT NULL CHECK (ageing BETWEEN 1 AND 1000000),     -- seconds
  max_learned INTEGER NOT NULL CHECK (max_learned BETWEEN 0 AND 4294967295),
  spanning_tree      INTEGER NOT NULL CHECK (spanning_tree IN (0, 1)),
  multicast_snooping INTEGER NOT NULL CHECK (multicast_snooping IN (0, 1)),
  shared             INTEGER NOT NULL CHECK (shared IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE nic (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('internal', 'synthetic')),
  device      TEXT    NOT NULL UNIQUE CHECK (length (device) BETWEEN 1 AND 15),
  peer        TEXT    NOT NULL CHECK (length (peer) <= 15),
  placed_as   TEXT    NOT NULL CHECK (length (placed_as) <= 15),
  mac         BLOB    NOT NULL CHECK (length (mac) = 6),
  static_mac  INTEGER NOT NULL CHECK (static_mac IN (0, 1)),
  mtu         INTEGER NOT NULL CHECK (mtu = 0 OR mtu BETWEEN 68 AND 65535),
  queues      INTEGER NOT NULL CHECK (queues BETWEEN 1 AND 8)
) STRICT, WITHOUT ROWID;

CREATE TABLE port (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL CHECK (length (name) BETWEEN 1 AND 63),
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime IN ('persistent', 'runtime', 'caller')),
  holder      TEXT    CHECK (holder IS NULL OR lifetime = 'caller'),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  switch_id   TEXT    NOT NULL REFERENCES switch (id) DEFERRABLE INITIALLY DEFERRED,
  nic_id      TEXT    UNIQUE REFERENCES nic (id) DEFERRABLE INITIALLY DEFERRED,
  made_for    TEXT    CHECK (made_for IS NULL OR length (made_for) BETWEEN 1 AND 36), -- says only with which NIC it goes
  connected   INTEGER NOT NULL CHECK (connected = 0 OR nic_id IS NOT NULL),           -- microseconds since the epoch
  UNIQUE (switch_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE static_address (
  port_id TEXT NOT NULL REFERENCES port (id) DEFERRABLE INITIALLY DEFERRED,
  mac     BLOB NOT NULL CHECK (length (mac) = 6),
  PRIMARY KEY (port_id, mac)
) STRICT, WITHOUT ROWID;
