#include "zvfs/check/member_attributes.h"

#include <memory>

#include <archive_entry.h>
#include <gtest/gtest.h>

#include "tar/posix_acl.h"

namespace zvfs {
namespace {

using Member = std::unique_ptr<archive_entry, decltype(&::archive_entry_free)>;

Member make_member(const std::vector<std::pair<std::string, std::string>>& attributes) {
  Member member(::archive_entry_new(), &::archive_entry_free);
  ::archive_entry_set_pathname(member.get(), "file");
  for (const auto& [name, value] : attributes) {
    ::archive_entry_xattr_add_entry(member.get(), name.c_str(), value.data(), value.size());
  }
  return member;
}

XattrSet make_set(const std::vector<std::pair<std::string, std::string>>& attributes) {
  std::vector<Xattr> xattrs;
  for (const auto& [name, value] : attributes) {
    const ByteSpan bytes = as_bytes(value);
    xattrs.push_back({name, ByteVector(bytes.begin(), bytes.end())});
  }
  return XattrSet(std::move(xattrs));
}

std::string difference(const Member& member, const XattrSet& set) {
  const auto compared = compare_attributes(member.get(), set);
  return compared ? "" : compared.error().message;
}

// An access ACL of these entries as the kernel writes it: linux/posix_acl_xattr.h, version 2.
ByteVector acl(const std::vector<AclEntry>& entries) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  writer.u32(2);
  for (const AclEntry& entry : entries) {
    writer.u16(entry.tag);
    writer.u16(entry.permissions);
    writer.u32(entry.id);
  }
  return bytes;
}

TEST(MemberAttributes, ComparesNamesAndValues) {
  const auto set = make_set({{"user.a", "1"}, {"user.b", ""}});
  EXPECT_EQ(difference(make_member({{"user.a", "1"}, {"user.b", ""}}), set), "");
  EXPECT_EQ(difference(make_member({{"user.b", ""}, {"user.a", "1"}}), set), "");
  EXPECT_EQ(difference(make_member({{"user.a", "2"}, {"user.b", ""}}), set),
            "attribute user.a differs");
  EXPECT_EQ(difference(make_member({{"user.a", "1"}, {"user.b", "x"}}), set),
            "attribute user.b differs");
  EXPECT_EQ(difference(make_member({{"user.a", "1"}, {"user.b", ""}, {"user.c", ""}}), set),
            "attribute user.c is not in the index");
  EXPECT_EQ(difference(make_member({{"user.a", "1"}}), set), "1 attributes, but the index has 2");
  EXPECT_EQ(difference(make_member({}), {}), "");
}

// Readers of tar archives give up at headers of more than 1 MiB, so that writers leave some out.
TEST(MemberAttributes, MissesNoneOfASetTooLargeForAHeader) {
  std::vector<std::pair<std::string, std::string>> many = {{"user.small", "1"}};
  for (int i = 0; i < 17; ++i)
    many.emplace_back(fmt::format("user.{:02}", i), std::string(65'536, 'v'));
  EXPECT_EQ(difference(make_member({{"user.small", "1"}}), make_set(many)), "");
  EXPECT_EQ(difference(make_member({{"user.small", "2"}}), make_set(many)),
            "attribute user.small differs");
  many.resize(10);
  EXPECT_EQ(difference(make_member({{"user.small", "1"}}), make_set(many)),
            "1 attributes, but the index has 10");
}

TEST(MemberAttributes, ComparesAcls) {
  Member member = make_member({});
  const auto add = [&](int permissions, int tag, int id) {
    ::archive_entry_acl_add_entry(member.get(), ARCHIVE_ENTRY_ACL_TYPE_ACCESS, permissions, tag, id,
                                  nullptr);
  };
  add(6, ARCHIVE_ENTRY_ACL_USER_OBJ, -1);
  add(7, ARCHIVE_ENTRY_ACL_USER, 1000);
  add(4, ARCHIVE_ENTRY_ACL_GROUP_OBJ, -1);
  add(5, ARCHIVE_ENTRY_ACL_MASK, -1);
  add(0, ARCHIVE_ENTRY_ACL_OTHER, -1);
  const std::vector<AclEntry> entries = {{AclEntry::kUserObject, 6, AclEntry::kNoId},
                                         {AclEntry::kUser, 7, 1000},
                                         {AclEntry::kGroupObject, 4, AclEntry::kNoId},
                                         {AclEntry::kMask, 5, AclEntry::kNoId},
                                         {AclEntry::kOther, 0, AclEntry::kNoId}};
  const XattrSet same({{std::string(kAccessAclName), acl(entries)}});
  EXPECT_TRUE(has_access_acl(same));
  EXPECT_EQ(difference(member, same), "");
  EXPECT_EQ(difference(member, {}), "attribute system.posix_acl_access differs");
  EXPECT_EQ(difference(make_member({}), same), "attribute system.posix_acl_access differs");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::vector<AclEntry> other = entries;
    other[i].permissions ^= 1;
    EXPECT_EQ(difference(member, XattrSet({{std::string(kAccessAclName), acl(other)}})),
              "attribute system.posix_acl_access differs")
        << i;
  }
  std::vector<AclEntry> other = entries;
  other[1].id = 1001;
  EXPECT_NE(difference(member, XattrSet({{std::string(kAccessAclName), acl(other)}})), "");
}

TEST(MemberAttributes, HoldsAccessAndDefaultAclsApart) {
  Member member = make_member({});
  for (const int tag :
       {ARCHIVE_ENTRY_ACL_USER_OBJ, ARCHIVE_ENTRY_ACL_GROUP_OBJ, ARCHIVE_ENTRY_ACL_OTHER}) {
    ::archive_entry_acl_add_entry(member.get(), ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, 5, tag, -1,
                                  nullptr);
  }
  const ByteVector bytes = acl({{AclEntry::kUserObject, 5, AclEntry::kNoId},
                                {AclEntry::kGroupObject, 5, AclEntry::kNoId},
                                {AclEntry::kOther, 5, AclEntry::kNoId}});
  const XattrSet is_default({{std::string(kDefaultAclName), bytes}});
  EXPECT_FALSE(has_access_acl(is_default));
  EXPECT_EQ(difference(member, is_default), "");
  EXPECT_EQ(difference(member, {}), "attribute system.posix_acl_default differs");
}

}  // namespace
}  // namespace zvfs
