/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that carry our mark and that no object stands for: left over by a crash in the middle of a change. */
#include "plan/planner.h"

#include <string.h>

static gboolean
is_orphan (VswPlanner *self, const VswLink *link)
{
  if (!vsw_link_is_marked (link) || g_hash_table_contains (self->kept, GUINT_TO_POINTER (link->index)))
    return FALSE;
  const char *device = vsw_links_get_bound (self->links, link->index);
  return device == NULL || vsw_model_find_device (self->model, device) == NULL;
}

/* Bridges and near ends: deleting those takes the far ends along. */
static gboolean
is_leading (const VswLink *link)
{
  char device[VSW_INTERFACE_SIZE];
  const char *claim = vsw_link_get_claim (link, device);
  return link->is_bridge || g_str_has_prefix (claim, VSW_DEVICE_PREFIX "p-");
}

static void
remove_orphan (VswPlanner *self, const VswLink *link)
{
  g_autofree char *name = vsw_text_escape (link->name);
  g_ptr_array_add (self->plan->findings, g_strdup_printf ("device %s carries our mark and belongs to no object", name));
  vsw_planner_doom (self, link);
  if (link->is_bridge)
    g_ptr_array_add (self->unguarded, g_strdup (link->name));
}

void
vsw_planner_remove_orphans (VswPlanner *self)
{
  g_autoptr (GPtrArray) links = vsw_links_list (self->links);
  for (int leading = 1; leading >= 0; leading--)
    for (guint i = 0; i < links->len; i++)
      {
        const VswLink *link = links->pdata[i];
        if (!is_orphan (self, link) || is_leading (link) != leading)
          continue;
        gboolean goes_anyway = link->peer != 0 && !link->peer_elsewhere
                               && g_hash_table_contains (self->kept, GUINT_TO_POINTER (link->peer));
        if (!goes_anyway)
          remove_orphan (self, link);
      }
}
