#include "mkimage/rules/metadata_rules.h"

#include <gtest/gtest.h>

#include "mkimage/rules/owner_name.h"

namespace zvfs {
namespace {

InodeRecord record_of_mode(std::uint16_t mode) {
  InodeRecord record;
  record.mode = mode;
  record.uid = 1;
  record.gid = 2;
  record.mtime_seconds = 100;
  record.mtime_nanoseconds = 5;
  return record;
}

TEST(MetadataRules, ChangeNothingByDefault) {
  const MetadataRules rules;
  EXPECT_TRUE(rules.empty());
  InodeRecord record = record_of_mode(0100640);
  rules.rewrite(record);
  EXPECT_EQ(record, record_of_mode(0100640));
}

TEST(MetadataRules, SetWhatTheyName) {
  MetadataRules rules;
  rules.uid = 0;
  rules.mode = *ModeChange::parse("go=", 0);
  EXPECT_FALSE(rules.empty());
  InodeRecord record = record_of_mode(0100644);
  rules.rewrite(record);
  EXPECT_EQ(record.uid, 0U);
  EXPECT_EQ(record.gid, 2U);
  EXPECT_EQ(record.mode, 0100600);
  EXPECT_EQ(record.mtime(), (Timestamp{100, 5}));
}

TEST(MetadataRules, LeaveThePermissionsOfSymlinks) {
  MetadataRules rules;
  rules.mode = *ModeChange::parse("0", 0);
  InodeRecord record = record_of_mode(0120777);
  rules.rewrite(record);
  EXPECT_EQ(record.mode, 0120777);
}

TEST(MetadataRules, ClampOrSetTimes) {
  using Rule = MetadataRules::TimeRule;
  const auto rewritten = [](Timestamp to, Rule rule) {
    MetadataRules rules;
    rules.mtime = to;
    rules.time_rule = rule;
    InodeRecord record = record_of_mode(0100644);
    rules.rewrite(record);
    return record.mtime();
  };
  EXPECT_EQ(rewritten({100, 0}, Rule::kClamp), (Timestamp{100, 0}));
  EXPECT_EQ(rewritten({100, 6}, Rule::kClamp), (Timestamp{100, 5}));
  EXPECT_EQ(rewritten({200, 0}, Rule::kClamp), (Timestamp{100, 5}));
  EXPECT_EQ(rewritten({200, 0}, Rule::kSet), (Timestamp{200, 0}));
}

TEST(OwnerName, IsANameOrANumberOrBoth) {
  EXPECT_EQ(*parse_user("root"), 0U);
  EXPECT_EQ(*parse_user("12345"), 12345U);
  EXPECT_EQ(*parse_user("nobody-known:77"), 77U);
  EXPECT_EQ(*parse_user(":5"), 5U);
  EXPECT_EQ(*parse_user("+5"), 5U);
  EXPECT_EQ(*parse_group("+0"), 0U);
  EXPECT_EQ(*parse_group("root"), 0U);
  EXPECT_EQ(*parse_group("4294967294"), 4294967294U);
  for (const char* text : {"", "no-such-user-here", "4294967295", "-1", "root:", "root:x", "1x"}) {
    EXPECT_FALSE(parse_user(text)) << text;
    EXPECT_FALSE(parse_group(text)) << text;
  }
}

}  // namespace
}  // namespace zvfs
