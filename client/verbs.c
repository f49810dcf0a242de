/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

#define MORE_CREATE_SWITCH "What is not given takes the default of the service; see org.vmswitch1.Manager(5)."
#define MORE_NAMESPACE                                                                                                 \
  "NETNS is a name of ip-netns(8), the number of a process, or a path (with a slash).\n"                               \
  "The NIC is down there at first: ip -n NETNS link set INTERFACE up."
#define MORE_ATTACH                                                                                                    \
  "Makes a NIC for a guest, a port for it, and plugs the one into the other.\n"                                        \
  "Without NAME it is called after namespace and interface: NETNS-INTERFACE.\n"                                        \
  "With --lifetime caller the NIC is there until this command is interrupted.\n" MORE_NAMESPACE "\n"                   \
  "A tap waits for its owner to open it: vmswitchctl run --endpoint NAME -- COMMAND.\n"                                \
  "For a tap that goes with the guest: vmswitchctl run SWITCH -- COMMAND."
#define MORE_RUN                                                                                                       \
  "Makes a tap for each --nic (without one: one synthetic NIC), and becomes COMMAND, which\n"                          \
  "inherits their descriptors. The NICs go when the last descriptor is closed.\n"                                      \
  "In every word of COMMAND these are replaced: {fds} by the numbers of the descriptors\n"                             \
  "with colons between, {mac}, {queues}, {vectors} and {mtu}; {fds2} and so on are those\n"                            \
  "of the second NIC. {{ is a brace; other braces stay.\n"                                                             \
  "Keys of --nic: kind=synthetic|emulated name mac queues mtu port description switch.\n"                              \
  "Two commas are one within a value.\n"                                                                               \
  "Exit status: that of COMMAND; 126: it cannot be executed; 127: there is none."
#define MORE_BIND "The NIC must not carry addresses of the host; for one that does: vmswitchctl setup."
#define MORE_KEEP "The service undoes it after 60 seconds, or --confirm-within, unless you keep it."
#define MORE_SETUP                                                                                                     \
  "Binds NIC to SWITCH, makes an internal NIC on it and moves to that the addresses, routes and\n"                     \
  "whatever else the host is reached by. Connections stay open. All of it is done, or nothing.\n" MORE_KEEP
#define MORE_TEARDOWN "The host moves back to the NIC, which leaves the switch. The switch stays.\n" MORE_KEEP
#define MORE_CHECKPOINT                                                                                                \
  "A switch stands for its ports and what is plugged in, a system for its NICs. The service\n"                         \
  "undoes it also if nobody is left to ask. For one command: --confirm-within SECONDS."
#define MORE_CONNECTION "CONNECTION is SWITCH, SWITCH/PORT or none."
#define MORE_START                                                                                                     \
  "Each NIC becomes an endpoint SYSTEM-NIC; it returns when all are there, or none. Taps\n"                            \
  "wait to be opened: vmswitchctl run --system SYSTEM -- COMMAND."
#define MORE_DOCTOR                                                                                                    \
  "Warnings of the service, and whether the service, polkit and the udev rule are in place.\n"                         \
  "Nothing is changed. Exit status: 0: nothing found; 1: something was."
#define MORE_KEYS "A KEY is mac or the name of a property, as ageing-seconds or AgeingSeconds. All are\nchanged, or none.\n"

const VswOption vsw_global_options[] = {
  { "json", VSW_OPTION_FLAG, NULL, NULL, "Print JSON: keys are the names of properties on the bus" },
  { "confirm-within", VSW_OPTION_NUMBER, NULL, "SECONDS", "Undo the change unless it is confirmed in time" },
  { "no-ask-password", VSW_OPTION_FLAG, NULL, NULL, "Never ask for a password on the terminal" },
  { "quiet", VSW_OPTION_FLAG, NULL, NULL, "Do not say what was done; list: print names only" },
  { "help", VSW_OPTION_FLAG, NULL, NULL, "Show help; behind a command: its own" },
  { "version", VSW_OPTION_FLAG, NULL, NULL, "Print the version" },
  { NULL },
};

#define DESCRIPTION                                                                                                    \
  {                                                                                                                    \
    "description", VSW_OPTION_STRING, "Description", "TEXT", "Free text, up to 256 characters"                         \
  }
#define MAC                                                                                                            \
  {                                                                                                                    \
    "mac", VSW_OPTION_STRING, "MacAddress", "ADDRESS", "Its MAC address, aa:bb:cc:dd:ee:ff"                            \
  }
