#include "mkimage/order/similar_files.h"

#include <fcntl.h>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mkimage/scan/scanner.h"
#include "tests/support/scratch_directory.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;
using Files = std::vector<std::pair<std::string, std::string>>;  // names and contents

constexpr std::uint32_t kFrame = 65536;

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

// A directory whose files are written, and put in order.
class SimilarFilesTest : public ::testing::Test {
 protected:
  void scan(const Files& files) {
    for (const auto& [name, content] : files) directory_.write(name, content);
    fd_ = UniqueFd(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY));
    Progress progress;
    ASSERT_TRUE(Scanner(fd_.get(), EntryRules(), {}, tree_, warnings_, progress).scan());
  }

  Link link(std::string_view path) {
    for (const Link link : TreeWalk(tree_)) {
      if (tree_.path_of(link) == path) return link;
    }
    throw std::runtime_error("no such path");
  }

  FrontFiles arrange(const FrontFiles& front = FrontFiles(), unsigned threads = 1) {
    return SimilarFiles({.tree = tree_,
                         .root_fd = fd_.get(),
                         .warnings = warnings_,
                         .threads = threads,
                         .frame_bound = kFrame})
        .arrange(front);
  }

  std::string text(const FrontFiles& front) {
    std::string text;
    for (std::size_t i = 0; i < front.groups.size(); ++i) {
      for (const Link link : front.groups.group(i)) text += tree_.path_of(link) + ",";
      text += ' ';
    }
    return text;
  }

  ScratchDirectory directory_;
  UniqueFd fd_;
  Tree tree_;
  Warnings warnings_{[](const Warning& warning) { ADD_FAILURE() << warning.path; }};
};

// Two versions of a program of two files that are alike, and one that is not, between them more
// than a frame.
Files versions() {
  return {{"v1/a", noise(9000, 1)},          {"v1/b", noise(9000, 2)},
          {"v1/c", noise(9000, 3)},          {"v1/large", noise(2 * kFrame, 4)},
          {"v2/a", noise(9000, 1) + "more"}, {"v2/b", "more" + noise(9000, 2)},
          {"v2/c", noise(9000, 5)}};
}

TEST_F(SimilarFilesTest, BringsTogetherWhatIsAlike) {
  scan(versions());
  EXPECT_EQ(text(arrange()), "v1/a, v2/a, v1/b, v2/b, ");
}

TEST_F(SimilarFilesTest, SaysWhatShouldLieInOneFrame) {
  scan(versions());
  // Two headers, and data in blocks of 512 bytes.
  EXPECT_EQ(arrange().together,
            (std::vector<std::uint32_t>{2 * (512 + 9216), 0, 2 * (512 + 9216), 0}));
}

TEST_F(SimilarFilesTest, FindsWhatIsAlikeUnderOtherNames) {
  Files files = versions();
  files[4].first = "v2/x";
  scan(files);
  EXPECT_EQ(text(arrange()), "v1/a, v2/x, v1/b, v2/b, ");
}

TEST_F(SimilarFilesTest, LeavesNeighboursWhereTheyAre) {
  Files files = versions();
  files[3].second.resize(1000);
  scan(files);
  EXPECT_EQ(text(arrange()), "");
}

TEST_F(SimilarFilesTest, LeavesLargeTinyAndSparseFilesWhereTheyAre) {
  scan({{"v1/large", noise(kFrame + 1, 1)},
        {"v1/tiny", noise(SimilarFiles::kMinSize - 1, 2)},
        {"v2/large", noise(kFrame + 1, 1)},
        {"v2/tiny", noise(SimilarFiles::kMinSize - 1, 2)}});
  EXPECT_EQ(text(arrange()), "");
}

TEST_F(SimilarFilesTest, LetsEachFollowWhatItIsMostLike) {
  // The third is like the first, but more like the second, and so is the fourth like the first.
  const std::string first = noise(8000, 1);
  const std::string second = first.substr(0, 6500) + noise(1500, 2);
  scan({{"v1/a", first},
        {"v1/large", noise(2 * kFrame, 9)},
        {"v2/a", second},
        {"v2/large", noise(2 * kFrame, 9)},
        {"v3/a", first + "4"},
        {"v3/large", noise(2 * kFrame, 9)},
        {"v4/a", second + "3"}});
  EXPECT_EQ(text(arrange()), "v1/a, v2/a, v4/a, v3/a, ");
}

TEST_F(SimilarFilesTest, KeepsCopiesTogetherAndListedFilesFirst) {
  Files files = versions();
  files.emplace_back("v2/b-copy", files[5].second);
  files.emplace_back("v2/c-copy", files[6].second);
  scan(files);
  FrontFiles front;
  front.groups.add(std::vector{link("v2/a")});
  front.listed = 1;
  front.groups.add(std::vector{link("v2/b"), link("v2/b-copy")});
  front.groups.add(std::vector{link("v2/c"), link("v2/c-copy")});
  const FrontFiles arranged = arrange(front);
  EXPECT_EQ(text(arranged), "v2/a, v1/b, v2/b,v2/b-copy, v2/c,v2/c-copy, ");
  EXPECT_EQ(arranged.listed, 1U);
}

TEST_F(SimilarFilesTest, TakesAFileWithSeveralNamesOnce) {
  for (const auto& [name, content] : versions()) directory_.write(name, content);
  std::filesystem::create_hard_link(directory_ / "v2/a", directory_ / "v2/a-too");
  scan({});
  EXPECT_EQ(text(arrange()), "v1/a, v2/a, v1/b, v2/b, ");
}

TEST_F(SimilarFilesTest, DoesNotDependOnThreads) {
  Files files;
  for (unsigned version = 0; version < 4; ++version) {
    for (unsigned i = 0; i < 150; ++i) {
      files.emplace_back(fmt::format("v{}/{}", version, i),
                         noise(1000, i % 50) + noise(300, i) + noise(100, version));
    }
  }
  scan(files);
  const std::string by_one = text(arrange());
  EXPECT_GT(by_one.size(), 3000U);
  for (const unsigned threads : {2U, 7U}) EXPECT_EQ(text(arrange({}, threads)), by_one);
}

}  // namespace
}  // namespace zvfs
