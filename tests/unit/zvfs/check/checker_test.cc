// zvfs check: breaks each rule of the format once, and expects the right problem.
#include "zvfs/check/checker.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/forgeries.h"
#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

using testing::ImageForge;

struct Findings {
  std::vector<std::string> problems;
  std::vector<std::string> files;
  bool failed = false;  // no report at all
  CheckReport report;

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& problem : problems) text += problem + "\n";
    return text;
  }
};

Findings check(ByteVector image, unsigned threads = 2) {
  Findings findings;
  CheckOptions options;
  options.threads = threads;
  options.on_problem = [&](std::string_view message) { findings.problems.emplace_back(message); };
  options.on_damaged_file = [&](std::string_view path) { findings.files.emplace_back(path); };
  const auto report = check_image(std::make_unique<MemorySource>(std::move(image)), options);
  findings.failed = !report;
  if (report) findings.report = *report;
  return findings;
}

Findings check(const ImageForge& forge) { return check(forge.build()); }

TEST(Checker, FindsNothingInAWholeImage) {
  const Findings findings = check(ImageForge());
  EXPECT_EQ(findings.text(), "");
  EXPECT_TRUE(findings.report.is_clean());
  EXPECT_EQ(findings.report.frames, 6U);
  EXPECT_EQ(findings.report.whole_frames, 6U);
  EXPECT_EQ(findings.report.decoded_bytes, 400U + 512 + 512 + 256 + 400 + 1024);
  EXPECT_EQ(findings.report.inodes, 8U);
}

TEST(Checker, FindsAnImageBehindOtherBytes) {
  ByteVector bytes(1000, std::byte{0x7f});
  const ByteVector image = ImageForge().build();
  bytes.insert(bytes.end(), image.begin(), image.end());
  EXPECT_EQ(check(std::move(bytes)).text(), "");
}

TEST(Checker, FindsAllThatAReaderMustReject) {
  for (const testing::Forgery& forgery : testing::forgeries()) {
    ImageForge forge;
    forgery.apply(forge);
    const Findings findings = check(forge);
    if (findings.failed) continue;  // no image, or a newer one: an error of its own
    EXPECT_FALSE(findings.problems.empty()) << forgery.name;
    for (const std::string& problem : findings.problems) {
      EXPECT_EQ(problem.find('\n'), std::string::npos) << forgery.name;
    }
  }
}

// Some bits of a zstd frame do not change the decoded data (RFC 8878, 3.1.1.1.1, "Unused_bit", and
// the ends of bit streams). Such a frame still matches its row.
TEST(Checker, FindsEveryFlippedBitThatChangesAnything) {
  const ByteVector whole = ImageForge().build();
  const auto header =
      ImageTables::open(std::make_unique<MemorySource>(whole), {}).value()->header();
  const std::uint64_t frames = header.index_frames_offset().value;
  std::size_t unfound = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    ByteVector image = whole;
    image[bit / 8] ^= std::byte{1} << (bit % 8);
    const Findings findings = check(image, 1);
    if (findings.failed || !findings.problems.empty()) continue;
    ++unfound;
    EXPECT_TRUE(bit / 8 < header.data_size || bit / 8 >= frames) << "byte " << bit / 8;
    EXPECT_TRUE(testing::open_and_walk(image));
  }
  EXPECT_LT(unfound, whole.size() * 8 / 100);
}

// With digests, bits of data frames that change nothing are found, too: only what no reader needs
// is left, in the seek tables.
TEST(Checker, FindsEveryFlippedBitOfFramesWithDigests) {
  ImageForge forge;
  forge.has_digests = true;
  const ByteVector whole = forge.build();
  EXPECT_EQ(check(whole).text(), "");
  const auto header =
      ImageTables::open(std::make_unique<MemorySource>(whole), {}).value()->header();
  for (std::size_t bit = 0; bit < header.data_size * 8; ++bit) {
    ByteVector image = whole;
    image[bit / 8] ^= std::byte{1} << (bit % 8);
    const Findings findings = check(image, 1);
    EXPECT_TRUE(findings.failed || !findings.problems.empty()) << "byte " << bit / 8;
  }
}

