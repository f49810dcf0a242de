/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs that another manager has let go of are remembered until he has them back, whatever becomes of the service or of what is bound. */
#include "engine/uplink_fixture.h"

namespace
{

class Loan : public UplinkFixture
{
protected:
  struct Unref
  {
    void
    operator() (VswNic *nic) const
    {
      vsw_value_unref (nic);
    }
  };

  std::unique_ptr<VswNic, Unref>
  new_loan (const char *its_id, const char *name, const char *profile = "a-profile")
  {
    VswValue its = head (VSW_KIND_NIC, name, VSW_LIFETIME_PERSISTENT, nullptr);
    g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link (name), nullptr, nullptr);
    g_autoptr (VswUplink) lent = vsw_uplink_with_loan (uplink, profile, "{'ipv4': {'dhcp-client-id': <'01'>}}");

    its.id = its_id;
    return std::unique_ptr<VswNic, Unref> (vsw_nic_new_external (&its, lent, "#"));
  }

  static void
  on_noted (GObject *source, GAsyncResult *result, gpointer user_data)
  {
    Loan *self = static_cast<Loan *> (user_data);
    g_autoptr (GError) error = nullptr;

    gboolean is_noted = vsw_engine_loan_finish (VSW_ENGINE (source), result, &error);

    EXPECT_EQ (is_noted, error == nullptr);
    self->last_error = error != nullptr ? error->message : "";
    self->noted++;
  }

  std::string
  lend (const std::unique_ptr<VswNic, Unref> &loan)
  {
    guint before = noted;

    vsw_engine_lend_async (engine, loan.get (), on_noted, this);
    wait ([&] { return noted > before; }, "the store");
    return last_error;
  }

  std::string
  repay (const char *its_id)
  {
    guint before = noted;

    vsw_engine_repay_async (engine, its_id, on_noted, this);
    wait ([&] { return noted > before; }, "the store");
    return last_error;
  }

  /* "ID PROFILE" each, sorted */
  std::vector<std::string>
  loans ()
  {
    std::vector<std::string> lines;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init (&iter, vsw_engine_get_loans (engine));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        const VswNic *loan = static_cast<const VswNic *> (value);
        lines.push_back (std::string (loan->head.id) + " " + loan->uplink->profile);
      }
    std::sort (lines.begin (), lines.end ());
    return lines;
  }

  using Lines = std::vector<std::string>;
  guint noted = 0;
};

} // namespace

TEST_F (Loan, OutlivesTheService)
{
  auto loan = new_loan ("one", "eth0");

  EXPECT_EQ (lend (loan), "");
  restart ();
  EXPECT_EQ (loans (), (Lines{ "one a-profile" }));
  EXPECT_TRUE (vsw_value_equal (g_hash_table_lookup (vsw_engine_get_loans (engine), "one"), loan.get ()));
  EXPECT_EQ (repay ("one"), "");
  EXPECT_EQ (loans (), Lines{});
  restart ();
  EXPECT_EQ (loans (), Lines{});
}

TEST_F (Loan, OfOneNicTheLastCounts)
{
  plug ("eth1", second_mac, second_mac, "");
  settle ();
  lend (new_loan ("one", "eth0"));
  lend (new_loan ("other", "eth1"));
  lend (new_loan ("two", "eth0", "another"));
  EXPECT_EQ (loans (), (Lines{ "other a-profile", "two another" }));
  restart ();
  EXPECT_EQ (loans (), (Lines{ "other a-profile", "two another" }));
}

TEST_F (Loan, IsNoMatterOfTheBindingNorOfItsEnd)
{
  lend (new_loan ("id-eth0", "eth0"));
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  EXPECT_EQ (loans (), (Lines{ "id-eth0 a-profile" }));
  EXPECT_EQ (repay ("nobody"), "") << "what is not owed is repaid";
  EXPECT_EQ (loans (), (Lines{ "id-eth0 a-profile" }));
}

TEST_F (Loan, ThatCannotBeWrittenIsNone)
{
  lend (new_loan ("one", "eth0"));
  vsw_store_set_fault (store, 1);
  EXPECT_NE (lend (new_loan ("two", "eth0", "another")), "");
  EXPECT_EQ (loans (), (Lines{ "one a-profile" }));
  vsw_store_set_fault (store, 1);
  EXPECT_NE (repay ("one"), "");
  EXPECT_EQ (loans (), (Lines{ "one a-profile" }));
  vsw_store_set_fault (store, 0);
  restart ();
  EXPECT_EQ (loans (), (Lines{ "one a-profile" }));
  EXPECT_EQ (lend (new_loan ("two", "eth0", "another")), "") << "nothing is left open";
}
