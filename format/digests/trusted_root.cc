#include "format/digests/trusted_root.h"

#include "format/digests/root_hash.h"
#include "format/image_tables.h"

namespace zvfs {
namespace {

// What somebody else owns, for an image that is open for a moment.
class BorrowedSource final : public ImageSource {
 public:
  explicit BorrowedSource(const ImageSource& source) : source_(source) {}

  [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    return source_.read(offset, out);
  }

 private:
  const ImageSource& source_;
};

}  // namespace

// The image may change before it is opened with that root, but then it has another.
Result<RootDigest> accepted_root(const ImageSource& source, const RootTrust& trust) {
  const auto tables = ZVFS_TRY(ImageTables::open(std::make_unique<BorrowedSource>(source), {}));
  const RootDigest root = ZVFS_TRY(root_digest(*tables));
  ZVFS_TRY(trust.check(root));
  return root;
}

Result<std::optional<RootDigest>> trusted_root(const ImageSource& source, const RootTrust& trust) {
  if (!trust.is_limited()) return std::optional<RootDigest>();
  return std::optional(ZVFS_TRY(accepted_root(source, trust)));
}

}  // namespace zvfs
