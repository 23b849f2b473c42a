#include "zvfs/repair/stream_salvage.h"

#include <string>

#include <gtest/gtest.h>

#include "tar/tar_header.h"
#include "tar/tar_member.h"

namespace zvfs::testing {
namespace {

// A member as mkimage writes it, or, with `owner`, as tar does.
std::string member(std::string_view path, std::size_t size, std::string_view owner = "") {
  TarMember described;
  described.path = path;
  described.type = path.ends_with('/') ? TarMember::Type::kDirectory : TarMember::Type::kFile;
  described.metadata.permissions = 0644;
  described.size = size;
  ByteVector bytes;
  append_tar_header(described, bytes);
  std::string text(as_text(bytes));
  text.replace(265, owner.size(), owner);
  unsigned sum = 0;
  text.replace(148, 8, "        ");
  for (const char c : text) sum += static_cast<unsigned char>(c);
  text.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
  return text + std::string(size, 'd') + std::string(tar_padding(size), '\0');
}

const std::string kEnd(kTarEndSize, '\0');

// Salvages frames; those that follow a gap begin with '!'.
struct Salvage {
  explicit Salvage(std::initializer_list<std::string> frames) {
    StreamSalvage salvage(nullptr, true,
                          [this](std::string_view path) { dropped.emplace_back(path); });
    for (const std::string& frame : frames) {
      const bool gap = frame.starts_with('!');
      salvage.begin_frame(gap, std::nullopt);
      const std::string content = frame.substr(gap ? 1 : 0);
      salvage.take(as_bytes(content));
      stream += content;
    }
    plan = salvage.finish();
    for (const FoundRange& range : plan.kept) {
      kept += stream.substr(range.begin, range.end - range.begin);
    }
  }
  SalvagePlan plan;
  std::vector<std::string> dropped;
  std::string stream;
  std::string kept;
};

TEST(StreamSalvage, KeepsAllOfAWholeArchive) {
  const Salvage salvage({member("./", 0) + member("a", 700), member("b", 0) + kEnd});
  EXPECT_TRUE(salvage.plan.is_whole);
  EXPECT_EQ(salvage.kept, salvage.stream);
  EXPECT_TRUE(salvage.plan.is_ours);
  EXPECT_EQ(salvage.plan.paths.count(path_key("/./b")), 1U);
}

TEST(StreamSalvage, DropsTheMemberBeforeAGap) {
  const std::string b = member("b", 2000);
  const Salvage salvage(
      {member("./", 0) + member("a", 700) + b.substr(0, 1024), "!" + member("c", 5) + kEnd});
  EXPECT_FALSE(salvage.plan.is_whole);
  EXPECT_EQ(salvage.dropped, std::vector<std::string>{"b"});
  EXPECT_EQ(salvage.kept, member("./", 0) + member("a", 700) + member("c", 5));
  EXPECT_TRUE(salvage.plan.resumed);
}

TEST(StreamSalvage, SearchesTheNextHeaderBehindAGap) {
  const std::string lost = member("lost", 3000).substr(1024);
  const Salvage salvage({member("./", 0), "!" + lost + member("c", 5) + kEnd});
  EXPECT_EQ(salvage.kept, member("./", 0) + member("c", 5));
}

// A file whose header is lost is an archive of another program, within the one that mkimage made.
TEST(StreamSalvage, TakesNoForeignHeadersForItsOwn) {
  const std::string inner = member("inner/file", 600, "root") + member("inner/more", 0, "root");
  const Salvage salvage({member("./", 0), "!" + inner, member("z", 5) + kEnd});
  EXPECT_EQ(salvage.kept, member("./", 0) + member("z", 5));
}

// A lost extended header may have given it another name.
TEST(StreamSalvage, DropsTheFirstMemberBehindAGapOfAForeignArchive) {
  const Salvage salvage(
      {member("a", 5, "root"), "!" + member("b", 5, "root") + member("c", 5, "root") + kEnd});
  EXPECT_FALSE(salvage.plan.is_ours);
  EXPECT_EQ(salvage.dropped, std::vector<std::string>{"b"});
  EXPECT_EQ(salvage.kept, member("a", 5, "root") + member("c", 5, "root"));
}

TEST(StreamSalvage, DropsWhatIsCutShort) {
  const Salvage salvage({member("./", 0) + member("a", 700), member("b", 2000).substr(0, 1500)});
  EXPECT_EQ(salvage.dropped, std::vector<std::string>{"b"});
  EXPECT_EQ(salvage.kept, member("./", 0) + member("a", 700));
  EXPECT_FALSE(salvage.plan.has_end_mark);
}

TEST(StreamSalvage, GoesOnBehindABrokenHeader) {
  std::string broken = member("b", 0);
  broken[0] ^= 1;  // its checksum is wrong
  const Salvage salvage({member("./", 0) + broken + member("c", 5) + kEnd});
  EXPECT_EQ(salvage.kept, member("./", 0) + member("c", 5));
  EXPECT_FALSE(salvage.plan.is_whole);
}

}  // namespace
}  // namespace zvfs::testing
