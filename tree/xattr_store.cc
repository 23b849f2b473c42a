#include "tree/xattr_store.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "codecs/checksum.h"

namespace zvfs {

std::size_t XattrStore::Hash::operator()(ByteSpan set) const { return xxh64(set); }

bool XattrStore::Equal::operator()(ByteSpan set, std::uint32_t row) const {
  return std::ranges::equal(set, store->encoded(row));
}

Result<std::uint32_t> XattrStore::add(const XattrSet& set) {
  if (set.empty()) return 0U;
  if (set.is_copy_of(last_)) return last_row_;
  last_row_ = ZVFS_TRY(add_encoded(set));
  last_ = set;
  return last_row_;
}

Result<std::uint32_t> XattrStore::add_encoded(const XattrSet& set) {
  ++encoded_sets_;
  if (const std::size_t size = set.names().size(); size > XattrSet::kMaxNamesSize) {
    return fail(ErrorCode::kTooLarge,
                "names of extended attributes of {} bytes exceed the limit of {}", size,
                XattrSet::kMaxNamesSize);
  }
  const ByteVector bytes = set.encode();
  if (bytes.size() > kMaxXattrSetSize) {
    return fail(ErrorCode::kTooLarge, "extended attributes of {} bytes exceed the limit of {}",
                bytes.size(), kMaxXattrSetSize);
  }
  const auto known = rows_by_content_.find(ByteSpan(bytes));
  if (known != rows_by_content_.end()) return *known + 1;
  if (sets_.size() == std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "more than {} different sets of extended attributes",
                sets_.size());
  }
  const auto row = static_cast<std::uint32_t>(sets_.size());
  sets_.push_back({data_.size(), static_cast<std::uint32_t>(bytes.size()),
                   static_cast<std::uint32_t>(set.xattrs().size())});
  data_.append(bytes);
  rows_by_content_.insert(row);
  return row + 1;
}

XattrSet XattrStore::get(std::uint32_t row_plus_1) const {
  if (row_plus_1 == 0) return {};
  const std::uint32_t row = row_plus_1 - 1;
  auto set = XattrSet::parse(encoded(row), sets_[row].count);
  assert(set && "what was encoded is parsed");
  return set ? *std::move(set) : XattrSet{};
}

}  // namespace zvfs
