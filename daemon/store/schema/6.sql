-- SPDX-License-Identifier: GPL-2.0-or-later
-- The store, version 6: whether a NIC of the host was promiscuous when it was bound.
--
-- Of one that was bound before, nobody noted it: NULL.

ALTER TABLE nic     ADD COLUMN was_promiscuous INTEGER CHECK (was_promiscuous IS NULL OR was_promiscuous IN (0, 1));
ALTER TABLE old_nic ADD COLUMN was_promiscuous INTEGER;
ALTER TABLE rescue  ADD COLUMN was_promiscuous INTEGER;
ALTER TABLE loan    ADD COLUMN was_promiscuous INTEGER;
