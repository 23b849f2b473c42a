#include "zvfs/extract/extract_planner.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/extraction.h"
#include "tests/support/failing_allocation.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

using testing::Extraction;
using testing::ImageForge;

using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

// What a walk over an image plans.
class Plan {
 public:
  explicit Plan(const ImageForge& forge = {}, const Lines& operands = {},
                std::size_t most_batches = 1000)
      : extraction(forge) {
    prepare();
    run(operands, most_batches);
  }
  // With something in the way: a file of that name.
  explicit Plan(const std::string& obstacle) {
    extraction.scratch.write("out/" + obstacle, "");
    prepare();
    run({}, 1000);
  }

  [[nodiscard]] Lines items() const {
    Lines paths;
    for (const auto& batch : batches) {
      for (const ExtractItem& item : batch->items) paths.push_back(item.where.path());
    }
    return paths;
  }

  Extraction extraction;
  std::vector<std::unique_ptr<ExtractBatch>> batches;
  bool is_walked = false;  // to the end

 private:
  void prepare() { extraction.open(); }
  void run(const Lines& operands, std::size_t most_batches) {
    ExtractPlanner planner(*extraction.image, *extraction.tree, extraction.report,
                           [&, most_batches](std::unique_ptr<ExtractBatch> batch) {
                             batches.push_back(std::move(batch));
                             return batches.size() < most_batches;
                           });
    Selection selection = Selection::parse(operands).value();
    is_walked = SelectedWalk(*extraction.image, selection, planner).run().has_value();
    planner.finish();
  }
};

