#include "zvfs/check/seek_table_reader.h"

#include <algorithm>
#include <array>

namespace zvfs {
namespace {

constexpr std::uint32_t kEntriesAtATime = 4096;

}  // namespace

Result<void> SeekTableReader::check_frame() const {
  const std::uint64_t table_size = SeekTableFooter{entries_}.table_size();
  std::array<std::byte, kSkippableHeaderSize> head;
  ZVFS_TRY(image_.frames().read_raw(begin_, head));
  ByteReader reader(head);
  const std::uint32_t magic = reader.u32();
  const std::uint32_t size = reader.u32();
  if (magic != kSeekTableFrameMagic) {
    return fail(ErrorCode::kCorrupt, "magic {:#x} at {:#x} is not {:#x}", magic, begin_.value,
                kSeekTableFrameMagic);
  }
  if (size != table_size - kSkippableHeaderSize) {
    return fail(ErrorCode::kCorrupt, "size {} is not the {} of {} entries", size,
                table_size - kSkippableHeaderSize, entries_);
  }
  std::array<std::byte, SeekTableFooter::kSize> foot;
  ZVFS_TRY(image_.frames().read_raw({begin_.value + table_size - foot.size()}, foot));
  const auto footer = SeekTableFooter::parse(foot);
  if (!footer || footer->frame_count != entries_) {
    return fail(ErrorCode::kCorrupt, "no footer of {} entries at {:#x}", entries_,
                begin_.value + table_size - foot.size());
  }
  return {};
}

Result<SeekTableEntry> SeekTableReader::next() {
  if (next_ == loaded_) {
    const std::uint32_t count = std::min(kEntriesAtATime, entries_ - loaded_);
    const std::uint64_t offset = std::uint64_t{loaded_} * SeekTableEntry::kSize;
    buffer_.resize(std::size_t{count} * SeekTableEntry::kSize);
    ZVFS_TRY(image_.frames().read_raw({begin_.value + kSkippableHeaderSize + offset}, buffer_));
    loaded_ += count;
  }
  const std::size_t left = loaded_ - next_++;
  ByteReader reader(ByteSpan(buffer_).last(left * SeekTableEntry::kSize));
  SeekTableEntry entry;
  entry.coded_size = reader.u32();
  entry.decoded_size = reader.u32();
  entry.checksum = reader.u32();
  return entry;
}

}  // namespace zvfs
