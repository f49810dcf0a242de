/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line is told of its NICs, and what a user says of them. */
#include "client/failure.h"
#include "client/nic.h"
#include "client/placeholder.h"
#include "client/qemu.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

char first_fds[] = "5:6:7", second_fds[] = "9", first_mac[] = "02:00:00:00:00:01", second_mac[] = "02:00:00:00:00:02";

/* One NIC with three queues, one with one. */
const VswPlaceholders nics[] = { { first_fds, first_mac, 3, 1500 }, { second_fds, second_mac, 1, 9000 } };

std::string
replace (const char *text, guint n_nics = 2)
{
  g_autoptr (GError) error = nullptr;
  g_autofree char *out = vsw_placeholder_replace (text, nics, n_nics, &error);

  return out != nullptr ? std::string (out) : std::to_string (error->code) + " " + error->message;
}

std::string
check (std::vector<const char *> command, guint n_nics, gboolean all_fds = TRUE)
{
  g_autoptr (GError) error = nullptr;

  command.push_back (nullptr);
  return vsw_placeholder_check (command.data (), n_nics, all_fds, &error)
             ? "good"
             : std::to_string (error->code) + " " + error->message;
}

TEST (Placeholder, OfTheFirstNicHasNoNumber)
{
  EXPECT_EQ (replace ("{fds}"), "5:6:7");
  EXPECT_EQ (replace ("{mac}"), "02:00:00:00:00:01");
  EXPECT_EQ (replace ("{queues}"), "3");
  EXPECT_EQ (replace ("{vectors}"), "8");
  EXPECT_EQ (replace ("{mtu}"), "1500");
  EXPECT_EQ (replace ("{fds1}"), "5:6:7");
}

TEST (Placeholder, OfFurtherNicsHasTheirNumber)
{
  EXPECT_EQ (replace ("{fds2} {mac2} {queues2} {vectors2} {mtu2}"), "9 02:00:00:00:00:02 1 4 9000");
}

TEST (Placeholder, MayStandAnywhereAndOften)
{
  EXPECT_EQ (replace ("tap,id=n0,fds={fds},x={fds2}{mtu}"), "tap,id=n0,fds=5:6:7,x=91500");
  EXPECT_EQ (replace ("{{\"fds\":\"{fds}\"}"), "{\"fds\":\"5:6:7\"}");
  EXPECT_EQ (replace ("{\"type\":\"tap\",\"fds\":\"{fds}\"}"), "{\"type\":\"tap\",\"fds\":\"5:6:7\"}");
}

TEST (Placeholder, BracesOfOthersStay)
{
  for (const char *text :
       { "", "{", "}", "{}", "{ fds }", "{fd}", "{fdsx}", "{fds", "{fds-1}", "{fds0}", "{fds01}", "{fds12345}", "{FDS}",
         "{other}", "{\"driver\":\"virtio-net-pci\",\"mq\":true}", "{\"a\":{\"b\":[{}]}}", "}}", "${fds" })
    EXPECT_EQ (replace (text), text);
}

TEST (Placeholder, TwoBracesAreOne)
{
  EXPECT_EQ (replace ("{{"), "{");
  EXPECT_EQ (replace ("{{fds}"), "{fds}");
  EXPECT_EQ (replace ("{{{fds}"), "{5:6:7");
  EXPECT_EQ (replace ("{{{{"), "{{");
  EXPECT_EQ (replace ("{{{"), "{{");
}

TEST (Placeholder, PassesBytesThatAreNoText)
{
  EXPECT_EQ (replace ("\xff{fds2}\xfe"), "\xff"
                                         "9\xfe");
}

TEST (Placeholder, OfANicThatIsNotThereIsAMistake)
{
  EXPECT_EQ (replace ("{fds3}"), "2 {fds3} is in the command, but there are only 2 NICs");
  EXPECT_EQ (replace ("{mac2}", 1), "2 {mac2} is in the command, but there is only 1 NIC");
  EXPECT_EQ (check ({ "x", "{fds}", "{mtu9999}" }, 1), "2 {mtu9999} is in the command, but there is only 1 NIC");
}

