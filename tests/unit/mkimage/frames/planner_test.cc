#include "mkimage/frames/planner.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using testing::MadeTree;

constexpr std::uint32_t kHeader = 512;
constexpr FrameBounds kBounds{.small = 16384, .large = 8192};

// The plans of all frames, checked for what holds for every plan.
std::vector<FramePlan> plan(Tree& tree, std::vector<std::uint32_t>* frame_files = nullptr,
                            const FrameBounds& bounds = kBounds,
                            const FrontFiles& front = FrontFiles()) {
  tree.finish();
  Planner planner(tree, bounds, front);
  std::vector<FramePlan> plans;
  FramePlan next;
  std::uint64_t end = 0;
  while (*planner.next(next)) {
    EXPECT_EQ(next.number.value, plans.size());
    EXPECT_EQ(next.begin.value, end);
    EXPECT_GT(next.size, 0U);
    EXPECT_LE(next.size, bounds.max());
    std::uint32_t size = 0;
    for (const FramePiece& piece : next.pieces) size += piece.size();
    EXPECT_EQ(size, next.pieces.empty() ? 0 : next.size);
    end += next.size;
    plans.push_back(next);
  }
  EXPECT_TRUE(plans.back().pieces.empty());
  EXPECT_EQ(plans.back().size, kTarEndSize);
  if (frame_files != nullptr) {
    frame_files->assign(planner.frame_files().begin(), planner.frame_files().end());
  }
  return plans;
}

// "name: header+data+padding" for each piece, "|" between frames; the end frame is left out.
std::string shape(const Tree& tree, const std::vector<FramePlan>& plans) {
  std::string text;
  for (const FramePlan& frame : plans) {
    if (frame.pieces.empty()) break;
    if (!text.empty()) text += "| ";
    for (const FramePiece& piece : frame.pieces) {
      text += fmt::format("{}:{}+{}+{} ", piece.link == kRootLink ? "/" : tree.name_of(piece.link),
                          piece.header_length, piece.data_length, piece.padding);
    }
  }
  return text;
}

TEST(Planner, PlansAnEmptyTree) {
  Tree tree;
  EXPECT_EQ(shape(tree, plan(tree)), "/:512+0+0 ");
}

TEST(Planner, PacksSmallFilesUpToTheBound) {
  MadeTree made;
  made.file(kRootInode, "a", 5000);
  made.file(kRootInode, "b", 0);
  made.file(kRootInode, "c", 8192);
  made.file(kRootInode, "d", 1000);
  EXPECT_EQ(shape(made.tree, plan(made.tree)),
            "/:512+0+0 a:512+5000+120 b:512+0+0 c:512+8192+0 | d:512+1000+24 ");
}

TEST(Planner, FillsAFrameToTheLastByte) {
  MadeTree made;
  made.file(kRootInode, "a", kBounds.small - 3 * kHeader);  // the root's, its own, and c's
  made.file(kRootInode, "c", 0);
  made.file(kRootInode, "d", 0);
  EXPECT_EQ(shape(made.tree, plan(made.tree)), "/:512+0+0 a:512+14848+0 c:512+0+0 | d:512+0+0 ");
}

TEST(Planner, PutsTheDataAloneInAFrameThatItFills) {
  MadeTree made;
  made.file(kRootInode, "a", kBounds.small);
  made.file(kRootInode, "b", 1);
  EXPECT_EQ(shape(made.tree, plan(made.tree)), "/:512+0+0 a:512+0+0 | a:0+16384+0 | b:512+1+511 ");
}

TEST(Planner, SplitsHeaderFromDataOnlyWhenBothExceedTheBound) {
  MadeTree made;
  made.file(kRootInode, "a", kBounds.small - kHeader);
  made.file(kRootInode, "b", kBounds.small - kHeader + 1);
  EXPECT_EQ(shape(made.tree, plan(made.tree)),
            "/:512+0+0 | a:512+15872+0 | b:512+0+0 | b:0+15873+511 ");
}

TEST(Planner, CutsALargeFileAndPacksOnBehindIt) {
  MadeTree made;
  made.file(kRootInode, "a", kBounds.small + 1);
  made.file(kRootInode, "b", 100);
  EXPECT_EQ(shape(made.tree, plan(made.tree)),
            "/:512+0+0 a:512+0+0 | a:0+8192+0 | a:0+8192+0 | a:0+1+511 b:512+100+412 ");
}

TEST(Planner, EndsAFrameWithALargeFileThatFillsIt) {
  MadeTree made;
  made.file(kRootInode, "a", 3 * kBounds.large);
  made.file(kRootInode, "b", 100);
  EXPECT_EQ(shape(made.tree, plan(made.tree)),
            "/:512+0+0 a:512+0+0 | a:0+8192+0 | a:0+8192+0 | a:0+8192+0 | b:512+100+412 ");
}

