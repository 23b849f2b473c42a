#pragma once

#include "format/image_tables.h"
#include "tests/support/image_forge.h"

namespace zvfs::testing {

/// The parts of a sound image, to be changed and built again.
inline ImageForge loaded_forge(const ImageTables& image) {
  ImageForge forge;
  IndexReader::Cursor cursor(image.index());
  const auto load = [&]<typename Record>(Table table, std::vector<Record>& records) {
    records.clear();
    for (std::uint64_t row = 0; row < image.index().rows(table); ++row) {
      records.push_back(cursor.row<Record>(table, row).value());
    }
  };
  const auto bytes = [&](Table table) {
    return cursor.bytes(table, 0, image.index().rows(table)).value();
  };
  load(Table::kInodes, forge.inodes);
  load(Table::kDentries, forge.dentries);
  load(Table::kExtents, forge.extents);
  load(Table::kXattrSets, forge.xattr_sets);
  forge.strings = as_text(bytes(Table::kStrings));
  const ByteSpan xattrs = bytes(Table::kXattrData);
  forge.xattr_data.assign(xattrs.begin(), xattrs.end());
  forge.frame_bound = image.header().frame_bound;
  forge.has_digests = image.header().has_digests();

  forge.frames.clear();
  forge.first_files.clear();
  forge.frame_files.clear();
  for (std::uint32_t number = 0; number < image.header().frame_count; ++number) {
    const DataFrame frame = image.frame_table().frame(cursor, {number}).value();
    ForgedFrame& forged = forge.frames.emplace_back();
    forged.content.resize(frame.location.decoded_size);
    const FrameKey key{FrameKey::Space::kData, number};
    image.frames().decode(key, frame.location, forged.content).value();
    forge.first_files.push_back(frame.first_file);
  }
  const std::uint64_t files = image.index().rows(Table::kFrameFiles);
  for (std::uint64_t row = 0; row < files; ++row) {
    forge.frame_files.push_back(cursor.u32_row(Table::kFrameFiles, row).value());
  }
  forge.first_files.push_back(static_cast<std::uint32_t>(files));
  return forge;
}

}  // namespace zvfs::testing