TEST(Checker, TakesUnknownFeaturesAsWhatTheyAre) {
  ImageForge forge;
  forge.on_header = [](IndexHeader& header) { header.compat = 1U << 31; };
  forge.on_rows = [](Table table, ByteVector& rows) {
    if (table == Table::kFrames) rows.at(28) = std::byte{1};  // a later feature's checksum
    if (table == Table::kDentries) rows.at(15) = std::byte{1};
  };
  EXPECT_EQ(check(forge).text(), "");
  forge.on_header = nullptr;
  EXPECT_EQ(check(forge).problems.size(), 2U);
}

TEST(Checker, FindsEveryCut) {
  const ByteVector whole = ImageForge().build();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Findings findings =
        check(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), 1);
    ASSERT_TRUE(findings.failed || !findings.problems.empty()) << size << " of " << whole.size();
  }
}

TEST(Checker, TellsACutImageFromOtherFiles) {
  ByteVector cut = ImageForge().build();
  cut.resize(cut.size() - 10);
  const Findings findings = check(cut);
  EXPECT_FALSE(findings.failed);
  EXPECT_NE(findings.text().find("zvfs repair"), std::string::npos);
  EXPECT_TRUE(check(testing::text_bytes(5000, 1)).failed);
  EXPECT_TRUE(check(ByteVector{}).failed);
}

// --- Rules that readers need not check. Breaking one must give exactly one problem with that text.

struct Break {
  std::string_view problem;
  std::function<void(ImageForge&)> apply;
};

void expect_each(const std::vector<Break>& breaks) {
  for (const Break& broken : breaks) {
    ImageForge forge;
    broken.apply(forge);
    const Findings findings = check(forge);
    EXPECT_EQ(findings.problems.size(), 1U) << broken.problem << "\n" << findings.text();
    EXPECT_NE(findings.text().find(broken.problem), std::string::npos) << broken.problem << "\n"
                                                                       << findings.text();
  }
}

auto header(const std::function<void(IndexHeader&)>& change) {
  return [=](ImageForge& forge) { forge.on_header = change; };
}

auto row(std::size_t number, const std::function<void(FrameRecord&)>& change) {
  return [=](ImageForge& forge) {
    forge.on_frame_rows = [=](std::vector<FrameRecord>& rows) { change(rows.at(number)); };
  };
}

auto entry(std::size_t number, const std::function<void(SeekTableEntry&)>& change) {
  return [=](ImageForge& forge) {
    forge.on_seek_table = [=](std::vector<SeekTableEntry>& table) { change(table.at(number)); };
  };
}

auto index_byte_from_end(std::size_t offset) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) { index.at(index.size() - offset) ^= std::byte{1}; };
  };
}

auto inode(std::uint32_t number, const std::function<void(InodeRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.inode(number)); };
}

TEST(Checker, ComparesHeaderAndSeekTables) {
  expect_each({
      {"content size 11549 is not 11550", header([](auto& h) { --h.content_size; })},
      {"zero fields",
       [](ImageForge& forge) {
         forge.on_header_bytes = [](ByteVector& bytes) { bytes.at(250) = std::byte{1}; };
       }},
      {"seek table: entry 2:", entry(2, [](auto& e) { e.checksum ^= 1; })},
      {"seek table: entry 3:", entry(3, [](auto& e) { ++e.coded_size; })},
      {"seek table: entry 0:", entry(0, [](auto& e) { --e.decoded_size; })},
      {"seek table: entry 6:", entry(6, [](auto& e) { e.decoded_size = 1; })},
      {"seek table: entry 6:", entry(6, [](auto& e) { e.checksum = 0; })},
      {"nested seek table: no footer", index_byte_from_end(1)},
      {"nested seek table: entry 0:", index_byte_from_end(10)},
      {"nested seek table: magic", index_byte_from_end(17 + 12)},
  });
}

TEST(Checker, ChecksFrameRows) {
  expect_each({
      {"row 6: image offset", row(6, [](auto& r) { r.checksum = 1; })},
      {"row 6: image offset", row(6, [](auto& r) { r.kind = 1; })},
  });
}

