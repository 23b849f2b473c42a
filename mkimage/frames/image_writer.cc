#include "mkimage/frames/image_writer.h"

#include <cassert>
#include <cerrno>
#include <unistd.h>
#include <vector>

#include "base/file_io.h"
#include "format/seek_table.h"

namespace zvfs {

Result<void> ImageWriter::write(const CodedFrame& frame) {
  assert(frame.number.value == frames_.size() && frame.stream_offset.value == stream_size_);
  frames_.push_back({.image_offset = image_size_,
                     .stream_offset = stream_size_,
                     .checksum = frame.checksum,
                     .first_file = frame.first_file,
                     .kind = static_cast<std::uint8_t>(frame.kind)});
  if (wants_digests()) digests_.push_back(frame.digest);
  stream_size_ += frame.decoded_size;
  if (on_names_ && !frame.names.empty()) on_names_(frame.names);
  return append(frame.bytes);
}

Result<void> ImageWriter::finish(ByteSpan index_frame) {
  const std::uint64_t data_size = image_size_;
  ZVFS_TRY(append(index_frame));
  return append(make_seek_table(data_size, index_frame.size()));
}

ByteVector ImageWriter::make_seek_table(std::uint64_t data_size,
                                        std::size_t index_frame_size) const {
  std::vector<SeekTableEntry> entries;
  entries.reserve(frames_.size() + 1);
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const bool last = i + 1 == frames_.size();
    const std::uint64_t image_end = last ? data_size : frames_[i + 1].image_offset;
    const std::uint64_t stream_end = last ? stream_size_ : frames_[i + 1].stream_offset;
    entries.push_back({static_cast<std::uint32_t>(image_end - frames_[i].image_offset),
                       static_cast<std::uint32_t>(stream_end - frames_[i].stream_offset),
                       frames_[i].checksum});
  }
  entries.push_back({static_cast<std::uint32_t>(index_frame_size), 0, kEmptyChecksum});
  return encode_seek_table(entries);
}

Result<void> ImageWriter::append(ByteSpan bytes) {
  ZVFS_TRY(write_all(fd_, bytes, cannot_write_));
  image_size_ += bytes.size();
  progress_.bytes_written = image_size_;
  return {};
}

}  // namespace zvfs
