#include "zvfs/check/damaged_files.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

using Paths = std::vector<std::string>;

Paths damaged_files(const std::vector<LostRun>& lost, const ImageForge& forge = {}) {
  const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
  Paths paths;
  EXPECT_TRUE(
      list_damaged_files(*image, lost, [&](std::string_view path) { paths.emplace_back(path); }));
  return paths;
}

LostRun run(std::uint64_t begin, std::uint64_t end) { return {{begin}, {end}}; }

TEST(DamagedFiles, FindsNothingWithoutLoss) { EXPECT_EQ(damaged_files({}), Paths()); }

// big is 400 to 1900; deep, also called hard, 100 to 150; sparse 1900 to 1950 and 1950 to 1976.
TEST(DamagedFiles, FindsTheFilesThatARunTouches) {
  EXPECT_EQ(damaged_files({run(0, 100)}), Paths());
  EXPECT_EQ(damaged_files({run(0, 101)}), (Paths{"dir/deep", "hard"}));
  EXPECT_EQ(damaged_files({run(149, 150)}), (Paths{"dir/deep", "hard"}));
  EXPECT_EQ(damaged_files({run(150, 400)}), Paths());
  EXPECT_EQ(damaged_files({run(1000, 1001)}), Paths{"big"});
  EXPECT_EQ(damaged_files({run(1899, 1900)}), Paths{"big"});
  EXPECT_EQ(damaged_files({run(1949, 1950)}), Paths{"sparse"});
  EXPECT_EQ(damaged_files({run(1975, 1976)}), Paths{"sparse"});
  EXPECT_EQ(damaged_files({run(1976, 3104)}), Paths());
  EXPECT_EQ(damaged_files({run(0, 3104)}), (Paths{"big", "dir/deep", "hard", "sparse"}));
}

TEST(DamagedFiles, LooksForEachFileInAllRuns) {
  const std::vector<LostRun> runs = {run(0, 50), run(120, 130), run(200, 300), run(1960, 1961),
                                     run(2000, 3104)};
  EXPECT_EQ(damaged_files(runs), (Paths{"dir/deep", "hard", "sparse"}));
}

TEST(DamagedFiles, NamesWhatTheIndexNoLongerHas) {
  ImageForge forge;
  forge.inode(4).mode = 0070644;  // empty, of no type
  EXPECT_EQ(damaged_files({}, forge), Paths{"empty"});
  forge.inode(6).data = 1'000'000;  // sparse: extents that are not there
  EXPECT_EQ(damaged_files({}, forge), (Paths{"empty", "sparse"}));
  forge.dentries.at(0).inode = 99;  // a name in the root that leads nowhere
  EXPECT_EQ(damaged_files({}, forge), (Paths{"", "empty", "sparse"}));
}

}  // namespace
}  // namespace zvfs
