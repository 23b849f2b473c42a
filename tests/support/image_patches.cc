#include "tests/support/image_patches.h"

#include <algorithm>
#include <span>

#include "trust/sha256.h"

namespace zvfs::testing {

ImagePatches::ImagePatches(ByteReader& reader, std::size_t limit) {
  constexpr std::size_t kSize = 4;
  while (patches_.size() < limit && reader.remaining() >= kSize) {
    const std::uint8_t part = reader.u8() % kParts;
    const std::uint16_t position = reader.u16();
    patches_.push_back({part, position, reader.u8()});
  }
}

template <typename Bytes>
void ImagePatches::change(std::uint8_t part, Bytes& bytes) const {
  if (bytes.empty()) return;
  for (const Patch& patch : patches_) {
    using Byte = typename Bytes::value_type;
    if (patch.part == part) bytes[patch.position % bytes.size()] = static_cast<Byte>(patch.value);
  }
}

void ImagePatches::add_to(ImageForge& forge) const {
  const auto number = [](Table table) { return static_cast<std::uint8_t>(table); };
  change(number(Table::kStrings), forge.strings);
  change(number(Table::kXattrData), forge.xattr_data);
  const std::span<std::byte> frame_files = std::as_writable_bytes(std::span(forge.frame_files));
  change(number(Table::kFrameFiles), frame_files);
  forge.has_digests |=
      std::ranges::any_of(patches_, [](const Patch& patch) { return patch.part >= kFrameDigests; });
  forge.on_rows = [=, this](Table table, ByteVector& rows) {
    change(table == Table::kFrameDigests ? kFrameDigests : number(table), rows);
  };
  forge.on_header_bytes = [this](ByteVector& header) { change(kHeader, header); };
  forge.on_index = [this, has_digests = forge.has_digests](ByteVector& index) {
    constexpr std::size_t kBegin = kSkippableHeaderSize + IndexHeader::kSize;
    std::span<std::byte> directory(index.data() + kBegin, IndexEntry::kSize);
    change(kDirectory, directory);
    if (!has_digests) return;
    std::span<std::byte> digest = std::span(index).last(sizeof(Sha256Digest));  // of the one frame
    change(kIndexDigests, digest);
  };
}

}  // namespace zvfs::testing
