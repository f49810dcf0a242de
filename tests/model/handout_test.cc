// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors on their way: whoever has the box last closes what is left in it, and never the thread that drops it. */
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "model/network.h"

namespace
{

/* One end of a pipe goes into the box; the other one tells when it was closed. */
class Watched
{
public:
  Watched ()
  {
    EXPECT_EQ (pipe2 (ends, O_CLOEXEC), 0);
  }
  ~Watched ()
  {
    close (ends[0]);
  }
  int
  get () const
  {
    return ends[1];
  }
  /* Reads the end of the file within five seconds. */
  bool
  is_closed () const
  {
    char byte;
    EXPECT_EQ (fcntl (ends[0], F_SETFL, O_NONBLOCK), 0);
    for (int i = 0; i < 5000; i++)
      {
        if (read (ends[0], &byte, 1) == 0)
          return true;
        g_usleep (1000);
      }
    return false;
  }
  bool
  is_open () const
  {
    char byte;
    EXPECT_EQ (fcntl (ends[0], F_SETFL, O_NONBLOCK), 0);
    return read (ends[0], &byte, 1) < 0 && errno == EAGAIN;
  }

private:
  int ends[2];
};

} // namespace

TEST (Handout, IsMadeEmpty)
{
  Handout box = make_handout (3);
  EXPECT_EQ (box->wanted, 3u);
  EXPECT_EQ (box->n_fds, 0u);
  EXPECT_FALSE (box->has_vnet_header);
  EXPECT_STREQ (box->device, "");
}

TEST (Handout, ClosesWhatIsLeftWithTheLastReference)
{
  Watched first, second;
  VswHandout *box = vsw_handout_new (0), *other = vsw_handout_ref (box);
  vsw_handout_add (box, first.get ());
  vsw_handout_add (box, second.get ());
  vsw_handout_unref (box);
  EXPECT_TRUE (first.is_open ());
  vsw_handout_unref (other);
  EXPECT_TRUE (first.is_closed ());
  EXPECT_TRUE (second.is_closed ());
}

TEST (Handout, LetsGoWhatWasTakenOut)
{
  Watched watched;
  guint n = 0;
  {
    Handout box = make_handout ();
    vsw_handout_add (box.get (), watched.get ());
    g_autofree int *fds = vsw_handout_steal (box.get (), &n);
    ASSERT_EQ (n, 1u);
    EXPECT_EQ (fds[0], watched.get ());
    EXPECT_EQ (box->n_fds, 0u);
  }
  EXPECT_TRUE (watched.is_open ());
  close (watched.get ());
}

TEST (Handout, IsEmptiedAtOnceWhenTold)
{
  Watched watched;
  Handout box = make_handout ();
  vsw_handout_add (box.get (), watched.get ());
  vsw_handout_close (box.get ());
  EXPECT_EQ (box->n_fds, 0u);
  EXPECT_FALSE (watched.is_open ());
}

/* As when a request is refused after a tap was opened for it. */
TEST (Handout, GoesWithTheDeltaThatCarriesIt)
{
  Watched watched;
  VswHandout *box = vsw_handout_new (0);
  VswNic fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswNic) nic = vsw_nic_new (&fields);
  VswDelta *delta = vsw_delta_new ();
  vsw_delta_put_handout (delta, nullptr, nic, box);
  vsw_handout_add (box, watched.get ());
  vsw_handout_unref (box);
  EXPECT_TRUE (watched.is_open ());
  vsw_delta_unref (delta);
  EXPECT_TRUE (watched.is_closed ());
}

TEST (Handout, StaysInAPairThatSaysNothingElse)
{
  Handout box = make_handout ();
  VswNic fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswNic) nic = vsw_nic_new (&fields);
  fields.mtu = 1400;
  g_autoptr (VswNic) other = vsw_nic_new (&fields);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put_handout (delta, nic, nic, box.get ());
  ASSERT_EQ (vsw_delta_get_size (delta), 1u);
  vsw_delta_put (delta, nic, other, nullptr);
  vsw_delta_put (delta, other, nic, nullptr);
  ASSERT_EQ (vsw_delta_get_size (delta), 1u) << "folded back, but the descriptors are still wanted";
  EXPECT_EQ (vsw_delta_get (delta, 0)->handout, box.get ());
}

TEST (Handout, IsWantedNoMoreOfWhatGoes)
{
  Handout box = make_handout ();
  VswNic fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswNic) nic = vsw_nic_new (&fields);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put_handout (delta, nic, nic, box.get ());
  vsw_delta_put (delta, nic, nullptr, nullptr);
  ASSERT_EQ (vsw_delta_get_size (delta), 1u);
  EXPECT_EQ (vsw_delta_get (delta, 0)->handout, nullptr);
}

/* What was given away does not come back. */
TEST (Handout, IsNotInTheInverse)
{
  Handout box = make_handout ();
  VswNic fields = {};
  fields.head.id = fields.head.name = "x";
  g_autoptr (VswNic) nic = vsw_nic_new (&fields);
  fields.opened = TRUE;
  g_autoptr (VswNic) opened = vsw_nic_new (&fields);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  vsw_delta_put_handout (delta, nic, opened, box.get ());
  g_autoptr (VswDelta) inverse = vsw_delta_invert (delta);
  ASSERT_EQ (vsw_delta_get_size (inverse), 1u);
  EXPECT_EQ (vsw_delta_get (inverse, 0)->handout, nullptr);
  EXPECT_FALSE (((VswNic *)vsw_delta_get (inverse, 0)->after)->opened);
  g_autoptr (VswDelta) kept = vsw_delta_new ();
  vsw_delta_put_handout (kept, nic, nic, box.get ());
  g_autoptr (VswDelta) nothing = vsw_delta_invert (kept);
  EXPECT_EQ (vsw_delta_get_size (nothing), 0u);
}
