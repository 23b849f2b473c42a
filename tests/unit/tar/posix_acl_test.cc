#include "tar/posix_acl.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

ByteVector acl(
    std::initializer_list<std::tuple<std::uint16_t, std::uint16_t, std::uint32_t>> entries,
    std::uint32_t version = 2) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  writer.u32(version);
  for (const auto& [tag, permissions, id] : entries) {
    writer.u16(tag);
    writer.u16(permissions);
    writer.u32(id);
  }
  return bytes;
}

constexpr std::uint32_t kNoId = 0xFFFFFFFF;

TEST(AclText, NamesEveryKindOfEntry) {
  const auto text = acl_text(acl({{0x01, 6, kNoId},
                                  {0x02, 7, 1000},
                                  {0x02, 0, 4'000'000'000},
                                  {0x04, 4, kNoId},
                                  {0x08, 5, 0},
                                  {0x10, 7, kNoId},
                                  {0x20, 1, kNoId}}));
  ASSERT_TRUE(text);
  EXPECT_EQ(
      *text,
      "user::rw-,user:1000:rwx,user:4000000000:---,group::r--,group:0:r-x,mask::rwx,other::--x");
}

TEST(AclGroupPermissions, AreBoundedByTheMask) {
  EXPECT_EQ(acl_group_permissions(acl({{0x01, 7, kNoId}, {0x04, 5, kNoId}, {0x20, 7, kNoId}})), 5);
  EXPECT_EQ(acl_group_permissions(acl({{0x01, 6, kNoId},
                                       {0x02, 7, 1000},
                                       {0x04, 6, kNoId},
                                       {0x10, 3, kNoId},
                                       {0x20, 0, kNoId}})),
            2);
}

TEST(AclText, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(acl_text({}));
  EXPECT_FALSE(acl_text(acl({{0x01, 6, kNoId}}, 3)));
  EXPECT_FALSE(acl_text(acl({{0x40, 6, kNoId}})));
  EXPECT_FALSE(acl_text(acl({{0x01, 8, kNoId}})));
  const ByteVector whole = acl({{0x01, 6, kNoId}});
  for (std::size_t size = 5; size < whole.size(); ++size) {
    EXPECT_FALSE(acl_text(ByteSpan(whole).first(size))) << size;
  }
}

TEST(AclXattr, ReadsText) {
  const auto xattr = acl_xattr("group::r--,user::rw-,user:lisa:r-x:1000,mask::rwx,other::--x");
  ASSERT_TRUE(xattr);
  EXPECT_EQ(*xattr, acl({{0x01, 6, kNoId},
                         {0x02, 5, 1000},
                         {0x04, 4, kNoId},
                         {0x10, 7, kNoId},
                         {0x20, 1, kNoId}}));
  EXPECT_FALSE(is_minimal_acl(*xattr));
  EXPECT_EQ(acl_permissions(*xattr), 0671);
  EXPECT_EQ(acl_xattr("").value(), ByteVector());
}

TEST(AclXattr, KnowsWhatPermissionBitsSay) {
  const auto xattr = acl_xattr("user::rwx,group::r-x,other::---");
  ASSERT_TRUE(xattr);
  EXPECT_TRUE(is_minimal_acl(*xattr));
  EXPECT_EQ(acl_permissions(*xattr), 0750);
}

TEST(AclXattr, RefusesWhatLinuxRefuses) {
  for (const char* const text :
       {"user::rw-", "user::rw-,group::r--", "user::rw-,user::r--,group::r--,other::r--",
        "user::rw-,user:1:r--,group::r--,other::r--",  // no mask
        "user::rw-,user:1:r--,user:1:rw-,group::r--,mask::r--,other::r--",
        "user::rw-,group::r--,mask::r--,mask::r--,other::r--"}) {
    EXPECT_FALSE(acl_xattr(text)) << text;
  }
}

}  // namespace
}  // namespace zvfs
