-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 4: checkpoints, with what undoes the changes since; NICs of the host that another manager has let go of.
--
-- An old value is a row of old_KIND, which has the columns of KIND and the checkpoint that keeps it. Whoever changes the columns of KIND
-- changes those of old_KIND in the same step, with the same expressions: so old values pass through migrations as values do. The tables
-- are made of what KIND is, whatever version 3 made of it; two checkpoints may keep a value that no two objects may have, so
-- nothing is unique but the object, and what the texts and numbers are made of is checked when a row is read.

-- Of a NIC that another manager has let go of: what it had active there (a UUID), and what of that the network knows the host by.
ALTER TABLE nic    ADD COLUMN profile TEXT CHECK (profile IS NULL OR length (profile) BETWEEN 1 AND 64);
ALTER TABLE nic    ADD COLUMN lease   TEXT CHECK (lease IS NULL OR length (lease) BETWEEN 1 AND 4096);
ALTER TABLE rescue ADD COLUMN profile TEXT;
ALTER TABLE rescue ADD COLUMN lease   TEXT;

-- From before it lets go until it has it back, whatever becomes of the binding. Rows as in nic, no references.
CREATE TABLE loan AS SELECT * FROM rescue WHERE 0;
CREATE UNIQUE INDEX loan_key ON loan (id);

CREATE TABLE checkpoint (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length (id) BETWEEN 1 AND 36),
  name        TEXT    NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 63), -- its number
  description TEXT    NOT NULL CHECK (length (description) <= 256),
  lifetime    TEXT    NOT NULL CHECK (lifetime = 'persistent'),
  holder      TEXT    CHECK (holder IS NULL),
  owner       INTEGER NOT NULL CHECK (owner BETWEEN 0 AND 4294967295),
  created     INTEGER NOT NULL,
  deadline    INTEGER NOT NULL,                                              -- microseconds since the epoch
  settling    INTEGER NOT NULL CHECK (settling >= 0),                        -- microseconds
  has_parts   INTEGER NOT NULL CHECK (has_parts IN (0, 1)),
  privileged  INTEGER NOT NULL CHECK (privileged IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint_scope (
  checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
  object_id     TEXT NOT NULL CHECK (length (object_id) BETWEEN 1 AND 36), -- it may have gone
  PRIMARY KEY (checkpoint_id, object_id)
) STRICT, WITHOUT ROWID;

-- What did not exist when the checkpoint began.
CREATE TABLE checkpoint_new (
  checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
  object_id     TEXT NOT NULL CHECK (length (object_id) BETWEEN 1 AND 36),
  PRIMARY KEY (checkpoint_id, object_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE old_switch  AS SELECT *, id AS checkpoint_id FROM switch  WHERE 0;
CREATE TABLE old_system  AS SELECT *, id AS checkpoint_id FROM system  WHERE 0;
CREATE TABLE old_setting AS SELECT *, id AS checkpoint_id FROM setting WHERE 0;
CREATE TABLE old_nic     AS SELECT *, id AS checkpoint_id FROM nic     WHERE 0;
CREATE TABLE old_port    AS SELECT *, id AS checkpoint_id FROM port    WHERE 0;
CREATE UNIQUE INDEX old_switch_key  ON old_switch (checkpoint_id, id);
CREATE UNIQUE INDEX old_system_key  ON old_system (checkpoint_id, id);
CREATE UNIQUE INDEX old_setting_key ON old_setting (checkpoint_id, id);
CREATE UNIQUE INDEX old_nic_key     ON old_nic (checkpoint_id, id);
CREATE UNIQUE INDEX old_port_key    ON old_port (checkpoint_id, id);

CREATE TABLE old_static_address (
  checkpoint_id TEXT NOT NULL REFERENCES checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
  port_id       TEXT NOT NULL,
  mac           BLOB NOT NULL CHECK (length (mac) = 6),
  PRIMARY KEY (checkpoint_id, port_id, mac)
) STRICT, WITHOUT ROWID;
