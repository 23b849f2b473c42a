// Any bytes as index tables, in an image whose checksums are right: so the fuzzer gets past them
// and reaches every check of inodes, dentries, extents, frames and xattrs. The input is a list of
// patches: table u8, position u16, value u8, each one byte of a table of the sound image.
#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace {

template <typename Record>
void patch(std::vector<Record>& records, std::size_t position, std::byte value) {
  zvfs::ByteVector bytes;
  for (const Record& record : records) record.append_to(bytes);
  const std::size_t row_size = bytes.size() / records.size();
  bytes[position % bytes.size()] = value;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i] = Record::parse(zvfs::ByteSpan(bytes).subspan(i * row_size, row_size));
  }
}

void patch_table(zvfs::testing::ImageForge& forge, std::uint8_t table, std::size_t position,
                 std::byte value) {
  switch (table % 6) {
    case 0:
      return patch(forge.inodes, position, value);
    case 1:
      return patch(forge.dentries, position, value);
    case 2:
      forge.strings[position % forge.strings.size()] = static_cast<char>(value);
      return;
    case 3:
      return patch(forge.extents, position, value);
    case 4:
      return patch(forge.xattr_sets, position, value);
    default:
      forge.xattr_data[position % forge.xattr_data.size()] = value;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  zvfs::ByteReader reader(std::as_bytes(std::span(data, size)));
  zvfs::testing::ImageForge forge;
  std::vector<std::pair<std::size_t, std::byte>> frame_patches;
  for (int patches = 0; patches < 64 && reader.remaining() >= 4; ++patches) {
    const std::uint8_t table = reader.u8();
    const std::size_t position = reader.u16();
    const auto value = static_cast<std::byte>(reader.u8());
    if (table % 7 == 6) {
      frame_patches.emplace_back(position, value);
    } else {
      patch_table(forge, table % 7, position, value);
    }
  }
  forge.on_frame_rows = [&](std::vector<zvfs::FrameRecord>& rows) {
    for (const auto& [position, value] : frame_patches) patch(rows, position, value);
  };
  static_cast<void>(zvfs::testing::open_and_walk(forge.build()));
  return 0;
}
