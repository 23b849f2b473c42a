#include "format/memory_limit.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

constexpr std::string_view kMemory = "MemTotal:       24683732 kB\nMemFree: 1 kB\n";
constexpr std::uint64_t kMachine = std::uint64_t{24683732} * 1024;
constexpr std::string_view kUnlimited = "9223372036854771712\n";

// Files of /proc and /sys, made up.
class MemoryLimitTest : public ::testing::Test {
 protected:
  void SetUp() override { write("/proc/meminfo", kMemory); }

  void write(const std::string& path, std::string_view content) {
    directory_.write(path.substr(1), content);
  }
  // A process in `group`, where `top` is mounted.
  void be_in_version_1(std::string_view group, std::string_view top = "/") {
    write("/proc/self/cgroup", fmt::format("5:cpu:/elsewhere\n4:blkio,memory:{}\n0::/\n", group));
    write("/proc/self/mountinfo",
          fmt::format("23 1 0:20 / /sys rw shared:7 - sysfs sysfs rw\n"
                      "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
                      "35 31 0:32 {} /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup "
                      "rw,blkio,memory\n",
                      top));
  }
  void be_in_version_2(std::string_view group, std::string_view top = "/") {
    write("/proc/self/cgroup", fmt::format("0::{}\n", group));
    write("/proc/self/mountinfo",
          fmt::format("30 23 0:26 {} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 "
                      "rw,memory_recursiveprot\n",
                      top));
  }
  void limit_1(const std::string& group, std::string_view limit) {
    write("/sys/fs/cgroup/memory" + group + "/memory.limit_in_bytes", limit);
  }
  [[nodiscard]] std::string root() const { return directory_.path(); }
  [[nodiscard]] std::uint64_t limit() const { return memory_limit(root()); }

 private:
  testing::ScratchDirectory directory_;
};

TEST_F(MemoryLimitTest, IsTheMachinesMemoryWithoutGroups) { EXPECT_EQ(limit(), kMachine); }

TEST_F(MemoryLimitTest, IsUnknownWhereNothingCanBeRead) {
  EXPECT_EQ(memory_limit(root() + "/none"), ~std::uint64_t{0});
  write("/proc/meminfo", "nonsense");
  EXPECT_EQ(limit(), ~std::uint64_t{0});
}

TEST_F(MemoryLimitTest, ReadsVersion1) {
  be_in_version_1("/a");
  limit_1("", kUnlimited);
  limit_1("/a", "67108864\n");
  EXPECT_EQ(limit(), 64 * kMiB);
  limit_1("/a", kUnlimited);
  EXPECT_EQ(limit(), kMachine);
}

TEST_F(MemoryLimitTest, TheLeastLimitOnThePathCounts) {
  be_in_version_1("/a/b/c");
  limit_1("/a", "1000000\n");
  limit_1("/a/b", "50000\n");
  limit_1("/a/b/c", "70000\n");
  limit_1("/a/b/c/d", "10\n");  // not ours
  EXPECT_EQ(limit(), 50'000U);
}

TEST_F(MemoryLimitTest, ReadsVersion2WithItsTwoLimits) {
  be_in_version_2("/user.slice/mount.service");
  const std::string group = "/sys/fs/cgroup/user.slice";
  write(group + "/memory.max", "max\n");
  write(group + "/mount.service/memory.max", "max\n");
  EXPECT_EQ(limit(), kMachine);
  write(group + "/memory.max", "134217728\n");
  EXPECT_EQ(limit(), 128 * kMiB);
  write(group + "/mount.service/memory.high", "67108864\n");
  EXPECT_EQ(limit(), 64 * kMiB);
}

TEST_F(MemoryLimitTest, ReadsBothVersionsAtOnce) {
  be_in_version_1("/a");
  limit_1("/a", "67108864\n");
  std::ofstream(root() + "/proc/self/mountinfo", std::ios::app)
      << "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(limit(), 64 * kMiB);
  write("/sys/fs/cgroup/unified/memory.max", "1048576\n");
  EXPECT_EQ(limit(), kMiB);
}

// A container without a cgroup namespace sees the path of its group on the host, but that group
// mounted as if it were the top.
TEST_F(MemoryLimitTest, FindsTheGroupOfAContainer) {
  be_in_version_1("/docker/0123", "/docker/0123");
  limit_1("", "67108864\n");
  EXPECT_EQ(limit(), 64 * kMiB);
  be_in_version_1("/docker/0123/inner", "/docker/0123");
  limit_1("/inner", "1048576\n");
  EXPECT_EQ(limit(), kMiB);
}

TEST_F(MemoryLimitTest, AGroupThatIsNotShownGetsTheLimitOfTheTop) {
  write("/sys/fs/cgroup/memory.max", "67108864\n");
  for (const std::string_view group : {"/../other", "/", "/0123456", "/012/3"}) {
    be_in_version_2(group, "/012345");
    EXPECT_EQ(limit(), 64 * kMiB) << group;
  }
}

TEST_F(MemoryLimitTest, NonsenseIsNoLimit) {
  be_in_version_1("/a");
  limit_1("/a", "lots\n");
  EXPECT_EQ(limit(), kMachine);
  write("/proc/self/mountinfo", "35 31 0:32 /\n- cgroup\n1 2 3 4 - cgroup cgroup memory\n");
  EXPECT_EQ(limit(), kMachine);
  write("/proc/self/cgroup", "memory\n:\n4:memory\n");
  EXPECT_EQ(limit(), kMachine);
}

TEST_F(MemoryLimitTest, ThisMachineHasSome) {
  EXPECT_GT(memory_limit(), 16 * kMiB);
  EXPECT_LT(memory_limit(), ~std::uint64_t{0});
}

TEST(AffordableMemory, IsAQuarterOfTheLimit) {
  EXPECT_EQ(affordable_memory(64 * kMiB, ~std::uint64_t{0}), 64 * kMiB);
  EXPECT_EQ(affordable_memory(64 * kMiB, 256 * kMiB), 64 * kMiB);
  EXPECT_EQ(affordable_memory(64 * kMiB, 64 * kMiB), 16 * kMiB);
  EXPECT_EQ(affordable_memory(64 * kMiB, 100), kLeastAffordable);
}

TEST(AffordableWorkers, AreThoseThatFit) {
  EXPECT_EQ(affordable_workers(64, 4 * kMiB, ~std::uint64_t{0}), 64U);
  EXPECT_EQ(affordable_workers(64, 4 * kMiB, 64 * kMiB), 4U);
  EXPECT_EQ(affordable_workers(64, 32 * kMiB, 64 * kMiB), 1U);
  EXPECT_EQ(affordable_workers(1, 1, 0), 1U);
}

}  // namespace
}  // namespace zvfs