TEST (Placeholder, OfEachNicsDescriptorsIsMissed)
{
  EXPECT_EQ (check ({ "x", "a={fds}" }, 1), "good");
  EXPECT_EQ (check ({ "x", "{fds2}", "{fds}" }, 2), "good");
  EXPECT_EQ (check ({ "x", "{mac}" }, 1), "2 {fds} is not in the command: the descriptors of NIC 1 would be lost");
  EXPECT_EQ (check ({ "x", "{fds}" }, 2), "2 {fds2} is not in the command: the descriptors of NIC 2 would be lost");
  EXPECT_EQ (check ({ "x", "{{fds}" }, 1), "2 {fds} is not in the command: the descriptors of NIC 1 would be lost");
  EXPECT_EQ (check ({ "x" }, 2, FALSE), "good");
}

/* What Attach is asked, and the switch; or the error. */
std::string
decode (const char *text)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswNic) nic = vsw_nic_decode (text, &error);

  if (nic == nullptr)
    return std::to_string (error->code) + " " + error->message;
  g_autoptr (GVariant) settings = g_variant_ref_sink (vsw_nic_export (nic, nic->name != nullptr ? nic->name : "-"));
  g_autofree char *out = g_variant_print (settings, FALSE);
  return (nic->switch_name != nullptr ? std::string (nic->switch_name) + " " : "") + out;
}

const std::string plain = "'Backend': <'tap'>, 'Lifetime': <'descriptor'>, 'Queues': <uint32 ";

TEST (Nic, IsSyntheticWithOneQueueUnlessTold)
{
  EXPECT_EQ (decode (""), "{'Name': <'-'>, 'Kind': <'synthetic'>, " + plain + "1>}");
  EXPECT_EQ (decode ("kind=emulated"), "{'Name': <'-'>, 'Kind': <'emulated'>, " + plain + "1>}");
}

TEST (Nic, TakesKeysInAnyOrder)
{
  EXPECT_EQ (decode ("queues=2,name=a,switch=lab,mac=02:00:00:00:00:01,mtu=9000,port=p"),
             "lab {'Name': <'a'>, 'Kind': <'synthetic'>, " + plain
                 + "2>, 'MacAddress': <'02:00:00:00:00:01'>, 'Mtu': <uint32 9000>, 'Port': <'p'>}");
}

TEST (Nic, TakesTwoCommasForOne)
{
  EXPECT_EQ (decode ("description=a,,b=c,,,name=n"),
             "{'Name': <'n'>, 'Kind': <'synthetic'>, " + plain + "1>, 'Description': <'a,b=c,'>}");
}

TEST (Nic, RefusesWhatItDoesNotKnow)
{
  EXPECT_EQ (decode ("queues"), "2 --nic: \"queues\" is not KEY=VALUE");
  EXPECT_EQ (decode (",a=b"), "2 --nic: \"\" is not KEY=VALUE");
  EXPECT_EQ (decode ("queue=1").substr (0, 33), "2 --nic: \"queue\" is not one of: k");
  EXPECT_EQ (decode ("=1").substr (0, 28), "2 --nic: \"\" is not one of: k");
  EXPECT_EQ (decode ("mtu=1,mtu=1"), "2 --nic: mtu is given twice");
  EXPECT_EQ (decode ("queues=-1"), "2 --nic: queues: \"-1\" is not a number from 0 to 4294967295");
}

std::string
options (const char *kind, guint queues, guint number)
{
  g_auto (GStrv) words = vsw_qemu_new_options (kind, queues, number);
  g_autofree char *out = g_strjoinv (" ", words);

  return out;
}

TEST (Qemu, GetsQueuesOnlyWhereThereAreSeveral)
{
  EXPECT_EQ (options ("synthetic", 1, 1),
             "-netdev tap,id=n0,fds={fds},vhost=off -device virtio-net-pci,netdev=n0,mac={mac},host_mtu={mtu}");
  EXPECT_EQ (options ("synthetic", 8, 3), "-netdev tap,id=n2,fds={fds3},vhost=off -device virtio-net-pci,netdev=n2,"
                                          "mac={mac3},host_mtu={mtu3},mq=on,vectors={vectors3}");
}

TEST (Qemu, ImitatesHardwareForAnEmulatedNic)
{
  EXPECT_EQ (options ("emulated", 1, 2), "-netdev tap,id=n1,fds={fds2},vhost=off -device e1000,netdev=n1,mac={mac2}");
}

} // namespace