TEST(ExtractPlanner, GathersFilesInPathOrder) {
  const Plan plan;
  EXPECT_TRUE(plan.is_walked);
  ASSERT_EQ(plan.batches.size(), 1U);
  EXPECT_EQ(plan.items(), (Lines{"big", "dir/deep", "empty", "link", "null", "sparse"}));
  EXPECT_TRUE(fs::is_directory(plan.extraction.out / "dir"));
  EXPECT_TRUE(plan.extraction.report.all_planned);
  EXPECT_EQ(plan.extraction.report.bytes_planned, 1500U + 50 + 10'000);
}

TEST(ExtractPlanner, MakesOneItemOfAFileWithManyNames) {
  const Plan plan;
  const ExtractBatch& batch = *plan.batches.at(0);
  ASSERT_EQ(batch.links.size(), 1U);
  EXPECT_EQ(batch.links[0].where.path(), "hard");
  EXPECT_EQ(batch.links[0].target->where.path(), "dir/deep");
  EXPECT_EQ(batch.items[1].first_name, batch.links[0].target);
  EXPECT_EQ(batch.items[0].first_name, nullptr);
}

TEST(ExtractPlanner, LocatesTheDataOfFiles) {
  const Plan plan;
  const ExtractBatch& batch = *plan.batches.at(0);
  const struct {
    std::uint32_t item, first, last;
    std::uint64_t begin, length, file_offset;
  } expected[] = {
      {1, 0, 0, 100, 50, 0},      // dir/deep
      {0, 1, 4, 400, 1500, 0},    // big
      {5, 4, 4, 1900, 50, 1000},  // sparse
      {5, 4, 4, 1950, 26, 5000},
  };
  ASSERT_EQ(batch.runs.size(), std::size(expected));
  for (std::size_t i = 0; i < batch.runs.size(); ++i) {
    const DataRun& run = batch.runs[i];
    EXPECT_EQ(run.item, expected[i].item) << i;
    EXPECT_EQ(run.first.value, expected[i].first) << i;
    EXPECT_EQ(run.last.value, expected[i].last) << i;
    EXPECT_EQ(run.begin.value, expected[i].begin) << i;
    EXPECT_EQ(run.length, expected[i].length) << i;
    EXPECT_EQ(run.file_offset, expected[i].file_offset) << i;
  }
  EXPECT_EQ(batch.whole_items, (std::vector<std::uint32_t>{2, 3, 4}));  // empty, link, null
}

TEST(ExtractPlanner, CountsThePiecesOfAFile) {
  const Plan plan;
  const ExtractBatch& batch = *plan.batches.at(0);
  EXPECT_EQ(batch.items[1].piecewise, nullptr);  // deep: one piece
  ASSERT_NE(batch.items[0].piecewise, nullptr);  // big: four frames
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(batch.items[0].piecewise->finish_piece());
  EXPECT_TRUE(batch.items[0].piecewise->finish_piece());
  ASSERT_NE(batch.items[5].piecewise, nullptr);  // sparse: two runs
  EXPECT_FALSE(batch.items[5].piecewise->finish_piece());
  EXPECT_TRUE(batch.items[5].piecewise->finish_piece());
}

TEST(ExtractPlanner, MakesDirectoriesOnTheWayOnlyForWhatIsInThem) {
  const Plan found({}, {"dir/deep"});
  EXPECT_EQ(found.items(), Lines{"dir/deep"});
  EXPECT_TRUE(fs::is_directory(found.extraction.out / "dir"));
  const Plan missing({}, {"dir/none*"});
  EXPECT_EQ(missing.items(), Lines());
  EXPECT_FALSE(fs::exists(missing.extraction.out / "dir"));
}

TEST(ExtractPlanner, MakesNoPathOfADeepDirectory) {
  constexpr unsigned kDepth = 600;
  constexpr unsigned kCounted = 100;
  constexpr unsigned kAllocations = 8;  // for each; a path of that depth takes twice as many alone
  Extraction extraction;
  extraction.open();
  ExtractPlanner planner(*extraction.image, *extraction.tree, extraction.report,
                         [](auto) { return true; });
  const Inode directory = extraction.directory(0755);
  const WalkEntry entry{"d", "d", directory, WalkEntry::Reason::kBelow, false};
  for (unsigned depth = 0; depth < kDepth; ++depth) ASSERT_TRUE(planner.enter(entry));
  {
    const testing::FailingAllocation counting(kCounted * kAllocations);
    for (unsigned i = 0; i < kCounted; ++i) ASSERT_TRUE(planner.enter(entry));
    EXPECT_FALSE(testing::FailingAllocation::happened());
  }
  planner.finish();
}

TEST(ExtractPlanner, TellsOnceOfADirectoryThatCannotBeMade) {
  const Plan plan("dir");
  EXPECT_TRUE(plan.is_walked);
  EXPECT_EQ(plan.items(), (Lines{"big", "empty", "hard", "link", "null", "sparse"}));
  ASSERT_EQ(plan.extraction.told.size(), 1U);
  EXPECT_EQ(plan.extraction.told[0].find("dir: not restored, with its contents: "), 0U);
}

TEST(ExtractPlanner, LosesFilesWhoseDataCannotBeLocated) {
  ImageForge forge;
  forge.extents.at(1).frame = 5;  // which begins behind the stream offset
  const Plan plan(forge);
  EXPECT_EQ(plan.items(), (Lines{"big", "dir/deep", "empty", "link", "null"}));
  EXPECT_EQ(plan.batches.at(0)->runs.size(), 2U);  // none of sparse's is left
  ASSERT_EQ(plan.extraction.told.size(), 1U);
  EXPECT_EQ(plan.extraction.told[0].find("sparse: "), 0U);
}

// Files without data, in the place of what /dir holds.
ImageForge many_files(std::uint32_t count) {
  ImageForge forge;
  forge.inode(3).data = forge.dentries.size();
  forge.inode(3).count = count;
  for (std::uint32_t i = 0; i < count; ++i) {
    forge.dentries.push_back({forge.add_string(fmt::format("{:05}", i)), 4, 5, FileType::kRegular});
  }
  return forge;
}

TEST(ExtractPlanner, HandsOverSmallBatchesFirst) {
  const Plan plan(many_files(5000));
  ASSERT_EQ(plan.batches.size(), 3U);  // of 1024, 2048, and the rest
  const auto work = [&](std::size_t i) {
    const ExtractBatch& batch = *plan.batches[i];
    return batch.items.size() + batch.links.size() + batch.runs.size();
  };
  EXPECT_EQ(work(0), 1024U);
  EXPECT_EQ(work(1), 2048U);
  EXPECT_EQ(plan.items().size(), 5000U + 6);  // hard is the first name of its file
}

TEST(ExtractPlanner, EndsTheWalkWhenNoBatchIsTaken) {
  const Plan plan(many_files(5000), {}, 1);
  EXPECT_FALSE(plan.is_walked);
  EXPECT_EQ(plan.batches.size(), 1U);
}

}  // namespace
}  // namespace zvfs
