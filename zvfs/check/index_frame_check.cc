#include "zvfs/check/index_frame_check.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "format/seek_table.h"
#include "zvfs/check/seek_table_reader.h"

namespace zvfs {
namespace {

void check_header(const CheckContext& context, ByteSpan bytes) {
  const IndexHeader& header = context.image.header();
  if (!header.has_unknown_features() && !std::ranges::equal(header.encode(), bytes)) {
    context.problems.add("index header: zero fields, or bytes after the builder, are not zero");
  }
  std::uint64_t end = 0;
  const std::size_t count = header.has_digests() ? kTableCount : kTableCount - 1;
  for (std::size_t i = 0; i < count; ++i) {
    const IndexHeader::TableExtent& table = header.tables[i];
    if (table.offset.value < end) {
      context.problems.add("index header: table {} at {} begins before {}, the end of the last one",
                           i, table.offset.value, end);
    }
    end = table.offset.value + table.rows * kRowSizes[i];
  }
}

// Checks the index directory as stored in the image.
class IndexDirectoryCheck {
 public:
  explicit IndexDirectoryCheck(CheckContext& context) : context_(context) {}

  // Errors: Io.
  Result<void> check_order() {
    const IndexHeader& header = context_.image.header();
    std::array<std::byte, IndexEntry::kSize> row;
    for (std::uint32_t i = 0; i < header.index_frame_count; ++i) {
      ZVFS_TRY(context_.image.frames().read_raw(header.index_entry_offset(i), row));
      entries_.push_back(IndexEntry::parse(row));
      if (entries_.back().offset != end_) {
        context_.problems.add("index directory: frame {}: offset {} is not {}, the end of the last",
                              i, entries_.back().offset, end_);
      }
      end_ = entries_.back().offset + entries_.back().coded_size;
    }
    return {};
  }

  // Errors: Io.
  Result<void> check_nested_seek_table() {
    const IndexHeader& header = context_.image.header();
    const std::uint64_t table_size = SeekTableFooter{header.index_frame_count}.table_size();
    const std::uint64_t index_end =
        header.image_size - SeekTableFooter{header.frame_count + 1}.table_size();
    const std::uint64_t begin = header.index_frames_offset().value + end_;
    if (begin > index_end || index_end - begin < table_size) {
      context_.problems.add(
          "nested seek table: {} bytes at {:#x} are fewer than the {} of {} entries",
          index_end - std::min(begin, index_end), begin, table_size, header.index_frame_count);
      return {};
    }
    SeekTableReader reader(context_.image, {begin}, header.index_frame_count);
    if (auto sane = reader.check_frame(); !sane) {
      if (sane.error().code == ErrorCode::kIo || is_of_system(sane.error())) return sane;
      context_.problems.add("nested seek table: {}", sane.error().message);
      return {};
    }
    for (std::uint32_t i = 0; i < header.index_frame_count; ++i) {
      check_entry(i, ZVFS_TRY(reader.next()));
    }
    check_place_of_digests({begin + table_size});
    return {};
  }

 private:
  void check_place_of_digests(ImageOffset table_end) {
    const IndexHeader& header = context_.image.header();
    if (!header.has_digests() || header.index_digest_offset(0) >= table_end) return;
    context_.problems.add("index digests: {:#x} is before {:#x}, the end of the nested seek table",
                          header.index_digest_offset(0).value, table_end.value);
  }

  void check_entry(std::uint32_t i, const SeekTableEntry& entry) {
    const IndexHeader& header = context_.image.header();
    const std::uint64_t left = header.tables_size - std::uint64_t{i} * header.index_frame_size;
    const SeekTableEntry expected{
        entries_[i].coded_size,
        static_cast<std::uint32_t>(std::min<std::uint64_t>(left, header.index_frame_size)),
        entries_[i].checksum};
    if (entry == expected) return;
    context_.problems.add(
        "nested seek table: entry {}: {} bytes of {} with checksum {:08x}, but the index "
        "directory has {} of {} with {:08x}",
        i, entry.coded_size, entry.decoded_size, entry.checksum, expected.coded_size,
        expected.decoded_size, expected.checksum);
  }

  CheckContext& context_;
  std::vector<IndexEntry> entries_;
  std::uint64_t end_ = 0;
};

// Compares an index frame with its digest.
Result<void> compare_digest(const ImageTables& image, std::uint32_t number) {
  const FrameKey key{FrameKey::Space::kIndex, number};
  return image.frames().compare(key, ZVFS_TRY(image.index().location(number)),
                                ZVFS_TRY(image.digests().of(key)));
}

// What is wrong with an index frame; nothing if it is empty.
struct Finding {
  std::string message = {};
  bool is_readable = true;
};

Finding examine(const ImageTables& image, std::uint32_t number) {
  if (const auto frame = image.index().frame(number); !frame) return {frame.error().message, false};
  if (!image.header().has_digests()) return {};
  if (const auto same = compare_digest(image, number); !same) return {same.error().message};
  return {};
}

// Decodes all index frames on all threads.
void check_contents(CheckContext& context) {
  const std::uint32_t count = context.image.header().index_frame_count;
  std::vector<Finding> findings(count);
  std::atomic<std::uint32_t> next{0};
  run_on_threads(std::min(context.threads, count), [&](unsigned) {
    for (std::uint32_t i = next++; i < count; i = next++) findings[i] = examine(context.image, i);
  });
  for (const Finding& finding : findings) {
    if (finding.message.empty()) continue;
    context.problems.add_message(finding.is_readable ? "index digest" : "index frame",
                                 finding.message);
    if (!finding.is_readable) context.index_is_whole = false;
  }
}

}  // namespace

Result<void> check_index_frames(CheckContext& context) {
  const IndexHeader& header = context.image.header();
  std::array<std::byte, IndexHeader::kSize> bytes;
  ZVFS_TRY(context.image.frames().read_raw({header.data_size + kSkippableHeaderSize}, bytes));
  check_header(context, bytes);

  IndexDirectoryCheck directory(context);
  ZVFS_TRY(directory.check_order());
  ZVFS_TRY(directory.check_nested_seek_table());
  check_contents(context);
  return {};
}

}  // namespace zvfs
