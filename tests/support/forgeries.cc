#include "tests/support/forgeries.h"

#include <cstring>

#include <fmt/core.h>

#include "codecs/checksum.h"
#include "codecs/frame_encoder.h"
#include "codecs/stored_frame.h"
#include "format/xattr_set.h"

namespace zvfs::testing {
namespace {

constexpr std::uint64_t kFar = std::uint64_t{1} << 40;

// --- Hooks: each makes a change to one part of an image.

auto image_byte(std::size_t from_end, std::byte value) {
  return [=](ImageForge& forge) {
    forge.on_image = [=](ByteVector& image) { image.at(image.size() - from_end) = value; };
  };
}

auto image_u32(std::size_t from_end, std::uint32_t value) {
  return [=](ImageForge& forge) {
    forge.on_image = [=](ByteVector& image) {
      std::memcpy(image.data() + (image.size() - from_end), &value, sizeof value);
    };
  };
}

auto header(const std::function<void(IndexHeader&)>& change) {
  return [=](ImageForge& forge) { forge.on_header = change; };
}

auto digest_header(const std::function<void(IndexHeader&)>& change) {
  return [=](ImageForge& forge) {
    forge.has_digests = true;
    forge.on_header = change;
  };
}

template <typename T>
auto header_field(std::size_t offset, T value) {
  return [=](ImageForge& forge) {
    forge.on_header_bytes = [=](ByteVector& bytes) {
      std::memcpy(bytes.data() + offset, &value, sizeof value);
    };
  };
}

auto index_byte(std::size_t offset, std::byte flip) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) { index.at(offset) ^= flip; };
  };
}

constexpr std::size_t kEntryOffset = kSkippableHeaderSize + IndexHeader::kSize;

template <typename T>
auto entry_field(std::size_t offset, T value) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) {
      std::memcpy(index.data() + kEntryOffset + offset, &value, sizeof value);
    };
  };
}

auto inode(std::uint32_t number, const std::function<void(InodeRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.inode(number)); };
}

auto dentry(const std::function<void(DentryRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.dentries.at(1)); };
}

auto dentry_name(const std::string& name) {
  return [=](ImageForge& forge) {
    forge.dentries.at(1).name_offset = forge.add_string(name);
    forge.dentries.at(1).name_length = static_cast<std::uint16_t>(name.size());
  };
}

auto extent(const std::function<void(ExtentRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.extents.at(1)); };
}

auto frame_row(std::size_t number, const std::function<void(FrameRecord&)>& change) {
  return [=](ImageForge& forge) {
    forge.on_frame_rows = [=](std::vector<FrameRecord>& rows) { change(rows.at(number)); };
  };
}

auto coded_frame(std::size_t number, const std::function<void(ByteVector&)>& change,
                 Codec codec = Codec::kZstd) {
  return [=](ImageForge& forge) {
    ForgedFrame& frame = forge.frames.at(number);
    FrameEncoder encoder({codec, 3});
    const EncodedFrame encoded = encoder.encode(frame.content).value();
    frame.coded.emplace(encoded.bytes.begin(), encoded.bytes.end());
    frame.kind = encoded.kind;
    change(*frame.coded);
  };
}

// Frame 0 as an LZ4 frame of 400 bytes in one compressed block.
auto lz4_frame(const std::function<void(ByteVector&)>& change) {
  return coded_frame(0, change, Codec::kLz4);
}

auto xattr_set(const std::function<void(ImageForge&, XattrSetRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge, forge.xattr_sets.at(0)); };
}

// --- Changes of more than one field.

// 2 MiB in two index frames, as an index frame of less than 2 KiB may not claim.
void claim_large_tables(IndexHeader& header) {
  header.tables_size = 2 << 20;
  header.index_frame_size = 1 << 20;
  header.index_frame_count = 2;
}

