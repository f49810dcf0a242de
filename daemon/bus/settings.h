/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dictionaries of a caller (settings, changes, options) as plain fields.
 *
 * A closed list of keys, each of one exact type. What is not in the list, has another type or comes twice is refused by name. Names, MAC addresses,
 * lifetimes, kinds and texts are checked here, once, before anybody is asked for a password; limits of numbers are the model's. */
#pragma once

#include "model/change.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  VSW_KEY_NAME,
  VSW_KEY_DESCRIPTION,
  VSW_KEY_MTU,
  VSW_KEY_MAC,
  VSW_KEY_AGEING,
  VSW_KEY_MAX_LEARNED,
  VSW_KEY_SPANNING_TREE,
  VSW_KEY_MULTICAST_SNOOPING,
  VSW_KEY_SHARED,
  VSW_KEY_LIFETIME,
  VSW_KEY_QUEUES,
  VSW_KEY_KIND,
  VSW_KEY_BACKEND,
  VSW_KEY_PORT,
  VSW_KEY_NAMESPACE,
  VSW_KEY_INTERFACE_NAME,
  VSW_KEY_INTERFACE_INDEX,
  VSW_KEY_FORCE,
  VSW_KEY_SUB_TYPE,
  VSW_KEY_ADDRESS,
  VSW_KEY_CONNECTION,
  VSW_KEY_AUTOMATIC,
  VSW_KEY_MACHINE,
  VSW_KEY_MACHINE_OPTION,
  VSW_KEY_QUEUES_OPTION,
  VSW_KEY_DROP_ADDRESSES,
  VSW_KEY_DRY_RUN,
  VSW_KEY_TAKE_OVER,
  VSW_KEY_IGNORE_FIREWALL,
  VSW_KEY_CONFIRM_WITHIN,
} VswKey;

#define VSW_N_KEYS (VSW_KEY_CONFIRM_WITHIN + 1)
#define VSW_KEY_BIT(key) (1u << (key))

/* The lists of keys that the methods take. */
#define VSW_KEYS_NONE 0u
#define VSW_KEYS_DELETE VSW_KEY_BIT (VSW_KEY_FORCE)
#define VSW_KEYS_SWITCH_CHANGES                                                                                       \
  (VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_MTU) | VSW_KEY_BIT (VSW_KEY_AGEING)                       \
   | VSW_KEY_BIT (VSW_KEY_MAX_LEARNED) | VSW_KEY_BIT (VSW_KEY_SPANNING_TREE)                                          \
   | VSW_KEY_BIT (VSW_KEY_MULTICAST_SNOOPING) | VSW_KEY_BIT (VSW_KEY_SHARED))
#define VSW_KEYS_SWITCH (VSW_KEYS_SWITCH_CHANGES | VSW_KEY_BIT (VSW_KEY_MAC) | VSW_KEY_BIT (VSW_KEY_LIFETIME))
#define VSW_KEYS_PORT_CHANGES VSW_KEY_BIT (VSW_KEY_DESCRIPTION)
#define VSW_KEYS_PORT (VSW_KEYS_PORT_CHANGES | VSW_KEY_BIT (VSW_KEY_LIFETIME))
#define VSW_KEYS_PORT_ENTRY (VSW_KEYS_PORT | VSW_KEY_BIT (VSW_KEY_NAME))
#define VSW_KEYS_NIC_CHANGES                                                                                          \
  (VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_MTU) | VSW_KEY_BIT (VSW_KEY_MAC))
#define VSW_KEYS_NIC (VSW_KEYS_NIC_CHANGES | VSW_KEY_BIT (VSW_KEY_QUEUES) | VSW_KEY_BIT (VSW_KEY_LIFETIME))
#define VSW_KEYS_ATTACH                                                                                               \
  (VSW_KEYS_NIC | VSW_KEY_BIT (VSW_KEY_NAME) | VSW_KEY_BIT (VSW_KEY_KIND) | VSW_KEY_BIT (VSW_KEY_BACKEND)             \
   | VSW_KEY_BIT (VSW_KEY_PORT) | VSW_KEY_BIT (VSW_KEY_NAMESPACE) | VSW_KEY_BIT (VSW_KEY_INTERFACE_NAME))
