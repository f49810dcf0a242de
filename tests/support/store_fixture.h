/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories that go with the test. */
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <stdlib.h>

class TemporaryDirectory
{
public:
  TemporaryDirectory ()
  {
    std::string pattern = (std::filesystem::temp_directory_path () / "vmswitch-test-XXXXXX").string ();

    if (mkdtemp (pattern.data ()) == nullptr)
      throw std::runtime_error ("no temporary directory");
    path = pattern;
  }

  ~TemporaryDirectory ()
  {
    std::error_code ignored;

    std::filesystem::remove_all (path, ignored);
  }

  TemporaryDirectory (const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator= (const TemporaryDirectory &) = delete;

  std::string
  below (const std::string &name) const
  {
    return path + "/" + name;
  }

  std::string path;
};

/* The two directories of a store: one across reboots, one until the next. */
class StoreDirectories
{
public:
  StoreDirectories () : state (root.below ("state")), runtime (root.below ("run"))
  {
    std::filesystem::create_directory (state);
    std::filesystem::create_directory (runtime);
  }

  /* What a reboot does to them. */
  void
  reboot () const
  {
    std::filesystem::remove_all (runtime);
    std::filesystem::create_directory (runtime);
  }

private:
  TemporaryDirectory root;

public:
  const std::string state;
  const std::string runtime;
};
