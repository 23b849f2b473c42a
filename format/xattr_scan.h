#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "format/index_reader.h"
#include "format/records.h"

namespace zvfs {

/// Steps through a set of extended attributes in the index, and holds one name at a time: a set may
/// have 16 MiB. Accepts what XattrSet::parse() accepts. Borrows the index; not thread-safe.
/// Spec: docs/format.md, "Xattr sets".
class XattrScan {
 public:
  XattrScan(const IndexReader& index, const XattrSetRecord& set)
      : cursor_(index), next_(set.offset), end_(set.offset + set.length), count_(set.count) {}

  /// Steps to the next attribute; false after the last one. Errors: Corrupt, Io.
  Result<bool> next();

  /// The name of the attribute; valid until the next step.
  [[nodiscard]] std::string_view name() const { return name_; }
  /// The value of the attribute; valid until the next call of any method. Errors: Corrupt, Io.
  Result<ByteSpan> value() {
    return cursor_.bytes(Table::kXattrData, next_ - value_size_, value_size_);
  }

 private:
  Result<ByteSpan> take(std::uint64_t size);

  IndexReader::Cursor cursor_;
  std::uint64_t next_;  // in the xattr data, as is end_
  const std::uint64_t end_;
  const std::uint32_t count_;
  std::uint32_t taken_ = 0;  // attributes so far
  std::size_t names_size_ = 0;
  std::string name_;
  std::size_t value_size_ = 0;
};

}  // namespace zvfs
