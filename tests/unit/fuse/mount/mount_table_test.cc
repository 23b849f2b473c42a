#include "fuse/mount/mount_table.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(MountTable, ParsesALineWithAnyNumberOfOptionalFields) {
  for (const char* fields : {"", "shared:1 ", "shared:1 master:2 "}) {
    const auto entry = parse_mount_entry(std::string("94 29 0:45 / /mnt ro,nosuid ") + fields +
                                         "- fuse.zvfs /a.zst ro,user_id=0");
    ASSERT_TRUE(entry) << fields;
    EXPECT_EQ(entry->device, "0:45");
    EXPECT_EQ(entry->mount_point, "/mnt");
    EXPECT_EQ(entry->type, "fuse.zvfs");
    EXPECT_EQ(entry->source, "/a.zst");
  }
}

TEST(MountTable, ResolvesOctalEscapes) {
  const auto entry =
      parse_mount_entry(R"(1 2 0:3 / /m\040a\011b\012c\134 ro - fuse.zvfs /i\040\9 ro)");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->mount_point, "/m a\tb\nc\\");
  EXPECT_EQ(entry->source, "/i \\9");
}

TEST(MountTable, RefusesWhatIsNoLine) {
  for (const char* line : {"", "1 2 3", "1 2 0:3 / /mnt ro shared:1", "1 2 0:3 / /mnt ro - fuse"}) {
    EXPECT_FALSE(parse_mount_entry(line)) << line;
  }
}

TEST(MountTable, KnowsTheMountsOfThisProcess) {
  const auto proc = topmost_mount("/proc").value();
  ASSERT_TRUE(proc);
  EXPECT_EQ(proc->type, "proc");
  EXPECT_FALSE(topmost_mount("/proc/no such mount").value());
}

}  // namespace
}  // namespace zvfs
