#include "format/xattr_scan.h"

#include "format/xattr_set.h"

namespace zvfs {
namespace {

constexpr std::size_t kSizes = 6;  // the bytes before a name

}  // namespace

// The next `size` bytes of the set, or none if it has fewer.
Result<ByteSpan> XattrScan::take(std::uint64_t size) {
  if (size > end_ - next_) return ByteSpan();
  next_ += size;
  return cursor_.bytes(Table::kXattrData, next_ - size, size);
}

Result<bool> XattrScan::next() {
  if (taken_ == count_) {
    if (next_ == end_) return false;
    return fail(ErrorCode::kCorrupt, "xattr set: {} bytes after its {} attributes", end_ - next_,
                count_);
  }
  ByteReader sizes(ZVFS_TRY(take(kSizes)));
  const std::size_t name_size = sizes.u16();
  value_size_ = sizes.u32();
  const ByteSpan name = ZVFS_TRY(take(name_size));
  if (!sizes.ok() || !is_xattr_name(as_text(name)) || value_size_ > XattrSet::kMaxValueSize ||
      value_size_ > end_ - next_) {
    return fail(ErrorCode::kCorrupt, "xattr set: attribute {} of {} is out of range", taken_,
                count_);
  }
  if (taken_ > 0 && name_ >= as_text(name)) {
    return fail(ErrorCode::kCorrupt, "xattr set: attribute {} of {} is out of order", taken_,
                count_);
  }
  names_size_ += name_size + 1;
  if (names_size_ > XattrSet::kMaxNamesSize) {
    return fail(ErrorCode::kCorrupt, "xattr set: names of more than {} bytes",
                XattrSet::kMaxNamesSize);
  }
  name_ = as_text(name);
  next_ += value_size_;
  ++taken_;
  return true;
}

}  // namespace zvfs
