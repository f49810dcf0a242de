-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-4.db holds besides what version-3.db does. It was made once, by the daemon's schema of that version, and is never made again:
--   cp version-3.db version-4.db; cat ../../../daemon/store/schema/4.sql version-4.sql | sqlite3 version-4.db
PRAGMA user_version = 4;
INSERT INTO checkpoint VALUES ('0000000d-0000-4000-8000-000000000005', '7', '', 'persistent', NULL, 1000, 1700000000000014,
  1700000060000014, 5000000, 1, 1);
INSERT INTO checkpoint_scope VALUES ('0000000d-0000-4000-8000-000000000005', '00000001-0000-4000-8000-000000000000');
INSERT INTO checkpoint_new VALUES ('0000000d-0000-4000-8000-000000000005', '0000000c-0000-4000-8000-000000000001');
INSERT INTO old_switch (id, name, description, lifetime, holder, owner, created, device, mac, mtu, ageing, max_learned, spanning_tree,
  multicast_snooping, shared, checkpoint_id) VALUES ('00000001-0000-4000-8000-000000000000', 'lab', 'before', 'persistent', NULL, 0,
  1700000000000000, 'vsw-lab', x'020000000001', 1500, 60, 1000, 1, 0, 1, '0000000d-0000-4000-8000-000000000005');
INSERT INTO old_port (id, name, description, lifetime, holder, owner, created, switch_id, nic_id, made_for, connected, checkpoint_id)
  VALUES ('0000000e-0000-4000-8000-000000000001', 'gone', '', 'persistent', NULL, 0, 1700000000000015,
  '00000001-0000-4000-8000-000000000000', NULL, NULL, 0, '0000000d-0000-4000-8000-000000000005');
INSERT INTO old_static_address VALUES ('0000000d-0000-4000-8000-000000000005', '0000000e-0000-4000-8000-000000000001', x'020000000007');
UPDATE nic SET profile = '00000015-0000-4000-8000-000000000001', lease = '{''ipv4'': {''dhcp-client-id'': <''01:02''>}}' WHERE kind = 'external';
INSERT INTO loan SELECT * FROM nic WHERE kind = 'external';