#define MTU                                                                                                            \
  {                                                                                                                    \
    "mtu", VSW_OPTION_NUMBER, "Mtu", "OCTETS", "Largest payload of a frame, 68 to 65535"                               \
  }
#define QUEUES                                                                                                         \
  {                                                                                                                    \
    "queues", VSW_OPTION_NUMBER, "Queues", "NUMBER", "Queues in each direction, 1 to 8"                                \
  }
#define LIFETIME                                                                                                       \
  {                                                                                                                    \
    "lifetime", VSW_OPTION_STRING, "Lifetime", "WORD", "persistent (default), runtime or caller (until interrupted)"   \
  }
#define LIFETIME_ATTACH                                                                                                \
  {                                                                                                                    \
    "lifetime", VSW_OPTION_STRING, "Lifetime", "WORD", "runtime (default, until reboot), persistent or caller"         \
  }
#define FORCE_SYSTEM                                                                                                   \
  {                                                                                                                    \
    "force", VSW_OPTION_FLAG, "force", NULL, "Also while it is in use: the guest loses its network"                    \
  }
#define FORCE                                                                                                          \
  {                                                                                                                    \
    "force", VSW_OPTION_FLAG, "force", NULL, "Also what depends on it: connections, and ports of a switch"             \
  }
#define NETNS                                                                                                          \
  {                                                                                                                    \
    "netns", VSW_OPTION_STRING, NULL, "NETNS", "Network namespace that gets the NIC"                                   \
  }
#define END                                                                                                            \
  {                                                                                                                    \
    NULL                                                                                                               \
  }

static const VswOption no_options[] = { END };
static const VswOption create_switch_options[] = {
  DESCRIPTION,
  MTU,
  MAC,
  { "ageing-seconds", VSW_OPTION_NUMBER, "AgeingSeconds", "SECONDS", "Forget a learned address after, 1 to 1000000" },
  { "max-learned-addresses", VSW_OPTION_NUMBER, "MaxLearnedAddresses", "NUMBER", "Learn at most so many; 0: no limit" },
  { "spanning-tree", VSW_OPTION_FLAG, "SpanningTree", NULL, "Take part in the spanning tree protocol" },
  { "multicast-snooping", VSW_OPTION_FLAG, "MulticastSnooping", NULL, "Send multicast only where it is asked for" },
  { "shared", VSW_OPTION_FLAG, "Shared", NULL, "Active local users may attach without an administrator" },
  LIFETIME,
  END,
};
static const VswOption create_port_options[] = { DESCRIPTION, LIFETIME, END };
static const VswOption create_endpoint_options[] = { DESCRIPTION, MAC, MTU, QUEUES, LIFETIME, END };
static const VswOption delete_options[] = { FORCE, END };
static const VswOption delete_system_options[] = { FORCE_SYSTEM, END };
static const VswOption define_options[] = {
  DESCRIPTION,
  { "machine", VSW_OPTION_STRING, NULL, "MACHINE", "Stop it when this machine of systemd-machined goes" },
  LIFETIME,
  END,
};
static const VswOption add_nic_options[] = {
  { "connection", VSW_OPTION_STRING, NULL, "CONNECTION",
    "Where it is plugged in: SWITCH, SWITCH/PORT or none (default)" },
  { "no-automatic-connection", VSW_OPTION_FLAG, NULL, NULL, "Do not plug it in when the system is started" },
  { "kind", VSW_OPTION_STRING, "ResourceSubType", "WORD", "synthetic (default) or emulated" },
  { "backend", VSW_OPTION_STRING, "Backend", "WORD", "tap (default) or veth" },
  { "mac", VSW_OPTION_STRING, "Address", "ADDRESS", "Its MAC address, aa:bb:cc:dd:ee:ff" },
  MTU,
  QUEUES,
  DESCRIPTION,
  END,
};
static const VswOption run_options[] = {
  { "nic", VSW_OPTION_STRING, NULL, "KEY=VALUE,...", "Attach a NIC; may be repeated" },
  { "endpoint", VSW_OPTION_STRING, NULL, "ENDPOINT", "Open this NIC, a tap; may be repeated" },
  { "system", VSW_OPTION_STRING, NULL, "SYSTEM", "Open the taps of this system, which is started if it is not" },
  { "print-qemu", VSW_OPTION_FLAG, NULL, NULL, "Print options of QEMU; with COMMAND, filled in, on the error stream" },
  END,
};
static const VswOption attach_options[] = {
  NETNS,
  { "interface", VSW_OPTION_STRING, "InterfaceName", "NAME", "Name of the NIC in the namespace; default eth0" },
  { "port", VSW_OPTION_STRING, "Port", "PORT", "Plug it into this port of the switch, not into a new one" },
  { "kind", VSW_OPTION_STRING, "Kind", "WORD", "synthetic (default) or emulated" },
  { "backend", VSW_OPTION_STRING, "Backend", "WORD", "veth (default) or tap; of an emulated one: tap" },
  DESCRIPTION,
  MAC,
  MTU,
  QUEUES,
  LIFETIME_ATTACH,
  END,
};
static const VswOption place_options[] = {
  NETNS,
  { "interface", VSW_OPTION_STRING, NULL, "NAME", "Name of the NIC in the namespace; default eth0" },
  END,
};
#define DRY_RUN(key)                                                                                                   \
  {                                                                                                                    \
    "dry-run", VSW_OPTION_FLAG, key, NULL, "Say step by step what would be done, and do nothing"                       \
  }
