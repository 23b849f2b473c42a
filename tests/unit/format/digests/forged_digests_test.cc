// Images in which everything is right but a digest: all checksums are made anew behind a change, so
// that nothing else can notice it. Each attack is also shown to succeed where no root is given.
#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "codecs/checksum.h"
#include "format/digests/root_hash.h"
#include "format/image.h"
#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"
#include "tests/support/verified_open.h"

namespace zvfs {
namespace {

using testing::forge_with_digests;
using testing::ImageForge;
using testing::open_tables;
using testing::root_of;

IndexHeader header_of(const ByteVector& bytes) { return open_tables(bytes).value()->header(); }

std::span<std::byte> header_in(ByteVector& bytes, const IndexHeader& header) {
  return std::span(bytes).subspan(header.header_offset().value, IndexHeader::kSize);
}

std::span<std::byte> directory_in(ByteVector& bytes, const IndexHeader& header) {
  return std::span(bytes).subspan(header.index_entry_offset(0).value,
                                  std::size_t{header.index_frame_count} * IndexEntry::kSize);
}

std::span<std::byte> index_digests_in(ByteVector& bytes, const IndexHeader& header) {
  return std::span(bytes).subspan(header.index_digest_offset(0).value,
                                  std::size_t{header.index_frame_count} * sizeof(Sha256Digest));
}

void sum_header_anew(std::span<std::byte> header) {
  const std::size_t summed = header.size() - sizeof(std::uint64_t);
  ByteVector sum;
  ByteWriter(sum).u64(xxh64(header.first(summed)));
  std::ranges::copy(sum, header.begin() + static_cast<std::ptrdiff_t>(summed));
}

// The digests of the data frames of what a forge makes.
ByteVector frame_digests_of(ImageForge forge) {
  ByteVector digests;
  forge.on_rows = [&digests](Table table, ByteVector& rows) {
    if (table == Table::kFrameDigests) digests = rows;
  };
  static_cast<void>(forge.build());
  return digests;
}

// A hook that gives an image these digests, instead of its own.
auto with_digests(const ByteVector& digests) {
  return [&digests](Table table, ByteVector& rows) {
    if (table == Table::kFrameDigests) rows = digests;
  };
}

// What a reader gets of an image that it opens with a root or without: the decoded index, and the
// data frames that it can read.
struct Reading {
  explicit Reading(const ByteVector& bytes, std::optional<RootDigest> root = std::nullopt) {
    const auto tables = open_tables(bytes, root);
    if (!tables) {
      refusal = tables.error().message;
      return;
    }
    read_all(**tables);
    decodes = (*tables)->frames().stats().decodes;
  }

  [[nodiscard]] bool has_index(std::uint32_t number) const { return index.contains(number); }
  [[nodiscard]] bool has_data(std::uint32_t number) const { return data.contains(number); }
  bool operator==(const Reading& other) const { return index == other.index && data == other.data; }

  std::string refusal;  // why it was not even opened
  std::map<std::uint32_t, std::string> index;
  std::map<std::uint32_t, std::string> data;
  std::string message;  // of the last frame that could not be read
  std::uint64_t decodes = 0;

 private:
  void read_all(const ImageTables& tables) {
    for (std::uint32_t i = 0; i < tables.header().index_frame_count; ++i) {
      note(tables.index().frame(i), i, index);
    }
    IndexReader::Cursor cursor(tables.index());
    for (std::uint32_t i = 0; i < tables.header().frame_count; ++i) {
      const auto frame = tables.frame_table().frame(cursor, {i});
      if (!frame) {
        message = frame.error().message;
        continue;
      }
      const FrameKey key{FrameKey::Space::kData, i};
      note(tables.frames().read(key, FrameClass::kPacked, frame->location), i, data);
    }
  }