TEST(Checker, ChecksInodes) {
  expect_each({
      {"inode 2: 2 links, but 1 names", inode(2, [](auto& i) { i.nlink = 2; })},
      {"inode 7: 1 links, but 2 names", inode(7, [](auto& i) { i.nlink = 1; })},
      {"inode 3: 3 links are not 2", inode(3, [](auto& i) { i.nlink = 3; })},
      {"inode 3: size 21 is not 20", inode(3, [](auto& i) { i.size = 21; })},
      {"inode 3: parent 3 is not 1", inode(3, [](auto& i) { i.parent = 3; })},
      {"root's parent is 3", inode(1, [](auto& i) { i.parent = 3; })},
      {"inode 2: allocated size 1499 is not 1500", inode(2, [](auto& i) { i.allocated = 1499; })},
      {"inode 6: allocated size 77 is not 76", inode(6, [](auto& i) { i.allocated = 77; })},
      {"inode 4: data 7 is not 0", inode(4, [](auto& i) { i.data = 7; })},
      {"inode 4: count 1 is not 0", inode(4, [](auto& i) { i.count = 1; })},
      {"inode 4: parent 1 is not 0", inode(4, [](auto& i) { i.parent = 1; })},
      {"inode 5: allocated size 8 is not 0", inode(5, [](auto& i) { i.allocated = 8; })},
      {"inode 5: count 1 is not 0", inode(5, [](auto& i) { i.count = 1; })},
      {"inode 8: size 1 is not 0", inode(8, [](auto& i) { i.size = 1; })},
      {"stream offset 100 is not in frame 1", inode(7, [](auto& i) { i.count = 1; })},
  });
}

TEST(Checker, ChecksNamesAndTheirOrder) {
  expect_each({
      {"dentry 1 (directory 1): its name does not sort after",
       [](ImageForge& forge) { forge.dentries.at(1).name_offset = forge.add_string("abc"); }},
      {"dentry 3 (directory 1): its name does not sort after",
       [](ImageForge& forge) {
         forge.dentries.at(3).name_offset = forge.dentries.at(2).name_offset;
         forge.dentries.at(3).name_length = 5;
         forge.inode(1).size += 1;
       }},
      {"dentry 2 (directory 1): type 4 is not inode 4's type 8",
       [](ImageForge& forge) {
         forge.dentries.at(2).type = FileType::kDirectory;
         forge.inode(1).nlink += 1;
         forge.inode(4).nlink = 1;
       }},
  });
}

TEST(Checker, FindsWhatBelongsToNoDirectory) {
  expect_each({{"dentries 7 to 8: in no directory", [](ImageForge& forge) {
                  forge.dentries.push_back(forge.dentries.at(7));
                  forge.dentries.push_back(forge.dentries.at(7));
                  forge.inode(3).data = 9;
                }}});
}

TEST(Checker, FindsADirectoryThatIsItsOwnAncestor) {
  ImageForge forge;  // /dir, which is cut off from the root, holds itself
  forge.dentries.at(1).inode = 4;
  forge.dentries.at(1).type = FileType::kRegular;
  forge.inode(4).nlink = 2;
  forge.inode(1).nlink = 2;
  forge.dentries.at(7).inode = 3;
  forge.dentries.at(7).type = FileType::kDirectory;
  forge.inode(3).parent = 3;
  forge.inode(3).nlink = 3;
  forge.inode(7).nlink = 1;
  const Findings findings = check(forge);
  EXPECT_EQ(findings.text(), "inode 3: is its own ancestor, not below the root\n");
}

TEST(Checker, FindsDirectoriesWithTwoNamesOrTheSameEntries) {
  ImageForge twice;
  twice.dentries.at(2).inode = 3;
  twice.dentries.at(2).type = FileType::kDirectory;
  EXPECT_NE(check(twice).text().find("directory 3 already has a name in 1"), std::string::npos);
  ImageForge shared;
  shared.inode(3).data = 6;
  EXPECT_NE(check(shared).text().find("dentry 6: belongs to directory 3 and another"),
            std::string::npos);
}

TEST(Checker, ChecksExtents) {
  expect_each({
      {"inode 6: extent 1: offset 1049 precedes 1050",
       [](ImageForge& forge) { forge.extents.at(1).file_offset = 1049; }},
      {"inode 6: extent 0: stream offset 1900 is not in frame 3",
       [](ImageForge& forge) { forge.extents.at(0).frame = 3; }},
  });
}