#define TAKE_OVER(key)                                                                                                 \
  {                                                                                                                    \
    "take-over", VSW_OPTION_FLAG, key, NULL, "Have NetworkManager let go of the NIC, if it manages it"                 \
  }
#define KEEP                                                                                                           \
  {                                                                                                                    \
    "keep", VSW_OPTION_FLAG, NULL, NULL, "Keep it without being asked, and without waiting to be told"                 \
  }
static const VswOption bind_options[] = {
  { "drop-addresses", VSW_OPTION_FLAG, "drop-addresses", NULL,
    "The host may lose the addresses that it has on NIC, until that is unbound" },
  TAKE_OVER ("take-over"),
  END,
};
static const VswOption setup_options[] = {
  { "name", VSW_OPTION_STRING, "Name", "NAME", "Name of the internal NIC; default: that of the switch" },
  MTU,
  QUEUES,
  DESCRIPTION,
  DRY_RUN (NULL), /* these are of the call, not of the NIC */
  TAKE_OVER (NULL),
  { "ignore-firewall", VSW_OPTION_FLAG, NULL, NULL, "Go over though a firewall would drop the host's frames" },
  KEEP,
  END,
};
static const VswOption teardown_options[] = {
  DRY_RUN ("dry-run"),
  { "drop-addresses", VSW_OPTION_FLAG, "drop-addresses", NULL,
    "If the NIC is missing: the host may lose the addresses that would move back" },
  KEEP,
  END,
};
static const VswOption checkpoint_options[] = {
  { "timeout", VSW_OPTION_NUMBER, NULL, "SECONDS", "Time to confirm, 1 to 86400; default 60" },
  END,
};
static const VswOption resolve_options[] = {
  { "by", VSW_OPTION_STRING, NULL, "WORD", "What it is: interface, index or mac; default: as it looks" },
  END,
};

