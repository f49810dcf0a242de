/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getters of the properties that objects of every kind have. An external NIC is no value of the model: it has empty ones. Thread: main. */
#include "bus/table.h"

/**
 * vsw_head_print_name:
 * @view: an object of the model
 *
 * Returns: (transfer floating): its name
 */
GVariant *
vsw_head_print_name (const VswView *view)
{
  return g_variant_new_string (vsw_view_get_value (view)->name);
}

/**
 * vsw_head_print_id:
 * @view: an object
 *
 * Returns: (transfer floating): its id, or ""
 */
GVariant *
vsw_head_print_id (const VswView *view)
{
  const VswValue *value = vsw_view_get_value (view);

  return g_variant_new_string (value != NULL ? value->id : "");
}

/**
 * vsw_head_print_description:
 * @view: an object
 *
 * Returns: (transfer floating): its description, or ""
 */
GVariant *
vsw_head_print_description (const VswView *view)
{
  const VswValue *value = vsw_view_get_value (view);

  return g_variant_new_string (value != NULL ? value->description : "");
}

/**
 * vsw_head_print_lifetime:
 * @view: an object
 *
 * Returns: (transfer floating): the word for its lifetime, or ""
 */
GVariant *
vsw_head_print_lifetime (const VswView *view)
{
  const VswValue *value = vsw_view_get_value (view);

  return g_variant_new_string (value != NULL ? vsw_lifetime_print (value->lifetime) : "");
}

/**
 * vsw_head_print_owner:
 * @view: an object
 *
 * Returns: (transfer floating): the uid of its owner, or 0
 */
GVariant *
vsw_head_print_owner (const VswView *view)
{
  const VswValue *value = vsw_view_get_value (view);

  return g_variant_new_uint32 (value != NULL ? value->owner : 0);
}

/**
 * vsw_head_print_created:
 * @view: an object
 *
 * Returns: (transfer floating): when it was made, microseconds since the epoch, or 0
 */
GVariant *
vsw_head_print_created (const VswView *view)
{
  const VswValue *value = vsw_view_get_value (view);

  return g_variant_new_uint64 (value != NULL ? (guint64)value->created : 0);
}
