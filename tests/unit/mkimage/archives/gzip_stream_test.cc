#include "mkimage/archives/gzip_stream.h"

#include <string>
#include <zlib.h>

#include <gtest/gtest.h>

#include "mkimage/archives/decompressed_file.h"
#include "tests/support/byte_runs.h"

namespace zvfs {
namespace {

std::string little_endian(std::uint32_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof(number)};
}

// A gzip member of one stored block, in which each flipped bit is a flipped bit of the content.
std::string stored(const std::string& content) {
  const auto size = static_cast<std::uint16_t>(content.size());
  const auto inverse = static_cast<std::uint16_t>(~size);
  std::string member("\x1F\x8B\x08\0\0\0\0\0\0\x03\x01", 11);
  member.append(reinterpret_cast<const char*>(&size), 2);
  member.append(reinterpret_cast<const char*>(&inverse), 2);
  member += content;
  const auto* const bytes = reinterpret_cast<const Bytef*>(content.data());
  member += little_endian(static_cast<std::uint32_t>(::crc32(0, bytes, size)));
  return member + little_endian(size);
}

// What comes out of a file, or why nothing does, and the notes about it.
std::string content_of(const std::string& file, std::size_t run = 7) {
  std::string out;
  Warnings warnings([&](const Warning& warning) { out += fmt::format("[{}]", warning.message); });
  auto opened = DecompressedFile::open(std::make_unique<testing::ByteRuns>(file, run), warnings);
  if (!opened) return opened.error().message;
  while (true) {
    const auto bytes = (*opened)->next();
    if (!bytes) return bytes.error().message;
    if (bytes->empty()) return out;
    out += as_text(*bytes);
  }
}

TEST(GzipStream, DecompressesMembersInRunsOfAnySize) {
  const std::string two = stored("first ") + stored("second");
  for (std::size_t run = 1; run <= two.size(); ++run)
    EXPECT_EQ(content_of(two, run), "first second");
  EXPECT_EQ(content_of(stored("")), "");
  EXPECT_EQ(content_of(stored(two)), "first second") << "compressed twice";
}

TEST(GzipStream, FindsEveryFlippedBitOfTheContentAndItsSums) {
  const std::string whole = stored("content") + stored("more");
  const std::size_t first = stored("content").size();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const std::size_t in_member = i < first ? i : i - first;
    const bool is_metadata = in_member >= 4 && in_member < 10;  // time, level, system
    if (i < 4 || is_metadata) continue;
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const std::string found = content_of(damaged);
      // Some bits of the flags and of the block's header have no meaning.
      if ((in_member == 3 || in_member == 10) && found == "contentmore") continue;
      EXPECT_EQ(found.find("gzip data is damaged, before "), 0U)
          << i << "." << bit << ": " << found;
    }
  }
}

TEST(GzipStream, SaysWhatIsWrongAndWhere) {
  std::string damaged = stored("1000 EUR");
  damaged[15] = '9';
  EXPECT_EQ(content_of(damaged), "gzip data is damaged, before 27: incorrect data check");
  damaged = stored("1000 EUR");
  damaged.back() = '\1';
  EXPECT_EQ(content_of(damaged), "gzip data is damaged, before 31: incorrect length check");
}

TEST(GzipStream, RefusesTruncatedData) {
  const std::string whole = stored("content");
  for (std::size_t size = GzipStream::kMagicSize; size < whole.size(); ++size) {
    EXPECT_EQ(content_of(whole.substr(0, size)),
              fmt::format("gzip data is damaged, before {}: it is truncated", size));
  }
}

TEST(GzipStream, RefusesASecondMemberOfWhichOnlyTheMagicIsLeft) {
  for (const std::string cut : {"\x1F", "\x1F\x8B", "\x1F\x8B\x08"}) {
    const std::string file = stored("content") + cut;
    const std::size_t known = cut.size() < 3 ? stored("content").size() : file.size();
    EXPECT_EQ(content_of(file),
              fmt::format("gzip data is damaged, before {}: it is truncated", known));
  }
}

TEST(GzipStream, AcceptsWhatFollowsTheLastMember) {
  const std::string zeros(1000, '\0');
  EXPECT_EQ(content_of(stored("content") + zeros), "content");
  EXPECT_EQ(content_of(stored("a") + zeros + stored("b")), "ab");
  const std::string note = "[data after the end of the gzip data, at {}, is ignored]";
  for (const std::string junk :
       {"x", "junk", "\x1E", "\x1F\x8A", "\x1F\x8A\x07", "PK\3\4 and so on"}) {
    EXPECT_EQ(content_of(stored("content") + junk),
              "content" + fmt::format(fmt::runtime(note), stored("content").size()));
  }
}

TEST(DecompressedFile, BoundsTheLayersOfCompression) {
  std::string file = "content";
  for (unsigned i = 0; i < 16; ++i) file = stored(file);
  EXPECT_EQ(content_of(file), "content");
  EXPECT_EQ(content_of(stored(file)), "it is compressed more than 16 times");
}

}  // namespace
}  // namespace zvfs