TEST(Planner, TakesALargeBoundAboveTheSmallOne) {
  MadeTree made;
  made.file(kRootInode, "a", 30000);
  made.file(kRootInode, "b", 100);
  EXPECT_EQ(shape(made.tree, plan(made.tree, nullptr, {.small = 8192, .large = 65536})),
            "/:512+0+0 a:512+0+0 | a:0+30000+208 | b:512+100+412 ");
}

TEST(Planner, CutsAHugeFileByABoundOfItsOwn) {
  MadeTree made;
  const InodeNumber large = made.file(kRootInode, "a", FrameBounds::kHugeFile);
  const InodeNumber huge = made.file(kRootInode, "b", FrameBounds::kHugeFile + 1);
  const auto plans =
      plan(made.tree, nullptr, {.small = 1 << 16, .large = 1 << 24, .huge = 3 << 22});
  EXPECT_EQ(shape(made.tree, plans),
            "/:512+0+0 a:512+0+0 | a:0+16777216+0 | a:0+16777216+0 | a:0+16777216+0 | "
            "a:0+16777216+0 | b:512+0+0 | b:0+12582912+0 | b:0+12582912+0 | b:0+12582912+0 | "
            "b:0+12582912+0 | b:0+12582912+0 | b:0+4194305+511 ");
  EXPECT_EQ(made.tree.inode(large).count, 1U);
  EXPECT_EQ(made.tree.inode(huge).count, 6U);
}