#define VSW_KEYS_BIND (VSW_KEY_BIT (VSW_KEY_DROP_ADDRESSES) | VSW_KEY_BIT (VSW_KEY_TAKE_OVER))
#define VSW_KEYS_HOST                                                                                                 \
  (VSW_KEY_BIT (VSW_KEY_NAME) | VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_MTU)                         \
   | VSW_KEY_BIT (VSW_KEY_QUEUES))
#define VSW_KEYS_SETUP                                                                                                \
  (VSW_KEY_BIT (VSW_KEY_DRY_RUN) | VSW_KEY_BIT (VSW_KEY_TAKE_OVER) | VSW_KEY_BIT (VSW_KEY_IGNORE_FIREWALL))
#define VSW_KEYS_TEARDOWN (VSW_KEY_BIT (VSW_KEY_DRY_RUN) | VSW_KEY_BIT (VSW_KEY_DROP_ADDRESSES))
/* An option of every method that changes something; vsw_request_get_options() adds it. */
#define VSW_KEYS_CHANGE VSW_KEY_BIT (VSW_KEY_CONFIRM_WITHIN)
#define VSW_KEYS_OPEN VSW_KEY_BIT (VSW_KEY_QUEUES_OPTION)
#define VSW_KEYS_SYSTEM (VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_LIFETIME))
#define VSW_KEYS_SYSTEM_OPTIONS VSW_KEY_BIT (VSW_KEY_MACHINE_OPTION)
#define VSW_KEYS_SYSTEM_CHANGES (VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_MACHINE))
#define VSW_KEYS_SETTING_CHANGES                                                                                      \
  (VSW_KEY_BIT (VSW_KEY_DESCRIPTION) | VSW_KEY_BIT (VSW_KEY_ADDRESS) | VSW_KEY_BIT (VSW_KEY_CONNECTION)               \
   | VSW_KEY_BIT (VSW_KEY_AUTOMATIC) | VSW_KEY_BIT (VSW_KEY_BACKEND) | VSW_KEY_BIT (VSW_KEY_QUEUES)                   \
   | VSW_KEY_BIT (VSW_KEY_MTU))
#define VSW_KEYS_SETTING                                                                                              \
  (VSW_KEYS_SETTING_CHANGES | VSW_KEY_BIT (VSW_KEY_NAME) | VSW_KEY_BIT (VSW_KEY_SUB_TYPE))
#define VSW_KEYS_RESOLVE                                                                                              \
  (VSW_KEY_BIT (VSW_KEY_INTERFACE_NAME) | VSW_KEY_BIT (VSW_KEY_INTERFACE_INDEX) | VSW_KEY_BIT (VSW_KEY_MAC))

/* Strings point into the dictionary that they came from. */
typedef struct
{
  guint keys; /* VSW_KEY_BIT of each key that was given */
  const char *name;
  const char *description;
  guint32 mtu;
  VswMac mac;
  gboolean dynamic_mac; /* 'Address' is given as "": one of the range */
  guint32 ageing;
  guint32 max_learned;
  gboolean spanning_tree;
  gboolean multicast_snooping;
  gboolean shared;
  VswLifetime lifetime;
  guint32 queues;
  VswNicKind kind; /* of a guest's NIC */
  VswBackend backend;
  const char *port;
  gint32 handle; /* index into the descriptors of the message, unchecked */
  const char *interface_name;
  guint32 interface_index;
  gboolean force;
  const char *connection; /* an object path */
  gboolean automatic;
  const char *machine;
  gboolean drop_addresses;
  gboolean dry_run;
  gboolean take_over;
  gboolean ignore_firewall;
  guint32 confirm_within; /* seconds */
} VswSettings;

gboolean vsw_settings_decode (GVariant *dictionary, guint keys, VswSettings *ret_settings, GError **error);
gboolean vsw_settings_has (const VswSettings *self, VswKey key);
guint vsw_settings_get_given (const VswSettings *self); /* VswGiven */

const char *vsw_key_print (VswKey key);
const GVariantType *vsw_key_get_type (VswKey key);

G_END_DECLS
