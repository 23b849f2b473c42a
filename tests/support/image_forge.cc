#include "tests/support/image_forge.h"

#include <algorithm>
#include <random>

#include "codecs/checksum.h"
#include "codecs/frame_encoder.h"
#include "format/index_writer.h"
#include "format/xattr_set.h"
#include "trust/sha256.h"

namespace zvfs::testing {
namespace {

constexpr int kIndexLevel = 3;

template <typename Record>
void append_rows(IndexWriter& writer, const ImageForge& forge, Table table,
                 const std::vector<Record>& records) {
  ByteVector rows;
  for (const Record& record : records) record.append_to(rows);
  if (forge.on_rows) forge.on_rows(table, rows);
  writer.begin(table).value();
  writer.append(rows).value();
}

// The data frames: their bytes, their rows and their seek table entries.
struct ForgedData {
  ByteVector bytes;
  std::vector<FrameRecord> rows;
  std::vector<SeekTableEntry> entries;
  ByteVector digests;
  std::uint64_t stream_size = 0;
};

ForgedData forge_data(const ImageForge& forge) {
  ForgedData data;
  FrameEncoder encoder(forge.encoder);
  for (std::size_t i = 0; i < forge.frames.size(); ++i) {
    const ForgedFrame& frame = forge.frames[i];
    const EncodedFrame encoded = encoder.encode(frame.content).value();
    const ByteSpan coded = frame.coded ? ByteSpan(*frame.coded) : encoded.bytes;
    data.rows.push_back({data.bytes.size(), data.stream_size, encoded.checksum,
                         forge.first_files.at(i),
                         static_cast<std::uint8_t>(frame.kind.value_or(encoded.kind))});
    data.entries.push_back({static_cast<std::uint32_t>(coded.size()),
                            static_cast<std::uint32_t>(frame.content.size()), encoded.checksum});
    ByteWriter(data.digests).append(Sha256::of(coded));
    data.bytes.insert(data.bytes.end(), coded.begin(), coded.end());
    data.stream_size += frame.content.size();
  }
  data.rows.push_back({data.bytes.size(), data.stream_size, 0, forge.first_files.back(), 0});
  return data;
}

ByteVector forge_index(const ImageForge& forge, const ForgedData& data) {
  IndexWriter writer(kIndexLevel);
  append_rows(writer, forge, Table::kInodes, forge.inodes);
  append_rows(writer, forge, Table::kDentries, forge.dentries);
  writer.begin(Table::kStrings).value();
  writer.append(as_bytes(forge.strings)).value();
  append_rows(writer, forge, Table::kExtents, forge.extents);
  append_rows(writer, forge, Table::kFrames, data.rows);
  writer.begin(Table::kFrameFiles).value();
  for (const std::uint32_t& inode : forge.frame_files) {
    writer.append(std::as_bytes(std::span(&inode, 1))).value();
  }
  append_rows(writer, forge, Table::kXattrSets, forge.xattr_sets);
  writer.begin(Table::kXattrData).value();
  writer.append(forge.xattr_data).value();
  if (forge.has_digests) {
    ByteVector digests = data.digests;
    if (forge.on_rows) forge.on_rows(Table::kFrameDigests, digests);
    writer.begin(Table::kFrameDigests).value();
    writer.append(digests).value();
  }

  ImageSummary summary;
  summary.data_size = data.bytes.size();
  summary.stream_size = data.stream_size;
  for (const InodeRecord& inode : forge.inodes) {
    if (inode.is_regular()) summary.content_size += inode.size;
  }
  summary.frame_bound = forge.frame_bound;
  summary.frame_count = static_cast<std::uint32_t>(forge.frames.size());
  const bool lz4 = std::ranges::any_of(data.rows, [](const FrameRecord& row) {
    return row.kind < kFrameKindCount && is_lz4(FrameKind{row.kind});
  });
  summary.incompat = lz4 ? IndexHeader::kLz4Frames : 0;
  summary.builder = "image forge";
  ByteVector index = writer.finish(summary).value();

  const auto header_begin = index.begin() + kSkippableHeaderSize;
  if (forge.on_header) {
    IndexHeader header =
        IndexHeader::parse(ByteSpan(index).subspan(kSkippableHeaderSize, IndexHeader::kSize),
                           index.size(), data.bytes.size() + index.size() + (1 << 20))
            .value();
    forge.on_header(header);
    std::ranges::copy(header.encode(), header_begin);
  }
  if (forge.on_header_bytes) {
    ByteVector header(header_begin, header_begin + IndexHeader::kSize);
    forge.on_header_bytes(header);
    header.resize(IndexHeader::kSize - 8);
    ByteWriter(header).u64(xxh64(header));
    std::ranges::copy(header, header_begin);
  }
  if (forge.on_index) forge.on_index(index);
  return index;
}

InodeRecord make_inode(std::uint16_t mode, std::uint64_t size, std::uint64_t data = 0,
                       std::uint32_t count = 0) {
  InodeRecord record;
  record.mode = mode;
  record.uid = 1000;
  record.gid = 100;
  record.nlink = 1;
  record.size = size;
  record.mtime_seconds = 1'600'000'000;
  record.mtime_nanoseconds = 123'456'789;
  record.data = data;
  record.count = count;
  if (record.is_regular()) record.allocated = size;
  return record;
}

}  // namespace

ImageForge::ImageForge() {
  const auto add_dentry = [&](std::string_view name, std::uint32_t number, FileType type) {
    dentries.push_back({add_string(name), number, static_cast<std::uint16_t>(name.size()), type});
  };
  add_dentry("big", 2, FileType::kRegular);
  add_dentry("dir", 3, FileType::kDirectory);
  add_dentry("empty", 4, FileType::kRegular);
  add_dentry("hard", 7, FileType::kRegular);
  add_dentry("link", 5, FileType::kSymlink);
  add_dentry("null", 8, FileType::kCharacterDevice);
  add_dentry("sparse", 6, FileType::kRegular);
  add_dentry("deep", 7, FileType::kRegular);
  const std::uint64_t target = add_string("dir/deep");

  // Frame 0 holds deep at 100. Frames 1 to 3 and 220 bytes of 4 hold big; the rest of 4 holds
  // sparse.
  frames.push_back({text_bytes(400, 1), {}, {}});
  frames.push_back({text_bytes(512, 2), {}, {}});
  frames.push_back({random_bytes(512, 3), {}, {}});
  frames.push_back({ByteVector(256, std::byte{'x'}), {}, {}});
  frames.push_back({text_bytes(400, 4), {}, {}});
  frames.push_back({ByteVector(1024), {}, {}});
  frame_files = {7, 2, 6};
  first_files = {0, 1, 2, 2, 2, 3, 3};
  extents.push_back({1000, 50, 400 + 1280 + 220, 4});
  extents.push_back({5000, 26, 400 + 1280 + 270, 4});

  inodes.push_back(make_inode(0040755, 7 * 16 + 29, 0, 7));              // 1 root
  inodes.push_back(make_inode(0100644, 1500, 400, 1));                   // 2 big
  inodes.push_back(make_inode(0040755, 16 + 4, 7, 1));                   // 3 dir
  inodes.push_back(make_inode(0100600, 0));                              // 4 empty
  inodes.push_back(make_inode(0120777, 8, target));                      // 5 link
  inodes.push_back(make_inode(0100644, 10000, 0, 2));                    // 6 sparse
  inodes.push_back(make_inode(0104755, 50, 100, 0));                     // 7 deep
  inodes.push_back(make_inode(0020666, 0, std::uint64_t{1} << 32 | 3));  // 8 null
  inode(1).nlink = 3;
  inode(1).parent = 1;
  inode(3).nlink = 2;
  inode(3).parent = 1;
  inode(6).flags = InodeRecord::kExtentList;
  inode(6).allocated = 76;
  inode(7).nlink = 2;
  inode(7).xattr_set = 1;

  const XattrSet set({{"user.comment", ByteVector(5, std::byte{'c'})}, {"user.empty", {}}});
  xattr_data = set.encode();
  xattr_sets.push_back({0, static_cast<std::uint32_t>(xattr_data.size()), 2});
}

std::uint64_t ImageForge::add_string(std::string_view text) {
  strings += text;
  return strings.size() - text.size();
}

void ImageForge::spread_big(std::uint32_t count, std::uint32_t size) {
  frame_bound = size;
  frames.clear();
  first_files.assign(count + 1, 1);
  first_files.front() = 0;
  frame_files = {2};
  for (std::uint32_t i = 0; i < count; ++i) {
    frames.push_back({ByteVector(size, std::byte(i)), std::nullopt, std::nullopt});
  }
  InodeRecord& big = inode(2);
  big.size = big.allocated = std::uint64_t{count} * size;
  big.data = 0;
  big.count = 0;
}

ByteVector ImageForge::build() const {
  ForgedData data = forge_data(*this);
  if (on_frame_rows) on_frame_rows(data.rows);
  const ByteVector index = forge_index(*this, data);
  data.entries.push_back({static_cast<std::uint32_t>(index.size()), 0, kEmptyChecksum});
  if (on_seek_table) on_seek_table(data.entries);
  ByteVector image = std::move(data.bytes);
  ByteWriter writer(image);
  writer.append(index);
  writer.append(encode_seek_table(data.entries));
  if (on_image) on_image(image);
  return image;
}

ByteVector random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  ByteVector bytes(size);
  std::ranges::generate(bytes, [&] { return static_cast<std::byte>(generator() >> 24); });
  return bytes;
}

ByteVector text_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::string text;
  while (text.size() < size) text += fmt::format("line {} of some text\n", generator() % 1000);
  text.resize(size);
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace zvfs::testing