// Frame 0 lists one file more than it has bytes.
void list_more_files_than_bytes(ImageForge& forge) {
  const std::size_t more = forge.frames.at(0).content.size();
  forge.frame_files.insert(forge.frame_files.begin(), more, 7);
  for (std::size_t i = 1; i < forge.first_files.size(); ++i) {
    forge.first_files[i] += static_cast<std::uint32_t>(more);
  }
}

// Frame 3, amid the file "big", has one byte less than such a frame must have.
void cut_crossed_frame(ImageForge& forge) {
  forge.frames.at(3).content.pop_back();
  forge.inode(2).size -= 1;
  forge.inode(2).allocated -= 1;
  for (ExtentRecord& extent : forge.extents) extent.stream_offset -= 1;
}

// One attribute more than the longest list of names has room for.
void add_many_xattrs(ImageForge& forge) {
  std::vector<Xattr> xattrs;
  for (int i = 0; i <= 65536 / 16; ++i) xattrs.push_back({fmt::format("user.{:010}", i), {}});
  forge.xattr_data = XattrSet(xattrs).encode();
  forge.xattr_sets = {{0, static_cast<std::uint32_t>(forge.xattr_data.size()),
                       static_cast<std::uint32_t>(xattrs.size())}};
}

// Frame 0 as a valid frame of different content that is one byte longer.
void encode_longer_content(Codec codec, ByteVector& coded) {
  FrameEncoder encoder({codec, 3});
  const EncodedFrame encoded = encoder.encode(text_bytes(401, 1)).value();
  coded.assign(encoded.bytes.begin(), encoded.bytes.end());
}
void longer_content(ByteVector& coded) { encode_longer_content(Codec::kZstd, coded); }
void longer_lz4_content(ByteVector& coded) { encode_longer_content(Codec::kLz4, coded); }

// A frame of raw blocks without the checksum flag and the checksum.
void drop_checksum(ImageForge& forge) {
  ForgedFrame& frame = forge.frames.at(0);
  frame.coded.emplace(stored_frame_size(FrameKind::kStored, frame.content.size()));
  write_stored_frame(FrameKind::kStored, frame.content, content_checksum(frame.content),
                     *frame.coded);
  frame.coded->at(4) &= ~std::byte{1 << 2};
  frame.coded->resize(frame.coded->size() - 4);
  frame.kind = FrameKind::kZstd;
}

// A skippable frame after the data frame, within its place in the image.
void trail_skippable(ByteVector& coded) {
  ByteWriter writer(coded);
  writer.u32(0x184D2A50);
  writer.u32(0);
}

// A valid frame with a kind that requires different bytes.
auto false_kind(FrameKind kind) {
  return [=](ImageForge& forge) {
    forge.encoder.codec = is_lz4(kind) ? Codec::kLz4 : Codec::kZstd;
    forge.frames.at(0).kind = kind;
  };
}

// An image of LZ4 frames without the feature flag.
void hide_lz4(ImageForge& forge) {
  forge.encoder.codec = Codec::kLz4;
  forge.on_header = [](IndexHeader& header) { header.incompat = 0; };
}

// The header announces block checksums, and its own checksum is right.
void promise_block_checksums(ByteVector& coded) {
  coded.at(4) |= std::byte{1 << 4};
  coded.at(14) = static_cast<std::byte>(xxh32(ByteSpan(coded).subspan(4, 10)) >> 8);
}

// An LZ4 frame for 400 bytes of content, with the one block `block` and the given size field.
auto lz4_block(std::uint32_t size_field, const ByteVector& block) {
  return lz4_frame([=](ByteVector& coded) {
    const ByteVector trailer(coded.end() - 8, coded.end());
    coded.resize(15);
    ByteWriter writer(coded);
    writer.u32(size_field);
    writer.append(block);
    writer.append(trailer);
  });
}

// 200 literals instead of a block of 400 bytes.
ByteVector short_block() {
  ByteVector block = {std::byte{0xF0}, std::byte{200 - 15}};
  const ByteVector text = text_bytes(200, 1);
  block.insert(block.end(), text.begin(), text.end());
  return block;
}

}  // namespace

