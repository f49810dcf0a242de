/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages for decoders that must not read past their end. */
#pragma once

#include <glib.h>
#include <linux/netlink.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

/* A message at the very end of readable memory: one octet read too many is a crash, with or without sanitizers. */
class EdgeMessage
{
public:
  explicit EdgeMessage (size_t room) : page ((size_t)sysconf (_SC_PAGESIZE))
  {
    pages = (room + page - 1) / page;
    memory = (guint8 *)mmap (nullptr, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect (memory + pages * page, page, PROT_NONE);
  }
  ~EdgeMessage ()
  {
    munmap (memory, (pages + 1) * page);
  }
  EdgeMessage (const EdgeMessage &) = delete;
  EdgeMessage &operator= (const EdgeMessage &) = delete;

  /* The header says how much of it there is; lengths are those that a netlink message can begin at, multiples of four. */
  const nlmsghdr *
  place (const std::string &bytes, size_t size)
  {
    auto *message = (nlmsghdr *)(memory + pages * page - size);

    memcpy (message, bytes.data (), size);
    message->nlmsg_len = (guint32)size;
    return message;
  }

private:
  size_t page;
  size_t pages;
  guint8 *memory;
};
