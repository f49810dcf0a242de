/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernels have said, as recvmsg gave it. */
#pragma once

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <netlink/msg.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

inline std::vector<std::string>
split (const std::string &bytes)
{
  std::vector<std::string> messages;
  auto *message = (nlmsghdr *)bytes.data ();
  int rest = (int)bytes.size ();

  for (; nlmsg_ok (message, rest); message = nlmsg_next (message, &rest))
    messages.emplace_back ((const char *)message, NLMSG_ALIGN (message->nlmsg_len));
  return messages;
}

/* A file of them, one after another. */
inline std::vector<std::string>
read_corpus (const std::string &directory, const std::string &name)
{
  std::ifstream file (directory + "/" + name, std::ios::binary);
  std::string bytes ((std::istreambuf_iterator<char> (file)), std::istreambuf_iterator<char> ());
  std::vector<std::string> messages = split (bytes);

  EXPECT_FALSE (messages.empty ()) << name;
  return messages;
}
