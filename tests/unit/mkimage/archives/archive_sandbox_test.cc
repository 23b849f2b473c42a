#include "mkimage/archives/archive_sandbox.h"

#include <gtest/gtest.h>

#include "base/units.h"
#include "format/memory_limit.h"

namespace zvfs {
namespace {

TEST(ArchiveSandbox, LeavesHalfOfTheMemoryToOthers) {
  EXPECT_EQ(archive_memory(64 * kMiB), 32 * kMiB);
  EXPECT_EQ(archive_memory(8192 * kMiB), 4096 * kMiB);
  EXPECT_EQ(archive_memory(64 * 1024 * kMiB), 6144 * kMiB);
  EXPECT_EQ(archive_memory(~std::uint64_t{0}), 6144 * kMiB);
  EXPECT_EQ(archive_memory(0), kLeastAffordable);
}

TEST(ArchiveSandbox, AddsThatMemoryToWhatTheProcessHas) {
  const std::uint64_t memory = archive_memory(memory_limit());
  EXPECT_GT(archive_sandbox_rules().address_space_bytes, memory);
}

}  // namespace
}  // namespace zvfs
