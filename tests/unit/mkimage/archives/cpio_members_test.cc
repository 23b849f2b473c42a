#include "mkimage/archives/cpio_members.h"

#include <string>

#include <gtest/gtest.h>
#define ZLIB_CONST  // for input that is not changed
#include <zlib.h>

#include "tests/support/byte_runs.h"

namespace zvfs {
namespace {

/// A cpio archive of SVR4's format, made by hand.
class MadeCpio {
 public:
  struct Header {
    unsigned mode = 0100644;
    unsigned inode = 1;
    unsigned nlink = 1;
    unsigned sum = 0;
    std::string_view magic = "070701";
  };

  void member(const std::string& name, const std::string& content, const Header& header) {
    bytes += header.magic;
    for (const std::size_t field : std::initializer_list<std::size_t>{
             header.inode, header.mode, 1000, 100, header.nlink, 1'600'000'000, content.size(), 0,
             9, 4, 5, name.size() + 1, header.sum}) {
      bytes += fmt::format("{:08X}", field);
    }
    bytes += name + '\0';
    pad();
    bytes += content;
    pad();
  }
  void file(const std::string& name, const std::string& content) { member(name, content, {}); }
  void end() { member("TRAILER!!!", "", {.mode = 0}); }

  std::string bytes;

 private:
  void pad() { bytes.resize((bytes.size() + 3) / 4 * 4); }
};

std::string gzip(const std::string& content) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(::deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

// A line for each member, with its data; then what was said, or the error.
std::string list(const std::string& archive, std::size_t run = 13, bool read_data = true) {
  std::string lines;
  Warnings warnings([&](const Warning& warning) { lines += fmt::format("[{}]", warning.message); });
  CpioMembers members(
      std::make_shared<BufferedStream>(std::make_unique<testing::ByteRuns>(archive, run)), nullptr,
      warnings);
  while (true) {
    const auto member = members.next();
    if (!member) return lines + member.error().message;
    if (!*member) return lines;
    const TarEntry& entry = *(*member)->entry;
    lines += fmt::format("{} {} {}", static_cast<char>(entry.type), entry.path, entry.link_path);
    while (read_data) {
      const auto block = members.read();
      if (!block) return lines + block.error().message;
      if (block->at_end) break;
      lines += as_text(block->bytes);
    }
    lines += '\n';
  }
}

TEST(CpioMembers, ReadsMembersInRunsOfAnySize) {
  MadeCpio cpio;
  cpio.member("dir", "", {.mode = 040755, .inode = 2, .nlink = 2});
  cpio.file("dir/file", "content");
  cpio.member("link", "target", {.mode = 0120777, .inode = 3});
  cpio.member("a", "", {.inode = 4, .nlink = 2});
  cpio.member("b", "both", {.inode = 4, .nlink = 2});
  cpio.end();
  cpio.bytes.append(512, '\0');
  for (std::size_t run = 1; run < 200; ++run) {
    EXPECT_EQ(list(cpio.bytes, run),
              "5 dir \n0 dir/file content\n2 link target\n0 a \n1 b aboth\n");
  }
}

TEST(CpioMembers, ReadsAllFieldsOfAllFormats) {
  MadeCpio cpio;
  cpio.member("device", "", {.mode = 020640});
  const std::string portable =
      "070707"
      "000011"
      "000001"
      "020640"
      "001750"
      "000144"
      "000001"
      "002005"
      "13727410000"
      "000007"
      "00000000000" +
      std::string("device\0", 7);
  std::string binary;
  for (const unsigned field : {070707U, 9U, 1U, 020640U, 1000U, 100U, 1U, 4U << 8 | 5U,
                               1'600'000'000U >> 16, 1'600'000'000U & 0xFFFF, 7U, 0U, 0U}) {
    binary += static_cast<char>(field & 0xFF);
    binary += static_cast<char>(field >> 8);
  }
  binary += std::string("device\0\0", 8);
  std::string big_endian = binary;
  for (std::size_t i = 0; i < 26; i += 2) std::swap(big_endian[i], big_endian[i + 1]);
  for (const std::string& archive : {cpio.bytes, portable, binary, big_endian}) {
    Warnings warnings({});
    CpioMembers members(
        std::make_shared<BufferedStream>(std::make_unique<testing::ByteRuns>(archive, 100)),
        nullptr, warnings);
    const auto member = members.next();
    ASSERT_TRUE(member && *member) << archive;
    const TarEntry& entry = *(*member)->entry;
    EXPECT_EQ(entry.path, "device");
    EXPECT_EQ(entry.type, TarMember::Type::kCharacterDevice);
    EXPECT_EQ(entry.metadata.permissions, 0640);
    EXPECT_EQ(entry.metadata.uid, 1000U);
    EXPECT_EQ(entry.metadata.gid, 100U);
    EXPECT_EQ(entry.metadata.mtime.seconds, 1'600'000'000);
    EXPECT_EQ(entry.device_major, 4U);
    EXPECT_EQ(entry.device_minor, 5U);
  }
}

TEST(CpioMembers, ReadsTimesOf33Bits) {
  const std::string archive =
      "070707000011000001100644000000000000000001000000"
      "77777777777"
      "000002"
      "00000000000" +
      std::string("a\0", 2);
  Warnings warnings({});
  CpioMembers members(
      std::make_shared<BufferedStream>(std::make_unique<testing::ByteRuns>(archive, 100)), nullptr,
      warnings);
  const auto member = members.next();
  ASSERT_TRUE(member && *member);
  EXPECT_EQ((*member)->entry->metadata.mtime.seconds, 8'589'934'591);
}

TEST(CpioMembers, ChecksSums) {
  const std::string content = "\xFF and more";
  unsigned sum = 0;
  for (const char c : content) sum += static_cast<unsigned char>(c);
  for (const bool read_data : {true, false}) {
    MadeCpio cpio;
    cpio.member("a", content, {.sum = sum, .magic = "070702"});
    cpio.member("link", "target", {.mode = 0120777, .magic = "070702"});  // has none
    cpio.end();
    EXPECT_EQ(list(cpio.bytes, 5, read_data).find("sum"), std::string::npos);
    cpio.bytes.replace(cpio.bytes.find("more"), 4, "less");
    EXPECT_NE(
        list(cpio.bytes, 5, read_data)
            .find(fmt::format("cpio archive, at 0: the sum of its bytes is {:08x}, not {:08x}",
                              sum + 'l' + 'e' + 's' + 's' - 'm' - 'o' - 'r' - 'e', sum)),
        std::string::npos);
  }
}

TEST(CpioMembers, ShowsArchivesInARow) {
  MadeCpio first;
  first.member("kernel", "microcode", {.inode = 7, .nlink = 2});
  first.end();
  MadeCpio second;
  second.member("init", "main", {.inode = 7, .nlink = 2});  // no name of the first's file
  second.end();
  const std::string expected = "0 kernel microcode\n0 init main\n";
  const std::string zeros(1000, '\0');
  for (const std::string& rest : {second.bytes, gzip(second.bytes), gzip(zeros + second.bytes),
                                  zeros + gzip(second.bytes) + zeros}) {
    EXPECT_EQ(list(first.bytes + rest), expected);
  }
  EXPECT_EQ(list(first.bytes + gzip(second.bytes) + first.bytes),
            expected + "0 kernel microcode\n");
  EXPECT_EQ(list(first.bytes + gzip(second.bytes) + zeros + gzip(first.bytes)),
            expected + "0 kernel microcode\n");
}

TEST(CpioMembers, SaysWhatItLeavesOut) {
  MadeCpio cpio;
  cpio.file("a", "b");
  cpio.end();
  const std::string said = fmt::format(
      "0 a b\n[data after the end of the cpio archive, at {}, is left out]", cpio.bytes.size());
  for (const std::string& rest : {std::string("junk"), gzip("junk"), gzip("")}) {
    EXPECT_EQ(list(cpio.bytes + rest), said);
  }
}

TEST(CpioMembers, BoundsArchivesWithinArchives) {
  MadeCpio cpio;
  cpio.file("a", "b");
  cpio.end();
  std::string nested;
  for (unsigned i = 0; i < 12; ++i) nested = cpio.bytes + (nested.empty() ? "" : gzip(nested));
  EXPECT_NE(list(nested).find("more than 8 cpio archives within another"), std::string::npos);
}

TEST(CpioMembers, RefusesWhatIsDamagedOrTruncated) {
  MadeCpio cpio;
  cpio.file("a", "content");
  const std::size_t second = cpio.bytes.size();
  cpio.member("link", "target", {.mode = 0120777, .inode = 3});
  cpio.end();
  for (std::size_t size = 6; size < cpio.bytes.size(); ++size) {
    EXPECT_NE(list(cpio.bytes.substr(0, size)).find("it is truncated"), std::string::npos) << size;
  }
  std::string damaged = cpio.bytes;
  damaged[second] = '1';
  EXPECT_EQ(list(damaged),
            fmt::format("0 a content\ncpio archive, at {}: no header where one must be", second));
  damaged = cpio.bytes;
  damaged[second + 10] = 'g';
  EXPECT_NE(list(damaged).find("a header with fields not numbers"), std::string::npos);
  damaged = cpio.bytes;
  damaged.replace(second + 94, 8, "00200000");  // the size of the name
  EXPECT_NE(list(damaged).find("a name of 2097152 bytes exceeds 1048576"), std::string::npos);
}

}  // namespace
}  // namespace zvfs
