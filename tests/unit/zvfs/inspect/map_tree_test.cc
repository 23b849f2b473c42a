// zvfs map: the tree that it draws, its encoding, and that no text escapes into the page.
#include "zvfs/inspect/map_tree.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "zvfs/inspect/map_encoding.h"
#include "zvfs/inspect/map_page.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

using testing::ImageForge;
using Kind = MapNode::Kind;

std::unique_ptr<Image> open(const ImageForge& forge) {
  return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

void walk(const Image& image, MapTree& tree) {
  Selection everything = Selection::parse({}).value();
  SelectedWalk(image, everything, tree).run().value();
}

MapTree tree_of(const Image& image, const MapLimits& limits = {}) {
  MapTree tree(image, limits, [](std::string_view path, const Error&) { FAIL() << path; });
  walk(image, tree);
  return tree;
}

double coded_bytes(const MapTree& tree) {
  double sum = 0;
  for (const MapNode& node : tree.nodes()) sum += node.coded_bytes;
  return sum;
}

std::string names(const MapTree& tree) {
  std::string names;
  for (const MapNode& node : tree.nodes()) names += node.name + "|";
  return names;
}

TEST(MapTree, HasTheRegularFilesInPathOrder) {
  const auto image = open({});
  const MapTree tree = tree_of(*image);
  EXPECT_EQ(names(tree), "|big|dir|deep|empty|hard|sparse|");
  EXPECT_EQ(tree.nodes()[0].members, 5U);
  EXPECT_EQ(tree.nodes()[2].kind, Kind::kDirectory);
  EXPECT_EQ(tree.nodes()[2].members, 1U);
  EXPECT_EQ(tree.threshold(), 0);
  EXPECT_LE(coded_bytes(tree), static_cast<double>(image->header().data_size));
}

TEST(MapTree, CountsDataThatSeveralNamesShareOnce) {
  const auto image = open({});
  const MapTree tree = tree_of(*image);
  const MapNode& deep = tree.nodes()[3];
  const MapNode& hard = tree.nodes()[5];
  EXPECT_GT(deep.coded_bytes, 0);
  EXPECT_EQ(hard.coded_bytes, 0);
  EXPECT_TRUE(hard.has_data);
  EXPECT_EQ(hard.first_frame, deep.first_frame);
}

TEST(MapTree, MergesWhatIsTooSmall) {
  const auto image = open({});
  const double all = coded_bytes(tree_of(*image));
  for (const std::uint32_t largest : {1U, 2U, 3U, 10U, 100U}) {
    const MapTree tree = tree_of(*image, {.all_files = 1, .largest_files = largest});
    EXPECT_NEAR(coded_bytes(tree), all, 1e-6);
    std::uint64_t files = 0;
    std::uint64_t members = 0;
    for (const MapNode& node : tree.nodes()) {
      if (node.kind == Kind::kFile) {
        ++files;
        EXPECT_GE(node.coded_bytes, tree.threshold());
      }
      if (node.kind == Kind::kRest) files += node.members;
      if (node.kind == Kind::kDirectory) members += node.members;
    }
    EXPECT_EQ(files, 5U);
    EXPECT_EQ(members + 1, tree.nodes().size());
  }
  const MapTree one = tree_of(*image, {.all_files = 1, .largest_files = 1});
  ASSERT_EQ(one.nodes().size(), 2U);
  EXPECT_EQ(one.nodes()[1].kind, Kind::kRest);
  EXPECT_EQ(one.nodes()[1].first_frame.value, 0U);
  EXPECT_EQ(one.nodes()[1].last_frame.value, 4U);
}

TEST(MapTree, TellsWhatItCannotRead) {
  ImageForge forge;
  forge.inode(2).data = 1 << 30;
  const auto image = open(forge);
  std::string lost;
  MapTree tree(*image, {}, [&](std::string_view path, const Error&) { lost += path; });
  walk(*image, tree);
  EXPECT_EQ(lost, "big");
  EXPECT_EQ(names(tree), "|dir|deep|empty|hard|sparse|");
}

TEST(MapEncoding, IsAsDescribed) {
  MapNode root;
  root.kind = Kind::kDirectory;
  root.members = 3;
  MapNode file;
  file.name = "ab";
  file.size = 300;
  file.coded_bytes = 127.6;
  file.has_data = true;
  file.first_frame = {5};
  file.last_frame = {7};
  MapNode empty;
  empty.name = "c";
  MapNode rest;
  rest.kind = Kind::kRest;
  rest.members = 2;
  rest.has_data = true;
  rest.first_frame = {4};
  rest.last_frame = {4};
  const std::vector<MapNode> nodes = {root, file, empty, rest};
  const std::string expected(
      "\x06\0"  // a directory of three
      "\0\x02"
      "ab"
      "\xac\x02\x80\x01\x0a\x02"  // 300 in 128, from frame 0 + 5 on
      "\x01\x01"
      "c"
      "\0\0"
      "\x02\x02\0\0\0\x01\0",  // two files, at frame 5 - 1
      2 + 10 + 5 + 7);
  EXPECT_EQ(encode_map_nodes(nodes), expected);
}

TEST(MapEncoding, GroupsFrames) {
  const auto image = open({});
  EXPECT_EQ(choose_frames_per_cell(0), 1U);
  EXPECT_EQ(choose_frames_per_cell(32'768), 1U);
  EXPECT_EQ(choose_frames_per_cell(32'769), 2U);
  EXPECT_EQ(choose_frames_per_cell(0x07FF'FFFF), 4096U);
  const std::string all = encode_map_frames(*image, 100).value();
  // One cell, of kind stored, since that takes most; 3,104 bytes decoded.
  EXPECT_EQ(all.front(), '\x01');
  EXPECT_EQ(all.substr(all.size() - 2), "\xa0\x18");
  EXPECT_GT(encode_map_frames(*image, 1)->size(), all.size());
}

TEST(MapPage, HoldsNoTextOfTheImage) {
  ImageForge forge;
  const std::string evil =
      "</script>";  // no name can hold a slash, but all texts are embedded in the same way
  const auto image = open(forge);
  const std::string page =
      make_map_page(*image, tree_of(*image), "<!--" + evil + "{{nodes}}").value();
  const std::string bare = make_map_page(*image, tree_of(*image), "x").value();
  const auto scripts = [](std::string_view text) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find("</script>", at)) != text.npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(scripts(page), scripts(bare));
  EXPECT_EQ(page.find("{{"), page.npos);
  EXPECT_EQ(page.find("http"), page.find("http-equiv"));
}

}  // namespace
}  // namespace zvfs