const std::vector<Forgery>& forgeries() {
  static const std::vector<Forgery> kAll = {
      {"footer_magic", image_byte(1, std::byte{0})},
      {"footer_descriptor", image_byte(5, std::byte{0x84})},
      {"footer_frame_count", image_u32(9, 0x0800'0001)},
      {"index_frame_size", image_u32(21, 335)},
      {"index_frame_magic", index_byte(0, std::byte{1})},
      {"header_magic", index_byte(8, std::byte{1})},
      {"header_checksum", index_byte(kEntryOffset - 1, std::byte{1})},
      {"header_version", header_field<std::uint16_t>(8, 2)},
      {"header_size", header_field<std::uint16_t>(10, 328)},
      {"header_incompat", header([](auto& h) { h.incompat = 1U << 31; })},
      {"header_image_size", header([](auto& h) { ++h.image_size; })},
      {"header_data_size", header([](auto& h) { h.data_size = ~std::uint64_t{0}; })},
      {"header_stream_size", header([](auto& h) { h.stream_size = kFar; })},
      {"header_frame_bound", header([](auto& h) { h.frame_bound = (16U << 20) + 1; })},
      {"header_frame_count", header([](auto& h) { h.frame_count = 0; })},
      {"header_index_frame_size", header([](auto& h) { h.index_frame_size = 32768 + 1; })},
      {"header_index_frame_count", header([](auto& h) { ++h.index_frame_count; })},
      {"header_tables_size", header(claim_large_tables)},
      {"header_digest_rows", digest_header([](auto& h) { --h.tables[8].rows; })},
      {"header_digest_bounds",
       digest_header([](auto& h) { h.tables[8].offset = {h.tables_size}; })},
      {"header_digest_alignment", digest_header([](auto& h) { h.tables[8].offset.value -= 16; })},
      {"header_index_digests", digest_header([](auto& h) { ++h.index_digests; })},
      {"header_table_bounds", header([](auto& h) { h.tables[2].rows = kFar; })},
      {"header_table_alignment", header([](auto& h) { ++h.tables[0].offset.value; })},
      {"header_inode_count", header([](auto& h) { h.tables[0].rows = 0; })},
      {"header_frame_rows", header([](auto& h) { --h.tables[4].rows; })},
      {"entry_offset", entry_field<std::uint64_t>(0, ~std::uint64_t{0})},
      {"entry_coded_size", entry_field<std::uint32_t>(8, ~std::uint32_t{0})},
      {"entry_checksum", entry_field<std::uint32_t>(12, 0x12345678)},
      {"index_frame_truncated", entry_field<std::uint32_t>(8, 20)},
      {"index_frame_content_size", header([](auto& h) { h.tables_size += 16; })},
      {"root_not_directory", inode(1, [](auto& i) { i.mode = 0100755; })},
      {"inode_type", inode(4, [](auto& i) { i.mode = 0070644; })},
      {"inode_flags", inode(4, [](auto& i) { i.flags = 1 << 1; })},
      {"inode_nanoseconds", inode(4, [](auto& i) { i.mtime_nanoseconds = 1'000'000'000; })},
      {"inode_size", inode(6, [](auto& i) { i.size = ~std::uint64_t{0}; })},
      {"inode_data_bounds", inode(2, [](auto& i) { i.data = kFar; })},
      {"inode_frame", inode(2, [](auto& i) { i.count = 6; })},
      {"inode_dentries", inode(3, [](auto& i) { i.count = 2; })},
      {"inode_parent", inode(3, [](auto& i) { i.parent = 9; })},
      {"inode_extents", inode(6, [](auto& i) { i.count = 3; })},
      {"inode_xattr_set", inode(7, [](auto& i) { i.xattr_set = 2; })},
      {"symlink_size", inode(5, [](auto& i) { i.size = 0; })},
      {"symlink_bounds", inode(5, [](auto& i) { i.data += 1; })},
      {"symlink_nul",
       [](ImageForge&
              forge) { forge.inode(5).data = forge.add_string(std::string_view("dir\0deep", 8)); }},
      {"dentry_inode", dentry([](auto& d) { d.inode = 9; })},
      {"dentry_name_empty", dentry_name("")},
      {"dentry_name_length", dentry_name(std::string(256, 'n'))},
      {"dentry_name_bounds", dentry([](auto& d) { d.name_offset = kFar; })},
      {"dentry_name_slash", dentry_name("d/r")},
      {"dentry_name_dot", dentry_name("..")},
      {"extent_bounds", extent([](auto& e) { e.length = 5001; })},
      {"extent_stream", extent([](auto& e) { e.stream_offset = kFar; })},
      {"extent_stream_gap", extent([](auto& e) { e.stream_offset += 1; })},
      {"extent_length_zero", extent([](auto& e) { e.length = 0; })},
      {"frame_order", frame_row(1, [](auto& r) { r.stream_offset = 0; })},
      {"frame_image_bounds", frame_row(5, [](auto& r) { r.image_offset = kFar; })},
      {"frame_bound", [](ImageForge& forge) { forge.frame_bound = 512; }},
      {"frame_coded_size",
       coded_frame(0, [](ByteVector& coded) { coded.resize(400 + 400 / 256 + 65); })},
      {"frame_kind", frame_row(0, [](auto& r) { r.kind = 200; })},
      {"frame_files", frame_row(1, [](auto& r) { r.first_file = 4; })},
      {"frame_files_count", list_more_files_than_bytes},
      {"frame_crossed_size", cut_crossed_frame},
      {"frame_wrong_run", inode(7, [](auto& i) { i.count = 1; })},
      {"frame_checksum", frame_row(0, [](auto& r) { r.checksum ^= 1; })},
      {"frame_content_size", coded_frame(0, longer_content)},
      {"frame_no_checksum", drop_checksum},
      {"frame_trailing", coded_frame(0, trail_skippable)},
      {"frame_bit_flip", coded_frame(0, [](ByteVector& coded) { coded.at(60) ^= std::byte{4}; })},
      {"stored_not_canonical", false_kind(FrameKind::kStored)},
      {"fill_not_canonical", false_kind(FrameKind::kFill)},
      {"lz4_feature", hide_lz4},
      {"lz4_descriptor", lz4_frame(promise_block_checksums)},
      {"lz4_header_checksum", lz4_frame([](auto& coded) { coded.at(14) ^= std::byte{1}; })},
      {"lz4_content_size", coded_frame(0, longer_lz4_content, Codec::kLz4)},
      {"lz4_block_size", lz4_block(401, ByteVector(401))},
      {"lz4_block_content", lz4_block(202, short_block())},
      {"lz4_block_uncompressed", lz4_block(1U << 31 | 200, text_bytes(200, 1))},
      {"lz4_end_mark", lz4_frame([](auto& coded) { coded.at(coded.size() - 8) = std::byte{1}; })},
      {"lz4_trailing", coded_frame(0, trail_skippable, Codec::kLz4)},
      {"lz4_bit_flip", lz4_frame([](auto& coded) { coded.at(22) ^= std::byte{4}; })},
      {"lz4_stored_not_canonical", false_kind(FrameKind::kLz4Stored)},
      {"lz4_fill_not_canonical", false_kind(FrameKind::kLz4Fill)},
      {"xattr_set_bounds", xattr_set([](auto&, auto& set) { set.offset = 1; })},
      {"xattr_set_size", xattr_set([](auto&, auto& set) { set.length = (16U << 20) + 1; })},
      {"xattr_names_size", add_many_xattrs},
      {"xattr_order",
       xattr_set([](auto& forge, auto&) { forge.xattr_data.at(6 + 5) = std::byte{'z'}; })},
      {"xattr_count", xattr_set([](auto&, auto& set) { set.count = 3; })},
      {"xattr_name", xattr_set([](auto& forge, auto&) { forge.xattr_data.at(0) = std::byte{0}; })},
  };
  return kAll;
}

}  // namespace zvfs::testing