TEST(Planner, CutsHeadersThatExceedTheBound) {
  MadeTree made;
  InodeRecord record;
  record.mode = 0100644;
  record.size = 10;
  record.allocated = 10;
  record.xattr_set = *made.tree.xattrs().add(XattrSet({{"user.x", ByteVector(40'000)}}));
  made.add(kRootInode, "a", record);
  EXPECT_EQ(shape(made.tree, plan(made.tree)),
            "/:512+0+0 | a:16384+0+0 | a:16384+0+0 | a:8704+10+502 ");
}

TEST(Planner, NotesWhereDataBegins) {
  MadeTree made;
  const InodeNumber a = made.file(kRootInode, "a", 5000);
  const InodeNumber empty = made.file(kRootInode, "b", 0);
  const InodeNumber large = made.file(kRootInode, "c", kBounds.small + 5);
  const InodeNumber last = made.file(kRootInode, "d", 7);
  std::vector<std::uint32_t> frame_files;
  const auto plans = plan(made.tree, &frame_files);
  const auto place = [&](InodeNumber number) {
    return std::pair(made.tree.inode(number).data, made.tree.inode(number).count);
  };
  EXPECT_EQ(place(a), std::pair(std::uint64_t{2 * kHeader}, 0U));
  EXPECT_EQ(place(empty), std::pair(std::uint64_t{0}, 0U));
  const std::uint64_t begin = plans[1].begin.value;
  EXPECT_EQ(place(large), std::pair(begin, 1U));
  EXPECT_EQ(place(last), std::pair(begin + 2 * kBounds.large + 512 + kHeader, 3U));
  EXPECT_EQ(frame_files, std::vector<std::uint32_t>({a.value, large.value, last.value}));
  EXPECT_EQ(plans[1].first_file, 1U);
  EXPECT_EQ(plans[2].first_file, 2U);
  EXPECT_EQ(plans[3].first_file, 2U);
}

TEST(Planner, NotesWhereExtentsBegin) {
  MadeTree made;
  // 30,000 bytes of data: in frames of 8,192 from frame 1 on.
  const InodeNumber sparse = made.sparse_file(
      kRootInode, "a", 1 << 20, {{4096, 8000}, {65536, 192}, {131072, 20000}, {524288, 1808}});
  const auto plans = plan(made.tree);
  const std::uint64_t begin = plans[1].begin.value;
  const auto extents = std::as_const(made.tree).extents_of(made.tree.inode(sparse));
  std::vector<std::pair<std::uint64_t, std::uint32_t>> places;
  for (const ExtentRecord& extent : extents)
    places.emplace_back(extent.stream_offset, extent.frame);
  EXPECT_EQ(places, (std::vector<std::pair<std::uint64_t, std::uint32_t>>(
                        {{begin, 1}, {begin + 8000, 1}, {begin + 8192, 2}, {begin + 28192, 4}})));
}

TEST(Planner, MakesTheFirstNameInPathOrderTheFile) {
  // The scan meets "z" before "a/x", but in path order "a/x" is first.
  MadeTree made;
  const InodeNumber a = made.directory(kRootInode, "a");
  const InodeNumber linked = made.file(kRootInode, "z", 100);
  made.link(a, "x", linked);
  EXPECT_EQ(shape(made.tree, plan(made.tree)), "/:512+0+0 a:512+0+0 x:512+100+412 z:512+0+0 ");
  EXPECT_EQ(made.tree.path_of(made.tree.first_link(linked).value()), "a/x");
}

TEST(Planner, LeavesSocketsOutOfTheStream) {
  MadeTree made;
  made.of_type(kRootInode, "a", 0140755);
  made.of_type(kRootInode, "b", 0010644);
  EXPECT_EQ(shape(made.tree, plan(made.tree)), "/:512+0+0 b:512+0+0 ");
}

// Sizes around every bound, one after another: what the plan says must tile each member exactly.
TEST(Planner, PlacesEveryByteOnce) {
  MadeTree made;
  std::map<std::uint32_t, std::uint64_t> sizes;
  int number = 0;
  for (const std::uint64_t base :
       {0ULL, 512ULL, 7680ULL, 8192ULL, 15872ULL, 16384ULL, 24576ULL, 100'000ULL}) {
    for (const std::uint64_t size : {base, base + 1, base + 511, base + 512, base + 513}) {
      const InodeNumber inode = made.file(kRootInode, fmt::format("{:03}", number++), size);
      sizes[inode.value] = size;
    }
  }
  std::map<std::uint32_t, std::uint64_t> placed;
  std::map<std::uint32_t, std::uint32_t> frames;
  for (const FramePlan& frame : plan(made.tree)) {
    for (const FramePiece& piece : frame.pieces) {
      if (piece.data_length == 0) continue;
      const std::uint32_t inode = made.tree.inode_of(piece.link).value;
      EXPECT_EQ(piece.data_offset, placed[inode]);
      placed[inode] += piece.data_length;
      ++frames[inode];
      const bool last = placed[inode] == sizes[inode];
      EXPECT_EQ(piece.padding, last ? tar_padding(sizes[inode]) : 0);
    }
  }
  for (const auto& [inode, size] : sizes) {
    EXPECT_EQ(placed[inode], size);
    const bool small = size > 0 && size <= kBounds.small;
    EXPECT_TRUE(!small || frames[inode] == 1) << size;
  }
}

// The links of all of a made tree's files but the first, which are the copies of that one.
Duplicates copies_of_first(const Tree& tree) {
  std::vector<Link> links;
  for (const Link link : TreeWalk(tree)) {
    if (tree.inode(tree.inode_of(link)).is_regular()) links.push_back(link);
  }
  Duplicates duplicates;
  duplicates.add(links);
  return duplicates;
}

// Plans all, and finds the copies but `different` to be equal.
CopyCounts plan_copies(Tree& tree, InodeNumber different = {}) {
  tree.finish();
  Planner planner(tree, kBounds, FrontFiles(copies_of_first(tree)));
  FramePlan plan;
  while (*planner.next(plan)) {
  }
  VerifiedCopies verified;
  verified.note_difference(different);
  return planner.share_copies(verified);
}

TEST(Planner, SharesTheDataOfCopiesInOneFrame) {
  MadeTree made;
  const InodeNumber a = made.file(kRootInode, "a", 3000);
  const InodeNumber b = made.file(kRootInode, "b", 3000);
  const InodeNumber c = made.file(kRootInode, "c", 3000);
  const CopyCounts shared = plan_copies(made.tree);
  EXPECT_EQ(shared.files, 2U);
  EXPECT_EQ(shared.size, 6000U);
  EXPECT_EQ(made.tree.inode(a).data, 1024U);
  EXPECT_EQ(made.tree.inode(b).data, 1024U);
  EXPECT_EQ(made.tree.inode(c).data, 1024U);
}

TEST(Planner, SharesNothingFromACopyThatDiffersOn) {
  MadeTree made;
  made.file(kRootInode, "a", 1000);
  const InodeNumber b = made.file(kRootInode, "b", 1000);
  const InodeNumber c = made.file(kRootInode, "c", 1000);
  const InodeNumber d = made.file(kRootInode, "d", 1000);
  EXPECT_EQ(plan_copies(made.tree, c).files, 1U);
  EXPECT_EQ(made.tree.inode(b).data, 1024U);
  EXPECT_EQ(made.tree.inode(c).data, 1024U + 2 * 1536);
  EXPECT_EQ(made.tree.inode(d).data, 1024U + 3 * 1536);
}

TEST(Planner, BeginsAFrameForCopiesThatFitInOne) {
  MadeTree made;
  made.file(kRootInode, "a", 7400);
  made.file(kRootInode, "b", 7400);
  made.directory(kRootInode, "c");
  EXPECT_EQ(plan_copies(made.tree).files, 1U);
  EXPECT_EQ(made.tree.inode(InodeNumber{2}).count, 1U);
}

// The entries of the root of those indices come first.
FrontFiles leading_files(std::initializer_list<std::uint32_t> entries) {
  FrontFiles front;
  for (const std::uint32_t entry : entries) front.groups.add(std::vector{Link{kRootInode, entry}});
  return front;
}

TEST(Planner, GivesListedFilesFramesOfTheirOwn) {
  MadeTree made;
  for (const char* name : {"a", "b", "c"}) made.file(kRootInode, name, 100);
  FrontFiles front = leading_files({2, 1});
  front.listed = 2;
  EXPECT_EQ(shape(made.tree, plan(made.tree, nullptr, kBounds, front)),
            "/:512+0+0 c:512+100+412 b:512+100+412 | a:512+100+412 ");
}

TEST(Planner, BeginsFramesWithListedFilesAlone) {
  MadeTree made;
  for (const char* name : {"a", "b", "c"}) made.file(kRootInode, name, 100);
  FrontFiles front = leading_files({2, 1});
  front.listed = 1;
  EXPECT_EQ(shape(made.tree, plan(made.tree, nullptr, kBounds, front)),
            "/:512+0+0 c:512+100+412 | b:512+100+412 a:512+100+412 ");
}

TEST(Planner, CutsLargeListedFilesWhereFramesAreFull) {
  MadeTree made;
  made.file(kRootInode, "a", 100);
  made.file(kRootInode, "b", 40000);
  made.file(kRootInode, "c", 100);
  FrontFiles front = leading_files({0, 1, 2});
  front.listed = 3;
  EXPECT_EQ(shape(made.tree, plan(made.tree, nullptr, kBounds, front)),
            "/:512+0+0 a:512+100+412 b:512+14336+0 | b:0+16384+0 | b:0+9280+448 c:512+100+412 ");
}

TEST(Planner, NotesWhereExtentsOfListedFilesBegin) {
  MadeTree made;
  // 40,000 bytes of data: 15,360 of them in frame 0, behind two headers.
  const InodeNumber sparse = made.sparse_file(
      kRootInode, "a", 1 << 20, {{0, 15360}, {65536, 16384}, {131072, 100}, {524288, 8156}});
  FrontFiles front = leading_files({0});
  front.listed = 1;
  const auto plans = plan(made.tree, nullptr, kBounds, front);
  ASSERT_EQ(plans[0].pieces.back().data_length,
            kBounds.small - plans[0].pieces.back().header_length - kHeader);
  for (const ExtentRecord& extent : made.tree.extents_of(made.tree.inode(sparse))) {
    const FramePlan& frame = plans.at(extent.frame);
    EXPECT_GE(extent.stream_offset, frame.begin.value);
    EXPECT_LT(extent.stream_offset, frame.begin.value + frame.size);
  }
}

TEST(Planner, CutsHugeListedFilesAsOthers) {
  MadeTree made;
  made.file(kRootInode, "a", FrameBounds::kHugeFile + 1);
  FrontFiles front = leading_files({0});
  front.listed = 1;
  const FrameBounds bounds{.small = 1 << 20, .large = 1 << 20, .huge = 1 << 19};
  const auto plans = plan(made.tree, nullptr, bounds, front);
  EXPECT_EQ(plans[0].size, 2 * kHeader);
  EXPECT_EQ(plans[1].size, bounds.huge);
}

TEST(Planner, KeepsTogetherWhatFitsInAFrame) {
  MadeTree made;
  for (const char* name : {"a", "b", "c"}) made.file(kRootInode, name, 7000);
  FrontFiles front = leading_files({0, 1, 2});
  front.together = {0, 15360};
  EXPECT_EQ(shape(made.tree, plan(made.tree, nullptr, kBounds, front)),
            "/:512+0+0 a:512+7000+168 | b:512+7000+168 c:512+7000+168 ");
}

TEST(Planner, SharesNothingAcrossFrames) {
  MadeTree made;
  for (const char* name : {"a", "b", "c", "d"}) made.file(kRootInode, name, 7000);
  // Two fit in each frame, but not all four: those of the second frame share with each other.
  EXPECT_EQ(plan_copies(made.tree).files, 2U);
  const auto data = [&](std::uint32_t inode) { return made.tree.inode(InodeNumber{inode}).data; };
  EXPECT_EQ(data(2), data(3));
  EXPECT_EQ(data(4), data(5));
  EXPECT_NE(data(2), data(4));
}

}  // namespace
}  // namespace zvfs
