#include "tar/sparse_map.h"

#include <utility>

namespace zvfs {

void SparseMap::begin(std::uint64_t real_size) {
  *this = SparseMap();
  real_size_ = real_size;
}

Result<void> SparseMap::add(std::uint64_t offset, std::uint64_t length) {
  if (offset < end_ || offset > real_size_ || length > real_size_ - offset) {
    return fail(ErrorCode::kCorrupt, "sparse map: {} bytes at {} are outside {} to {}", length,
                offset, end_, real_size_);
  }
  if (length == 0) return {};  // marks a hole at the end
  if (!extents_.empty() && offset == end_) {
    extents_.back().length += length;
  } else {
    extents_.push_back({.file_offset = offset, .length = length});
  }
  end_ = offset + length;
  data_size_ += length;
  return {};
}

Result<bool> SparseMap::add_text(ByteSpan block) {
  constexpr unsigned kMaxDigits = 19;  // of any number up to 2^63 - 1
  for (const char c : as_text(block)) {
    if (runs_left_ && *runs_left_ == 0) return true;  // the rest of the block is padding
    if (c >= '0' && c <= '9' && digits_ < kMaxDigits) {
      number_ = number_ * 10 + static_cast<std::uint64_t>(c - '0');
      ++digits_;
    } else if (c == '\n' && digits_ > 0) {
      digits_ = 0;
      ZVFS_TRY(add_number(std::exchange(number_, 0)));
    } else {
      return fail(ErrorCode::kCorrupt, "sparse map: not decimal numbers");
    }
  }
  return runs_left_ && *runs_left_ == 0;
}

Result<void> SparseMap::add_number(std::uint64_t number) {
  if (!runs_left_) {
    runs_left_ = number;
  } else if (!offset_) {
    offset_ = number;
  } else {
    --*runs_left_;
    const std::uint64_t offset = *offset_;
    offset_.reset();
    return add(offset, number);
  }
  return {};
}

std::vector<ExtentRecord> SparseMap::take_extents() { return std::exchange(extents_, {}); }

}  // namespace zvfs
