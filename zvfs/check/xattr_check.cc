#include "zvfs/check/xattr_check.h"

#include "format/xattr_set.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

// Sets may have this many bytes in addition to kMaxSharing per byte of xattr data.
constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20;

void check_set(const CheckContext& context, IndexReader::Cursor& data, std::uint64_t row,
               const XattrSetRecord& set) {
  if (set.length > kMaxXattrSetSize) {
    context.problems.add("xattr set {}: {} bytes exceed the limit of {}", row, set.length,
                         kMaxXattrSetSize);
    return;
  }
  const std::uint64_t size = context.image.index().rows(Table::kXattrData);
  if (set.offset > size || set.length > size - set.offset) {
    context.problems.add("xattr set {}: {} bytes at {} exceed the {} bytes of xattr data", row,
                         set.length, set.offset, size);
    return;
  }
  const auto bytes = data.bytes(Table::kXattrData, set.offset, set.length);
  if (!bytes) return;  // a damaged index frame, which was reported
  const auto parsed = XattrSet::parse(*bytes, set.count);
  if (!parsed) context.problems.add("xattr set {}: {}", row, parsed.error().message);
}

}  // namespace

void check_xattr_sets(const CheckContext& context) {
  const ImageTables& image = context.image;
  const std::uint64_t limit = image.index().rows(Table::kXattrData) * kMaxSharing + kFreeBytes;
  std::uint64_t sum = 0;
  IndexReader::Cursor data(image.index());
  TableScan<XattrSetRecord> rows(image, Table::kXattrSets);
  while (rows.next()) {
    sum += rows.record().length;
    if (sum > limit) {
      context.problems.add("xattr set {}: the sets overlap and exceed {} bytes; not checked",
                           rows.row(), limit);
      return;
    }
    check_set(context, data, rows.row(), rows.record());
  }
}

}  // namespace zvfs
