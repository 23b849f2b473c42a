#include "format/index_writer.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "format/digests/root_hash.h"

namespace zvfs {

IndexWriter::IndexWriter(int level) : encoder_({Codec::kZstd, level}) {
  pending_.reserve(kIndexFrameSize);
}

Result<void> IndexWriter::begin(Table table) {
  const auto number = static_cast<std::size_t>(table);
  assert(number >= next_table_ && "tables are begun in their order");
  for (; next_table_ <= number; ++next_table_) {
    const std::uint64_t alignment = kRowSizes[next_table_];
    const std::uint64_t padding = (alignment - decoded_size_ % alignment) % alignment;
    ZVFS_TRY(write_bytes(ByteVector(padding)));
    header_.tables[next_table_] = {TableOffset{decoded_size_}, 0};
  }
  return {};
}

Result<void> IndexWriter::append(ByteSpan rows) {
  assert(next_table_ > 0 && rows.size() % kRowSizes[next_table_ - 1] == 0);
  header_.tables[next_table_ - 1].rows += rows.size() / kRowSizes[next_table_ - 1];
  return write_bytes(rows);
}

Result<void> IndexWriter::write_bytes(ByteSpan bytes) {
  decoded_size_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kIndexFrameSize - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (pending_.size() == kIndexFrameSize) ZVFS_TRY(flush_frame());
  }
  return {};
}

Result<void> IndexWriter::flush_frame() {
  const EncodedFrame frame = ZVFS_TRY(encoder_.encode(pending_));
  const auto coded_size = static_cast<std::uint32_t>(frame.bytes.size());
  IndexEntry{frames_.size(), coded_size, frame.checksum}.append_to(directory_);
  seek_table_.push_back({coded_size, static_cast<std::uint32_t>(pending_.size()), frame.checksum});
  frames_.insert(frames_.end(), frame.bytes.begin(), frame.bytes.end());
  pending_.clear();
  return {};
}

ByteVector IndexWriter::index_digests() const {
  ByteVector digests;
  ByteWriter writer(digests);
  Sha256 hash;
  std::size_t begin = 0;
  for (const SeekTableEntry& frame : seek_table_) {
    hash.update(ByteSpan(frames_).subspan(begin, frame.coded_size));
    writer.append(hash.finish());
    begin += frame.coded_size;
  }
  return digests;
}

Result<ByteVector> IndexWriter::finish(const ImageSummary& summary) {
  if (!has_begun(Table::kXattrData)) ZVFS_TRY(begin(Table::kXattrData));
  if (!pending_.empty()) ZVFS_TRY(flush_frame());
  const ByteVector nested_seek_table = encode_seek_table(seek_table_);
  const bool has_digests = has_begun(Table::kFrameDigests);
  const ByteVector digests = has_digests ? index_digests() : ByteVector();

  const std::uint64_t payload_size = IndexHeader::kSize + directory_.size() + frames_.size() +
                                     nested_seek_table.size() + digests.size();
  if (payload_size > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "the index of {} bytes exceeds 4 GiB", payload_size);
  }
  header_.data_size = summary.data_size;
  header_.stream_size = summary.stream_size;
  header_.content_size = summary.content_size;
  header_.frame_bound = summary.frame_bound;
  header_.frame_count = summary.frame_count;
  header_.compat = summary.compat;
  if (has_digests) {
    header_.compat |= IndexHeader::kDigests;
    header_.index_digests = frames_.size() + nested_seek_table.size();
  }
  header_.incompat = summary.incompat;
  header_.builder = summary.builder;
  header_.index_frame_size = kIndexFrameSize;
  header_.index_frame_count = static_cast<std::uint32_t>(seek_table_.size());
  header_.tables_size = decoded_size_;
  header_.image_size = summary.data_size + kSkippableHeaderSize + payload_size +
                       SeekTableFooter{summary.frame_count + 1}.table_size();

  ByteVector out;
  out.reserve(kSkippableHeaderSize + payload_size);
  ByteWriter writer(out);
  writer.u32(kIndexFrameMagic);
  writer.u32(static_cast<std::uint32_t>(payload_size));
  const ByteVector header = header_.encode();
  writer.append(header);
  writer.append(directory_);
  writer.append(frames_);
  writer.append(nested_seek_table);
  writer.append(digests);
  if (has_digests) root_ = RootHash::of(header, directory_, digests);
  return out;
}

}  // namespace zvfs
