#include "mkimage/archives/member_message.h"

#include <string>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

SourceMember full_member() {
  TarEntry entry;
  entry.type = TarMember::Type::kHardLink;
  entry.path = "path";
  entry.link_path = "link";
  entry.metadata = {.permissions = 0640, .uid = 1, .gid = 2, .mtime = {-3, 4}};
  entry.user_name = "user";
  entry.group_name = "group";
  entry.device_major = 5;
  entry.device_minor = 6;
  entry.size = entry.data_size = 7;
  entry.xattrs =
      XattrSet(std::vector<Xattr>{{"user.a", ByteVector(3, std::byte{8})}, {"user.b", {}}});
  entry.notes = {{Warning::Severity::kUnreadable, "note"}};
  return {"path in the archive", std::move(entry), true};
}

ByteVector bytes_of(const SourceMember& member) {
  ByteVector bytes;
  append_member(member, bytes);
  return bytes;
}

TEST(MemberMessage, BringsAMember) {
  const auto member = parse_member(bytes_of(full_member()));
  ASSERT_TRUE(member && member->entry);
  EXPECT_EQ(member->path, "path in the archive");
  EXPECT_TRUE(member->has_other_names);
  const TarEntry& entry = *member->entry;
  const TarEntry expected = *full_member().entry;
  EXPECT_EQ(entry.type, expected.type);
  EXPECT_EQ(entry.path + entry.link_path, "pathlink");
  EXPECT_EQ(entry.metadata.permissions, 0640);
  EXPECT_EQ(entry.metadata.uid, 1U);
  EXPECT_EQ(entry.metadata.gid, 2U);
  EXPECT_EQ(entry.metadata.mtime.seconds, -3);
  EXPECT_EQ(entry.metadata.mtime.nanoseconds, 4U);
  EXPECT_EQ(entry.user_name + entry.group_name, "usergroup");
  EXPECT_EQ(entry.device_major, 5U);
  EXPECT_EQ(entry.device_minor, 6U);
  EXPECT_EQ(entry.size, 7U);
  EXPECT_EQ(entry.data_size, 7U);
  EXPECT_EQ(entry.xattrs, expected.xattrs);
  ASSERT_EQ(entry.notes.size(), 1U);
  EXPECT_EQ(entry.notes[0].message, "note");
}

TEST(MemberMessage, BringsWhyAMemberIsLeftOut) {
  const auto member =
      parse_member(bytes_of({"path", fail(ErrorCode::kInvalidArgument, "why"), false}));
  ASSERT_TRUE(member && !member->entry);
  EXPECT_EQ(member->entry.error().message, "why");
}

TEST(MemberMessage, BringsAnError) {
  ByteVector bytes;
  append_error({ErrorCode::kUnsupported, "why"}, bytes);
  const auto error = parse_error(bytes);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kUnsupported);
  EXPECT_EQ(error->message, "why");
  bytes[0] = std::byte{100};
  EXPECT_FALSE(parse_error(bytes));
}

TEST(MemberMessage, RefusesEveryTruncatedMessage) {
  const ByteVector whole = bytes_of(full_member());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_member(ByteSpan(whole).first(size))) << size;
  }
  ByteVector more = whole;
  more.push_back({});
  EXPECT_FALSE(parse_member(more));
}

TEST(MemberMessage, RefusesWhatNoReaderSends) {
  const auto refused = [](const std::function<void(TarEntry&)>& change) {
    SourceMember member = full_member();
    change(*member.entry);
    return !parse_member(bytes_of(member));
  };
  EXPECT_FALSE(refused([](TarEntry&) {}));
  EXPECT_TRUE(refused([](TarEntry& entry) { entry.type = static_cast<TarMember::Type>('7'); }));
  EXPECT_TRUE(refused([](TarEntry& entry) { entry.type = TarMember::Type::kDirectory; }));
  EXPECT_TRUE(refused([](TarEntry& entry) { entry.data_size = kMaxFileSize + 1; }));
  EXPECT_TRUE(refused([](TarEntry& entry) { entry.metadata.mtime.nanoseconds = 1'000'000'000; }));
  EXPECT_TRUE(refused([](TarEntry& entry) {
    entry.xattrs = XattrSet(std::vector<Xattr>{{"", {}}});
  }));
  EXPECT_TRUE(refused([](TarEntry& entry) {
    entry.xattrs = XattrSet(std::vector<Xattr>{{"user.a", {}}, {"user.a", {}}});
  }));
  EXPECT_TRUE(refused([](TarEntry& entry) {
    entry.xattrs =
        XattrSet(std::vector<Xattr>{{"user.a", ByteVector(XattrSet::kMaxValueSize + 1)}});
  }));
  EXPECT_TRUE(refused([](TarEntry& entry) {
    entry.notes = {{static_cast<Warning::Severity>(9), "note"}};
  }));
}

// Any flipped bit gives a member within all limits, or none.
TEST(MemberMessage, SurvivesFlippedBits) {
  const ByteVector whole = bytes_of(full_member());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    ByteVector flipped = whole;
    flipped[bit / 8] ^= std::byte{static_cast<unsigned char>(1U << bit % 8)};
    const auto member = parse_member(flipped);
    if (!member || !member->entry) continue;
    EXPECT_LE(member->entry->data_size, kMaxFileSize);
    EXPECT_LT(member->entry->metadata.mtime.nanoseconds, 1'000'000'000U);
  }
}

}  // namespace
}  // namespace zvfs