TEST(Checker, ChecksFrameFiles) {
  expect_each({
      {"inode 4 has no data",
       [](ImageForge& forge) {
         forge.frame_files.push_back(4);
         forge.first_files.back() = 4;
       }},
      {"inode 7 is missing",
       [](ImageForge& forge) {
         forge.frame_files = {2, 6};
         forge.first_files = {0, 0, 1, 1, 1, 2, 2};
       }},
      {"inode 2 is listed twice",
       [](ImageForge& forge) {
         forge.frame_files = {7, 2, 2, 6};
         forge.first_files = {0, 1, 3, 3, 3, 4, 4};
       }},
  });
  ImageForge elsewhere;
  elsewhere.first_files = {0, 1, 1, 2, 2, 3, 3};  // inode 2 in frame 2
  EXPECT_NE(check(elsewhere).text().find("inode 2 begins at stream offset 400, outside 912"),
            std::string::npos);
}

TEST(Checker, ChecksXattrSets) {
  expect_each({{"xattr set 0: xattr set: attribute 1 of 2 is out of order", [](ImageForge& forge) {
                  forge.xattr_data.at(6 + 5) = std::byte{'z'};  // user.zomment
                }}});
}

// --- Damage, and the files that it hits

TEST(Checker, NamesTheFilesOfABadFrame) {
  ImageForge forge;
  forge.on_image = [](ByteVector& image) { image.at(20) ^= std::byte{1}; };  // frame 0
  Findings findings = check(forge);
  EXPECT_EQ(findings.problems.size(), 1U) << findings.text();
  EXPECT_NE(findings.text().find("data frame 0 at 0x0"), std::string::npos);
  EXPECT_EQ(findings.files, (std::vector<std::string>{"dir/deep", "hard"}));
  EXPECT_EQ(findings.report.whole_frames, 5U);
  EXPECT_EQ(findings.report.damaged_files, 2U);

  forge.frames.at(4).coded = ByteVector(200);  // the end of big, and sparse
  forge.on_image = {};
  findings = check(forge);
  EXPECT_EQ(findings.files, (std::vector<std::string>{"big", "sparse"}));
}

TEST(Checker, SaysNothingOfWhatADamagedIndexFrameHides) {
  ImageForge forge;
  // Many names, so that the tables take several index frames.
  forge.inode(3).count = 0;
  forge.inode(3).size = 0;
  forge.inode(3).data = forge.dentries.size();
  forge.inode(7).nlink = 1;
  forge.dentries.pop_back();
  forge.inode(3).data = forge.dentries.size();
  for (std::uint32_t i = 0; i < 4000; ++i) {
    forge.inodes.push_back(forge.inode(4));
    const std::string name = fmt::format("file {:04}", i);
    const auto number = static_cast<std::uint32_t>(forge.inodes.size());
    forge.dentries.push_back({forge.add_string(name), number, 9, FileType::kRegular});
    forge.inode(3).count += 1;
    forge.inode(3).size += 16 + 9;
  }
  ASSERT_EQ(check(forge).text(), "");
  const std::size_t entries = kSkippableHeaderSize + IndexHeader::kSize;
  for (const std::size_t damaged : {std::size_t{1}, std::size_t{9}}) {
    forge.on_index = [=](ByteVector& index) {
      ByteReader reader(ByteSpan(index).subspan(entries + damaged * IndexEntry::kSize));
      const std::uint64_t offset = reader.u64();
      const std::uint32_t count = ByteReader(ByteSpan(index).subspan(8 + 76)).u32();
      index.at(entries + count * IndexEntry::kSize + offset + 30) ^= std::byte{0x10};
    };
    const Findings findings = check(forge);
    EXPECT_EQ(findings.problems.size(), 1U) << findings.text();
    EXPECT_NE(findings.text().find(fmt::format("index frame {} at", damaged)), std::string::npos)
        << findings.text();
  }
}

TEST(Checker, EndsSoonWhereListsOverlap) {
  ImageForge forge;
  // 20,000 files of the same 20,000 extents: 400,000,000 to check.
  forge.extents.clear();
  for (std::uint64_t i = 0; i < 20'000; ++i) forge.extents.push_back({i, 1, 1900, 4});
  forge.inode(6).count = 20'000;
  forge.inode(6).size = 20'000;
  forge.inode(6).allocated = 20'000;
  for (int i = 0; i < 20'000; ++i) forge.inodes.push_back(forge.inode(6));
  EXPECT_NE(check(forge).text().find("extent lists overlap"), std::string::npos);
}

}  // namespace
}  // namespace zvfs
