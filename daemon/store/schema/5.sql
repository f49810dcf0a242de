-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 5: which machine it was that was seen, told by its time.
--
-- Until now only that one was seen, 1, which is as good as a time: that of a machine that was seen and of which nothing else is known.

ALTER TABLE system     ADD COLUMN machine_since INTEGER NOT NULL DEFAULT 0 CHECK (machine_since >= 0); -- monotonic, microseconds; 0: none seen
ALTER TABLE old_system ADD COLUMN machine_since INTEGER;
UPDATE system     SET machine_since = machine_seen;
UPDATE old_system SET machine_since = machine_seen;
ALTER TABLE system     DROP COLUMN machine_seen;
ALTER TABLE old_system DROP COLUMN machine_seen;