  void note(const Result<FramePtr>& frame, std::uint32_t number,
            std::map<std::uint32_t, std::string>& frames) {
    if (frame) {
      frames[number] = as_text((*frame)->bytes());
    } else {
      message = frame.error().message;
    }
  }
};

bool is_about_a_digest(const std::string& message) {
  return message.find("its bytes have the digest sha256:") != message.npos;
}

bool is_about_the_root(const std::string& message) {
  return message.starts_with("the image has the root sha256:");
}

// A sound image, and what it shows.
class ForgedDigestsTest : public ::testing::Test {
 protected:
  // `bytes` must be refused as a whole by the reader that has the root.
  void expect_refused(const ByteVector& bytes, const std::string& what) const {
    const Reading read(bytes, root_);
    EXPECT_NE(read.refusal, "") << what;
    EXPECT_EQ(read.decodes, 0U) << what;
  }

  const ByteVector sound_ = forge_with_digests().build();
  const IndexHeader header_ = header_of(sound_);
  const RootDigest root_ = root_of(sound_);
  const Reading truth_{sound_, root_};
  const ByteVector frame_digests_ = frame_digests_of(forge_with_digests());
};

TEST_F(ForgedDigestsTest, ShowsTheSoundImage) {
  EXPECT_EQ(truth_.refusal, "");
  EXPECT_EQ(truth_.data.size(), header_.frame_count);
  EXPECT_EQ(truth_.index.size(), header_.index_frame_count);
}

TEST_F(ForgedDigestsTest, RefusesEachByteOfTheHeader) {
  std::size_t opened = 0;
  for (std::size_t at = 0; at < IndexHeader::kSize - sizeof(std::uint64_t); ++at) {
    for (const auto change : {std::byte{1}, std::byte{0x80}, std::byte{0xFF}}) {
      ByteVector bytes = sound_;
      const std::span<std::byte> header = header_in(bytes, header_);
      header[at] ^= change;
      sum_header_anew(header);
      expect_refused(bytes, fmt::format("byte {}", at));
      if (open_tables(bytes)) ++opened;
    }
  }
  EXPECT_GT(opened, 100U) << "those that only the root can notice";
}

TEST_F(ForgedDigestsTest, RefusesEachByteOfDirectoryAndIndexDigests) {
  for (const auto part : {directory_in, index_digests_in}) {
    ByteVector bytes = sound_;
    for (std::byte& byte : part(bytes, header_)) {
      for (int bit = 0; bit < 8; ++bit) {
        byte ^= std::byte{1} << bit;
        EXPECT_TRUE(open_tables(bytes));
        EXPECT_TRUE(is_about_the_root(Reading(bytes, root_).refusal));
        byte ^= std::byte{1} << bit;
      }
    }
  }
}

// Each byte of each table is another one, and all checksums and digests are made anew, those of the
// index frames too: only the root is not what it was.
class ForgedTablesTest : public ForgedDigestsTest {
 protected:
  // Calls `visit` with the image for each byte of `table`, that of `size` bytes.
  template <typename Visit>
  void change_each_byte(Table table, std::size_t size, Visit visit) const {
    for (std::size_t at = 0; at < size; ++at) {
      ImageForge forge = forge_with_digests();
      const auto change = [&](auto bytes) { bytes[at] ^= std::byte{1}; };
      forge.on_rows = [&](Table which, ByteVector& rows) {
        if (which == table) change(std::span(rows));
      };
      if (table == Table::kStrings) change(std::as_writable_bytes(std::span(forge.strings)));
      if (table == Table::kXattrData) change(std::span(forge.xattr_data));
      if (table == Table::kFrameFiles) change(std::as_writable_bytes(std::span(forge.frame_files)));
      visit(forge.build(), fmt::format("table {}, byte {}", static_cast<int>(table), at));
    }
  }