const VswVerb vsw_verbs[] = {
  { "list", NULL, "", 0, 0, "Show the tree of switches, ports, endpoints and systems", NULL, no_options,
    vsw_command_list },
  { "list", "switches", "", 0, 0, "List switches", NULL, no_options, vsw_command_list },
  { "list", "ports", "", 0, 0, "List switch ports", NULL, no_options, vsw_command_list },
  { "list", "endpoints", "", 0, 0, "List Ethernet ports of all kinds", NULL, no_options, vsw_command_list },
  { "list", "systems", "", 0, 0, "List virtual systems", NULL, no_options, vsw_command_list },
  { "list", "settings", "", 0, 0, "List NICs of virtual systems", NULL, no_options, vsw_command_list },
  { "list", "checkpoints", "", 0, 0, "List what waits to be confirmed", NULL, no_options, vsw_command_list },
  { "list", "external", "", 0, 0, "List NICs of the host that may be uplinks", NULL, no_options,
    vsw_command_external_list },
  { "show", NULL, "NAME...", 1, VSW_ARGUMENTS_ANY, "Show all properties of objects with a unique name", NULL,
    no_options, vsw_command_show },
  { "show", "switch", "SWITCH...", 1, VSW_ARGUMENTS_ANY, "Show all properties of switches", NULL, no_options,
    vsw_command_show },
  { "show", "port", "SWITCH/PORT...", 1, VSW_ARGUMENTS_ANY, "Show all properties of switch ports", NULL, no_options,
    vsw_command_show },
  { "show", "endpoint", "ENDPOINT...", 1, VSW_ARGUMENTS_ANY, "Show all properties of endpoints", NULL, no_options,
    vsw_command_show },
  { "show", "system", "SYSTEM...", 1, VSW_ARGUMENTS_ANY, "Show all properties of systems and of their NICs", NULL,
    no_options, vsw_command_show },
  { "show", "setting", "SYSTEM/NIC...", 1, VSW_ARGUMENTS_ANY, "Show all properties of NICs of systems", NULL,
    no_options, vsw_command_show },
  { "show", "checkpoint", "NUMBER...", 1, VSW_ARGUMENTS_ANY, "Show all properties of checkpoints", NULL, no_options,
    vsw_command_show },
  { "show", "manager", "", 0, 0, "Show all properties of the service", NULL, no_options, vsw_command_show },
  { "create", "switch", "NAME", 1, 1, "Make a switch", MORE_CREATE_SWITCH, create_switch_options, vsw_command_create },
  { "create", "port", "SWITCH/PORT", 1, 1, "Make a switch port", NULL, create_port_options, vsw_command_create },
  { "create", "endpoint", "NAME", 1, 1, "Make an internal NIC, a NIC of the host", NULL, create_endpoint_options,
    vsw_command_create },
  { "delete", "switch", "SWITCH", 1, 1, "Delete a switch", NULL, delete_options, vsw_command_delete },
  { "delete", "port", "SWITCH/PORT", 1, 1, "Delete a switch port", NULL, delete_options, vsw_command_delete },
  { "delete", "endpoint", "ENDPOINT", 1, 1, "Delete a NIC of the host or of a guest", NULL, delete_options,
    vsw_command_delete },
  { "delete", "system", "SYSTEM", 1, 1, "Delete a virtual system with its NICs", NULL, delete_system_options,
    vsw_command_delete },
  { "set", "switch", "SWITCH KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a switch",
    MORE_KEYS "Keys: description mtu ageing-seconds max-learned-addresses spanning-tree\nmulticast-snooping shared.",
    no_options, vsw_command_set },
  { "set", "port", "SWITCH/PORT KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a switch port",
    MORE_KEYS "Keys: description.", no_options, vsw_command_set },
  { "set", "endpoint", "ENDPOINT KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a NIC of the host or of a guest",
    MORE_KEYS "Keys: description mtu mac.", no_options, vsw_command_set },
  { "set", "system", "SYSTEM KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a virtual system",
    MORE_KEYS "Keys: description machine.", no_options, vsw_command_set },
  { "connect", NULL, "SWITCH/PORT ENDPOINT", 2, 2, "Plug an endpoint into a port", NULL, no_options,
    vsw_command_connect },
  { "disconnect", NULL, "SWITCH/PORT", 1, 1, "Unplug what is plugged into a port", NULL, no_options,
    vsw_command_disconnect },
  { "connect-internal", NULL, "SWITCH [NAME]", 1, 2, "Connect the host: make a NIC, a port, and plug it in",
    "NAME is that of the NIC and of its port; without it SWITCH-host.", create_endpoint_options,
    vsw_command_connect_internal },
  { "disconnect-internal", NULL, "ENDPOINT", 1, 1, "Undo connect-internal", NULL, no_options,
    vsw_command_disconnect_internal },
  { "external", "list", "", 0, 0, "List NICs of the host that may be uplinks", NULL, no_options,
    vsw_command_external_list },
  { "external", "bind", "SWITCH NIC", 2, 2, "Make a NIC of the host the uplink of a switch", MORE_BIND, bind_options,
    vsw_command_external_bind },
  { "external", "unbind", "[SWITCH] NIC", 1, 2, "Undo external bind", NULL, no_options, vsw_command_external_unbind },
  { "setup", NULL, "SWITCH NIC", 2, 2, "Bind a NIC, and move the host over to the switch", MORE_SETUP, setup_options,
    vsw_command_setup },
  { "teardown", NULL, "SWITCH", 1, 1, "Undo setup", MORE_TEARDOWN, teardown_options, vsw_command_teardown },
  { "move", NULL, "SWITCH/PORT SWITCH", 2, 2, "Move a port to another switch, while it is in use", NULL, no_options,
    vsw_command_move },
  { "attach", NULL, "SWITCH [NAME]", 1, 2, "Attach a guest: make a NIC, a port, and plug it in", MORE_ATTACH,
    attach_options, vsw_command_attach },
  { "detach", NULL, "ENDPOINT", 1, 1, "Undo attach", NULL, no_options, vsw_command_detach },
  { "place", NULL, "ENDPOINT --netns NETNS", 1, 1, "Give a guest's NIC to a network namespace", MORE_NAMESPACE,
    place_options, vsw_command_place },
  { "run", NULL, "[SWITCH] [OPTION...] -- COMMAND...", 0, 1, "Run a guest with NICs on a switch", MORE_RUN, run_options,
    vsw_command_run, TRUE },
  { "system", "define", "NAME", 1, 1, "Define a virtual system, which has no NICs yet", NULL, define_options,
    vsw_command_system_define },
  { "system", "list", "", 0, 0, "List virtual systems", NULL, no_options, vsw_command_list },
  { "system", "show", "SYSTEM...", 1, VSW_ARGUMENTS_ANY, "Show all properties of systems and of their NICs", NULL,
    no_options, vsw_command_show },
  { "system", "set", "SYSTEM KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a virtual system",
    MORE_KEYS "Keys: description machine.", no_options, vsw_command_set },
  { "system", "add-nic", "SYSTEM/NIC", 1, 1, "Add a NIC to a system", MORE_CONNECTION, add_nic_options,
    vsw_command_system_add_nic },
  { "system", "set-nic", "SYSTEM/NIC KEY=VALUE...", 2, VSW_ARGUMENTS_ANY, "Change a NIC of a system",
    MORE_KEYS "Keys: description mac connection automatic-connection backend queues mtu.\n" MORE_CONNECTION
              "\nIt says what waits until the system is started the next time.",
    no_options, vsw_command_system_set_nic },
  { "system", "remove-nic", "SYSTEM/NIC", 1, 1, "Take a NIC out of a system", NULL, delete_system_options,
    vsw_command_system_remove_nic },
  { "system", "start", "SYSTEM", 1, 1, "Turn the network of a system on", MORE_START, no_options,
    vsw_command_system_state },
  { "system", "save", "SYSTEM", 1, 1, "Turn it off for a machine that is suspended",
    "Started again, its NICs have the same MAC addresses on the same ports.", no_options, vsw_command_system_state },
  { "system", "stop", "SYSTEM", 1, 1, "Turn it off", NULL, no_options, vsw_command_system_state },
  { "system", "delete", "SYSTEM", 1, 1, "Delete a virtual system with its NICs", NULL, delete_system_options,
    vsw_command_delete },
  { "checkpoint", "list", "", 0, 0, "List what waits to be confirmed", NULL, no_options, vsw_command_list },
  { "checkpoint", "create", "NAME...", 1, VSW_ARGUMENTS_ANY, "Undo what changes in these objects unless it is confirmed",
    MORE_CHECKPOINT, checkpoint_options, vsw_command_checkpoint },
  { "checkpoint", "confirm", "NUMBER", 1, 1, "Keep what has changed", NULL, no_options, vsw_command_checkpoint },
  { "checkpoint", "rollback", "NUMBER", 1, 1, "Undo at once what has changed", NULL, no_options, vsw_command_checkpoint },
  { "checkpoint", "extend", "NUMBER SECONDS", 2, 2, "Put the deadline off", NULL, no_options, vsw_command_checkpoint },
  { "address", "add", "SWITCH/PORT MAC", 2, 2, "Nail a MAC address to a port", NULL, no_options, vsw_command_address },
  { "address", "remove", "SWITCH/PORT MAC", 2, 2, "Undo address add", NULL, no_options, vsw_command_address },
  { "fdb", NULL, "SWITCH", 1, 1, "Show the forwarding table", NULL, no_options, vsw_command_fdb },
  { "stats", NULL, "[NAME...]", 0, VSW_ARGUMENTS_ANY, "Show counters of all objects or of some",
    "rx is what an endpoint received; of a port or a switch, what the switch received.", no_options,
    vsw_command_stats },
  { "monitor", NULL, "", 0, 0, "Show signals as they come, until interrupted", NULL, no_options, vsw_command_monitor },
  { "resolve", NULL, "INTERFACE|INDEX|MAC", 1, 1, "Tell which object a network device belongs to", NULL,
    resolve_options, vsw_command_resolve },
  { "status", NULL, "", 0, 0, "Show version, counts, limits and warnings", NULL, no_options, vsw_command_status },
  { "doctor", NULL, "", 0, 0, "Say what on this host harms the switches, and what helps", MORE_DOCTOR, no_options,
    vsw_command_doctor },
  { "capabilities", NULL, "", 0, 0, "List what this kernel and this build can do", NULL, no_options,
    vsw_command_capabilities },
  { "help", NULL, "[COMMAND]", 0, 2, "Show help; of a command, its own", NULL, no_options, vsw_command_help },
  { NULL },
};
