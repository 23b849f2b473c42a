#pragma once

#include <cstdint>
#include <unordered_set>

#include "base/bytes.h"
#include "base/grow_array.h"
#include "base/result.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

/// The distinct xattr sets of a tree, in the form of the index tables. Not thread-safe; threads may
/// read it while none adds.
class XattrStore {
 public:
  XattrStore() : rows_by_content_(0, Hash{this}, Equal{this}) {}
  XattrStore(const XattrStore&) = delete;
  XattrStore& operator=(const XattrStore&) = delete;

  /// The row of `set` plus 1, as stored in an inode; 0 for an empty set. Equal sets share a row.
  /// A copy of the set before it costs nothing.
  /// Errors: TooLarge (above kMaxXattrSetSize).
  Result<std::uint32_t> add(const XattrSet& set);

  /// How many sets add() has encoded.
  [[nodiscard]] std::uint64_t encoded_sets() const { return encoded_sets_; }

  /// The set for which add() returned `row_plus_1`; the empty set for 0.
  [[nodiscard]] XattrSet get(std::uint32_t row_plus_1) const;

  [[nodiscard]] std::span<const XattrSetRecord> sets() const { return sets_.span(); }
  [[nodiscard]] ByteSpan data() const { return data_.span(); }

 private:
  Result<std::uint32_t> add_encoded(const XattrSet& set);
  [[nodiscard]] ByteSpan encoded(std::uint32_t row) const {
    return data().subspan(sets_[row].offset, sets_[row].length);
  }

  // Rows are hashed and compared by their contents, so that no set is stored twice.
  struct Hash {
    using is_transparent = void;
    const XattrStore* store;
    std::size_t operator()(ByteSpan set) const;
    std::size_t operator()(std::uint32_t row) const { return (*this)(store->encoded(row)); }
  };
  struct Equal {
    using is_transparent = void;
    const XattrStore* store;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::uint32_t row, ByteSpan set) const { return (*this)(set, row); }
    bool operator()(ByteSpan set, std::uint32_t row) const;
  };

  GrowArray<XattrSetRecord> sets_;
  GrowArray<std::byte> data_;
  std::unordered_set<std::uint32_t, Hash, Equal> rows_by_content_;
  XattrSet last_;  // that was added, and its row plus 1
  std::uint32_t last_row_ = 0;
  std::uint64_t encoded_sets_ = 0;
};

}  // namespace zvfs