  template <typename Visit>
  void change_each_byte(Visit visit) const {
    for (std::size_t table = 0; table < kTableCount; ++table) {
      const std::size_t size = header_.tables[table].rows * kRowSizes[table];
      ASSERT_GT(size, 0U);
      change_each_byte(static_cast<Table>(table), size, visit);
    }
  }
};

TEST_F(ForgedTablesTest, AreRefusedByTheRoot) {
  change_each_byte([this](const ByteVector& bytes, const std::string& what) {
    EXPECT_EQ(Reading(bytes).index.size(), 1U) << what << ": it is not sound";
    expect_refused(bytes, what);
    EXPECT_TRUE(is_about_the_root(Reading(bytes, root_).refusal)) << what;
  });
}

// The same, but the index digests are those of the sound image: as if the changed index frame had
// all the checksums of the other, and header and directory were right.
TEST_F(ForgedTablesTest, AreRefusedByTheIndexDigest) {
  ByteVector sound = sound_;
  const std::span<std::byte> digests = index_digests_in(sound, header_);
  change_each_byte([&](ByteVector bytes, const std::string& what) {
    std::ranges::copy(digests, index_digests_in(bytes, header_of(bytes)).begin());
    EXPECT_EQ(Reading(bytes).index.size(), 1U) << what << ": it is not sound";
    const Reading read(bytes, root_of(bytes));
    EXPECT_EQ(read.refusal, "") << what;
    EXPECT_EQ(read.index.size() + read.data.size(), 0U) << what;
    EXPECT_EQ(read.decodes, 0U) << what;
    EXPECT_TRUE(is_about_a_digest(read.message)) << what << ": " << read.message;
  });
}

// Each byte of each file is another one, with all checksums. Only the row with the frame's digest
// is that of the sound image.
TEST_F(ForgedDigestsTest, RefusesEachByteOfTheData) {
  for (std::uint32_t number = 0; number < header_.frame_count; ++number) {
    for (std::size_t at = 0; at < truth_.data.at(number).size(); at += at < 32 ? 1 : 7) {
      ImageForge forge = forge_with_digests();
      forge.frames.at(number).content.at(at) ^= std::byte{1};
      forge.on_rows = with_digests(frame_digests_);
      const ByteVector bytes = forge.build();
      const std::string what = fmt::format("frame {}, byte {}", number, at);
      EXPECT_NE(Reading(bytes).data.at(number), truth_.data.at(number)) << what;

      const Reading read(bytes, root_of(bytes));
      EXPECT_FALSE(read.has_data(number)) << what;
      EXPECT_EQ(read.data.size(), header_.frame_count - 1) << what;
      EXPECT_EQ(read.decodes, header_.index_frame_count + read.data.size()) << what;
      EXPECT_TRUE(is_about_a_digest(read.message)) << what << ": " << read.message;
    }
  }
}

// Nothing hostile may reach a decoder: the digest speaks before zstd does.
TEST_F(ForgedDigestsTest, RefusesEachCodedByteBeforeItIsDecoded) {
  const std::uint64_t index_end = header_.index_digest_offset(0).value;
  const std::uint64_t index_begin = header_.index_frames_offset().value;
  std::size_t seen = 0;
  for (std::size_t at = 0; at < index_end; ++at) {
    if (at >= header_.data_size && at < index_begin) continue;  // header and directory
    ByteVector bytes = sound_;
    bytes[at] ^= std::byte{0x10};
    const Reading read(bytes, root_);
    const std::size_t good = read.index.size() + read.data.size();
    EXPECT_EQ(read.decodes, good) << at;
    if (read == truth_) continue;  // the nested seek table, which no reader needs
    EXPECT_TRUE(is_about_a_digest(read.message)) << at << ": " << read.message;
    ++seen;
  }
  EXPECT_GT(seen, header_.data_size);
}

// Two frames change places, with their checksums.
TEST_F(ForgedDigestsTest, RefusesFramesThatWereSwapped) {
  ImageForge sound = forge_with_digests();
  sound.frames.at(1).content = testing::random_bytes(512, 7);
  const ByteVector digests = frame_digests_of(sound);
  const Reading truth(sound.build());
  ImageForge forge = sound;
  std::swap(forge.frames.at(1).content, forge.frames.at(2).content);
  forge.on_rows = with_digests(digests);
  const ByteVector bytes = forge.build();
  EXPECT_EQ(Reading(bytes).data.at(1), truth.data.at(2));
  const Reading read(bytes, root_of(bytes));
  EXPECT_FALSE(read.has_data(1) || read.has_data(2));
  EXPECT_EQ(read.data.size(), truth.data.size() - 2);
  // With its digests, too, it is another image.
  forge.on_rows = nullptr;
  EXPECT_TRUE(is_about_the_root(Reading(forge.build(), root_).refusal));
}

// An image of several index frames: they change places, with their rows or without.
TEST_F(ForgedDigestsTest, RefusesIndexFramesThatWereSwapped) {
  ImageForge forge = forge_with_digests();
  const ByteVector noise = testing::random_bytes(300'000, 9);
  forge.add_string(as_text(noise));
  const ByteVector sound = forge.build();
  const IndexHeader header = header_of(sound);
  ASSERT_GE(header.index_frame_count, 4U);
  const RootDigest root = root_of(sound);
  const Reading truth(sound, root);
  const auto tables = open_tables(sound).value();
  const FrameLocation one = tables->index().location(1).value();
  const FrameLocation two = tables->index().location(2).value();
  ASSERT_EQ(one.coded_size, two.coded_size);

  ByteVector moved = sound;
  std::swap_ranges(moved.begin() + static_cast<std::ptrdiff_t>(one.offset.value),
                   moved.begin() + static_cast<std::ptrdiff_t>(one.offset.value + one.coded_size),
                   moved.begin() + static_cast<std::ptrdiff_t>(two.offset.value));
  const Reading read(moved, root);
  EXPECT_FALSE(read.has_index(1) || read.has_index(2));
  EXPECT_EQ(read.index.size(), truth.index.size() - 2);

  ByteVector renamed = sound;
  const std::span<std::byte> directory = directory_in(renamed, header);
  std::swap_ranges(directory.begin() + IndexEntry::kSize, directory.begin() + 2 * IndexEntry::kSize,
                   directory.begin() + 2 * IndexEntry::kSize);
  EXPECT_TRUE(is_about_the_root(Reading(renamed, root).refusal));
  const std::span<std::byte> digests = index_digests_in(renamed, header);
  std::swap_ranges(digests.begin() + sizeof(Sha256Digest),
                   digests.begin() + 2 * sizeof(Sha256Digest),
                   digests.begin() + 2 * sizeof(Sha256Digest));
  EXPECT_EQ(Reading(renamed).index.size(), truth.index.size()) << "it is not sound";
  EXPECT_TRUE(is_about_the_root(Reading(renamed, root).refusal));
}

// The frames of the end are left out, and the index says so.
TEST_F(ForgedDigestsTest, RefusesAnImageThatWasCut) {
  for (std::size_t size = 0; size < sound_.size(); ++size) {
    expect_refused({sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(size)}, "cut");
  }
  ImageForge forge = forge_with_digests();
  forge.frames.pop_back();
  forge.first_files.pop_back();
  forge.first_files.back() = static_cast<std::uint32_t>(forge.frame_files.size());
  const ByteVector bytes = forge.build();
  EXPECT_EQ(Reading(bytes).data.size(), header_.frame_count - 1) << "it is not sound";
  EXPECT_TRUE(is_about_the_root(Reading(bytes, root_).refusal));
}

// An older version: the image, and each part of it in the place of the new one.
TEST_F(ForgedDigestsTest, RefusesAnOlderVersion) {
  ImageForge forge = forge_with_digests();
  forge.frames.at(2).content = testing::random_bytes(512, 77);
  const ByteVector old = forge.build();
  EXPECT_EQ(Reading(old).refusal, "");
  EXPECT_TRUE(is_about_the_root(Reading(old, root_).refusal));
  ASSERT_EQ(old.size(), sound_.size()) << "parts must have the same places";

  const std::uint64_t header = header_.header_offset().value;
  const std::uint64_t directory = header_.index_entry_offset(0).value;
  const std::uint64_t frames = header_.index_frames_offset().value;
  const std::uint64_t digests = header_.index_digest_offset(0).value;
  const std::uint64_t end = digests + header_.index_frame_count * sizeof(Sha256Digest);
  const std::pair<std::uint64_t, std::uint64_t> parts[] = {
      {0, header}, {header, directory}, {directory, frames}, {frames, digests}, {digests, end}};
  for (unsigned old_parts = 1; old_parts < 1U << std::size(parts); ++old_parts) {
    ByteVector bytes = sound_;
    for (std::size_t i = 0; i < std::size(parts); ++i) {
      if ((old_parts >> i & 1) == 0) continue;
      std::copy(old.begin() + static_cast<std::ptrdiff_t>(parts[i].first),
                old.begin() + static_cast<std::ptrdiff_t>(parts[i].second),
                bytes.begin() + static_cast<std::ptrdiff_t>(parts[i].first));
    }
    const Reading read(bytes, root_);
    for (const auto& [number, text] : read.data) EXPECT_EQ(text, truth_.data.at(number));
    for (const auto& [number, text] : read.index) EXPECT_EQ(text, truth_.index.at(number));
    EXPECT_LE(read.data.size(), header_.frame_count - (old_parts & 1)) << old_parts;
  }
}

TEST_F(ForgedDigestsTest, RefusesTheRootOfAnotherImage) {
  ImageForge forge = forge_with_digests();
  forge.inode(1).mtime_seconds += 1;
  const RootDigest other = root_of(forge.build());
  EXPECT_TRUE(is_about_the_root(Reading(sound_, other).refusal));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    RootDigest near = root_;
    near.bytes[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_TRUE(is_about_the_root(Reading(sound_, near).refusal)) << bit;
  }
}

// A file that is written over while it is open.
class ChangingSource final : public ImageSource {
 public:
  explicit ChangingSource(const ByteVector& bytes) : bytes_(&bytes), size_(bytes.size()) {}

  void become(const ByteVector& bytes) { bytes_ = &bytes; }

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    std::ranges::copy(ByteSpan(*bytes_).subspan(offset, out.size()), out.begin());
    return {};
  }

 private:
  const ByteVector* bytes_;
  const std::uint64_t size_;
};

// Whatever it becomes, and whenever, the reader shows what it was or nothing.
TEST_F(ForgedDigestsTest, ShowsNothingOfAnImageThatTakesItsPlace) {
  ImageForge forge = forge_with_digests();
  forge.frames.at(2).content = testing::random_bytes(512, 77);
  const ByteVector other = forge.build();
  ASSERT_EQ(other.size(), sound_.size());
  const FrameKey key{FrameKey::Space::kData, 2};
  for (const bool is_verified : {false, true}) {
    for (const bool has_index : {false, true}) {
      auto owned = std::make_unique<ChangingSource>(sound_);
      ChangingSource& source = *owned;
      const std::optional<RootDigest> root = is_verified ? std::optional(root_) : std::nullopt;
      const auto tables = ImageTables::open(std::move(owned), {.root = root}).value();
      if (has_index) {
        ASSERT_TRUE(tables->index().frame(0));
      }
      source.become(other);
      IndexReader::Cursor cursor(tables->index());
      const auto frame = tables->frame_table().frame(cursor, {2});
      EXPECT_EQ(frame.has_value(), has_index) << "the index that it had read, or none";
      if (!frame) continue;
      const auto read = tables->frames().read(key, FrameClass::kPacked, frame->location);
      ASSERT_FALSE(read);
      EXPECT_EQ(is_about_a_digest(read.error().message), is_verified);
    }
  }
}

}  // namespace
}  // namespace zvfs
