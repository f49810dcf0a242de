/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of the fake kernel: namespaces, links and the notifications that wait. No locks, no policy: fake_rules.h says what may happen. */
#pragma once

#include <sys/types.h>

#include "kernel/kernel.h"

G_BEGIN_DECLS

typedef struct _FakeLink FakeLink;

typedef struct _FakeSpace FakeSpace;

struct _FakeSpace
{
  int fd; /* (owned) what it is known by; -1: ours */
  guint64 inode;
  guint32 owner;
  FakeSpace *parent; /* (nullable) */
  gboolean is_dead;
  guint next_index;
  GHashTable *links; /* (owned) (element-type FakeLink) by index */
};

typedef struct
{
  VswMac mac;
  FakeLink *port;
  gboolean is_static;
} FakeAddress;

/* Of a tap. */
typedef struct
{
  GArray *ends; /* (owned) (element-type int, owned) our end of every descriptor that somebody holds */
  gboolean has_many_queues;
  gboolean has_vnet_header;
  guint32 offloads; /* VswOffload */
} FakeTap;

struct _FakeLink
{
  FakeSpace *space;
  VswLink is; /* strings owned; bridge, peer, has_carrier, port_state and is_port are worked out by fake_snapshot */
  gboolean
      cable; /* of hardware: plugged in; of a bridge: a port forwards, or none ever was; of a tap: open, and not switched off by its holder */
  FakeLink *bridge; /* (nullable) */
  FakeLink *peer;   /* (nullable) */
  guint queues;
  FakeTap *tap;     /* (owned) (nullable) of one of ours */
  GPtrArray *ports; /* (owned) (element-type FakeLink) of a bridge */
  GHashTable
      *addresses; /* (owned) (element-type FakeAddress) of a bridge, by number: what is in the table but not local */
  GPtrArray *ip;        /* (owned) (element-type utf8, owned) what IP has there, see fake_ip.h */
  const char *diverted; /* (owned) (nullable) what arrives leaves by the device that was called so then */
  VswCounters counters;
  VswLink *told; /* (owned) (nullable) as it was last notified */
  gboolean is_touched;
};

typedef enum
{
  FAKE_NEWS_LINK,
  FAKE_NEWS_GONE,
  FAKE_NEWS_LEARNED,
  FAKE_NEWS_ADDRESS, /* `bridge` is the port */
  FAKE_NEWS_IP,      /* `bridge` is the link */
  FAKE_NEWS_OVERRUN,
  FAKE_NEWS_GUARD_LOST,
} FakeNewsKind;

typedef struct
{
  FakeNewsKind kind;
  VswLink *link; /* (owned) (nullable) */
  guint bridge;
  gint change;
} FakeNews;

typedef struct
{
  FakeSpace *home;
  GPtrArray *spaces;  /* (owned) (element-type FakeSpace) home is the first */
  GHashTable *guards; /* (owned) set of bridge names */
  GPtrArray *taps;    /* (owned) (element-type FakeLink) */
  GPtrArray *touched; /* (owned) (element-type FakeLink) to be told about */
  GQueue news;        /* (element-type FakeNews) */
  gboolean is_watched;
  gboolean is_deaf;
  gboolean knows_max_learned;
  gboolean knows_taps;

  /* fake_survey.c */
  GHashTable *surveys; /* (owned) (element-type FakeSurvey) by index, see fake_survey.c */
  GPtrArray *drops;    /* (owned) (element-type VswDropChain) */
  gboolean hides_guard;
  guint filtered; /* VswFrames of every bridge */
} FakeState;

void fake_state_init (FakeState *self);
void fake_state_clear (FakeState *self);

FakeSpace *fake_space_new (FakeState *self, guint32 owner, FakeSpace *parent);
/* NULL: the descriptor (or inode) is of none, or of a dead one. */
FakeSpace *fake_space_find (FakeState *self, int fd);
FakeSpace *fake_space_find_inode (FakeState *self, guint64 inode);

FakeLink *fake_link_new (FakeState *self, FakeSpace *space, const char *name, const char *link_kind);
/* Nobody's, and not open. */
FakeLink *fake_link_new_tap (FakeState *self, FakeSpace *space, const char *name, gboolean has_many_queues);
void fake_link_free (FakeState *self, FakeLink *link);
FakeLink *fake_link_find (FakeSpace *space, const char *name);
FakeLink *fake_link_get (FakeSpace *space, guint index);
void fake_link_set_space (FakeLink *link, FakeSpace *space);
gboolean fake_link_has_carrier (const FakeLink *link);
void fake_link_set_text (const char **slot, const char *text);
/* As the kernel would report it. (transfer full) */
VswLink *fake_snapshot (const FakeLink *link);
/* Sorted by index. (transfer container) (element-type FakeLink) */
GPtrArray *fake_space_list (FakeSpace *space);

/* The link is told about at the next `flush`, if it looks different from when it was last told about. */
void fake_touch (FakeState *self, FakeLink *link);
void fake_flush (FakeState *self);
/* As if it had been told about as it is now. */
void fake_keep_quiet (FakeLink *link);
void fake_tell (FakeState *self, FakeNewsKind kind, VswLink *link, guint bridge, gint change);
void fake_news_free (FakeNews *news);

G_END_DECLS
