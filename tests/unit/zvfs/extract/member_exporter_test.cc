#include "zvfs/extract/member_exporter.h"

#include <atomic>

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

using testing::ImageForge;

using Lines = std::vector<std::string>;

// A member as its ustar header has it; extended headers are passed over.
struct Member {
  std::string name;
  char type;
  std::string link;
  std::string data;
};

// What an export wrote, taken apart by hand.
struct Export {
  std::string bytes;
  Lines messages;
  bool is_whole = false;
  std::vector<Member> members;

  explicit Export(const ImageForge& forge, const Lines& operands = {}) {
    const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
    TarExport to;
    to.write = [&](ByteSpan written) -> Result<void> {
      bytes += as_text(written);
      return {};
    };
    to.message = [&](std::string_view line) { messages.emplace_back(line); };
    std::atomic<std::uint64_t> bytes_done = 0;
    to.bytes_done = &bytes_done;
    MemberExporter exporter(*image, to, 1 << 20);
    Selection selection = Selection::parse(operands).value();
    EXPECT_TRUE(SelectedWalk(*image, selection, exporter).run());
    EXPECT_TRUE(exporter.finish());
    is_whole = exporter.is_whole();
    EXPECT_EQ(bytes_done, bytes.size());
    take_apart();
  }

  [[nodiscard]] Lines names() const {
    Lines names;
    for (const Member& member : members) names.push_back(member.name);
    return names;
  }
  [[nodiscard]] const Member& at(std::string_view name) const {
    for (const Member& member : members) {
      if (member.name == name) return member;
    }
    throw std::out_of_range(std::string(name));
  }

 private:
  void take_apart() {
    std::size_t at = 0;
    while (at + 512 <= bytes.size() && bytes[at] != '\0') {
      const auto field = [&](std::size_t offset, std::size_t size) {
        const std::string text = bytes.substr(at + offset, size);
        return text.substr(0, text.find('\0'));
      };
      EXPECT_EQ(field(257, 6), "ustar");
      const std::size_t size = std::stoul(field(124, 12), nullptr, 8);
      const char type = bytes[at + 156];
      if (type != 'x')
        members.push_back({field(0, 100), type, field(157, 100), bytes.substr(at + 512, size)});
      at += 512 + (size + 511) / 512 * 512;
    }
    EXPECT_EQ(bytes.substr(at), std::string(bytes.size() - at, '\0'));
    EXPECT_GE(bytes.size() - at, 1024U);  // two blocks of zeros end an archive
    EXPECT_EQ(bytes.size() % 512, 0U);
  }
};

std::string content_of(const ImageForge& forge, std::uint32_t number) {
  const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
  const auto bytes = testing::read_whole(*image, image->inode({number}).value()).value();
  return std::string(as_text(bytes));
}

TEST(MemberExporter, WritesAllMembersInPathOrder) {
  const Export all((ImageForge()));
  ASSERT_EQ(all.members.size(), 9U);
  const Lines names = all.names();
  EXPECT_EQ(Lines(names.begin(), names.begin() + 8),
            (Lines{"./", "big", "dir/", "dir/deep", "empty", "hard", "link", "null"}));
  EXPECT_NE(names[8].find("sparse"), std::string::npos);
  std::string types;
  for (const Member& member : all.members) types += member.type;
  EXPECT_EQ(types, "505001230");
  EXPECT_EQ(all.at("hard").link, "dir/deep");
  EXPECT_EQ(all.at("link").link, "dir/deep");
  EXPECT_TRUE(all.is_whole);
  EXPECT_EQ(all.messages, Lines());
}

TEST(MemberExporter, WritesContents) {
  const ImageForge forge;
  const Export all(forge);
  EXPECT_EQ(all.at("big").data, content_of(forge, 2));
  EXPECT_EQ(all.at("dir/deep").data, content_of(forge, 7));
  EXPECT_EQ(all.at("hard").data, "");
  // Of the sparse file, a map and the data of its extents.
  const std::string whole = content_of(forge, 6);
  const std::string& sparse = all.members.at(8).data;
  EXPECT_LT(sparse.size(), 2000U);
  EXPECT_NE(sparse.find(whole.substr(1000, 50) + whole.substr(5000, 26)), std::string::npos);
}

TEST(MemberExporter, WritesWhatWasChosen) {
  EXPECT_EQ(Export({}, {"dir/deep"}).names(), Lines{"dir/deep"});
  EXPECT_EQ(Export({}, {"dir", "empty"}).names(), (Lines{"dir/", "dir/deep", "empty"}));
  // A hard link is the file where the other name is left out.
  const Export hard({}, {"hard"});
  ASSERT_EQ(hard.names(), Lines{"hard"});
  EXPECT_EQ(hard.members[0].type, '0');
  EXPECT_EQ(hard.members[0].data.size(), 50U);
}

TEST(MemberExporter, LeavesOutSockets) {
  ImageForge forge;
  forge.inode(8).mode = 0140644;
  forge.inode(8).data = 0;
  const Export all(forge);
  EXPECT_EQ(all.members.size(), 8U);
  EXPECT_EQ(all.messages, Lines{"null: socket left out; tar cannot store sockets"});
  EXPECT_TRUE(all.is_whole);  // nothing is lost that could be there
}

TEST(MemberExporter, TellsOfWhatIsLost) {
  ImageForge forge;
  forge.inode(2).data = 1 << 30;  // beyond the stream
  const Export all(forge);
  EXPECT_FALSE(all.is_whole);
  EXPECT_EQ(all.members.size(), 8U);
  ASSERT_EQ(all.messages.size(), 1U);
  EXPECT_EQ(all.messages[0].find("big: "), 0U) << all.messages[0];
}

TEST(MemberExporter, LinksToNoNameThatIsLost) {
  ImageForge forge;
  forge.inode(7).data = 1 << 30;
  const Export all(forge);
  EXPECT_FALSE(all.is_whole);
  EXPECT_EQ(all.members.size(), 7U);  // neither name is there
  EXPECT_EQ(all.messages.size(), 2U);
}

TEST(MemberExporter, WritesManyMembersInBatches) {
  ImageForge forge;
  forge.inode(3).data = forge.dentries.size();
  forge.inode(3).count = 10'000;
  for (std::uint32_t i = 0; i < 10'000; ++i) {  // names of empty and of big in turn
    forge.dentries.push_back(
        {forge.add_string(fmt::format("{:05}", i)), i % 2 == 0 ? 4U : 2U, 5, FileType::kRegular});
  }
  const Export all(forge, {"dir"});
  ASSERT_EQ(all.members.size(), 10'001U);
  const std::string big = content_of(forge, 2);
  for (std::size_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(all.members[i + 1].name, fmt::format("dir/{:05}", i));
    ASSERT_TRUE(all.members[i + 1].data == (i % 2 == 0 ? "" : big)) << i;
  }
}

}  // namespace
}  // namespace zvfs
