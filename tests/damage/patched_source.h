#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "format/image_source.h"

namespace zvfs::testing {

/// An image with some bytes overwritten or cut out. The image itself is shared, not copied.
class PatchedSource final : public ImageSource {
 public:
  using SharedBytes = std::shared_ptr<const ByteVector>;

  /// The bytes of `image`, with those in [begin, end) replaced by `patch`.
  PatchedSource(SharedBytes image, std::uint64_t begin, std::uint64_t end, ByteVector patch)
      : image_(std::move(image)), begin_(begin), end_(end), patch_(std::move(patch)) {}

  [[nodiscard]] std::uint64_t size() const override {
    return image_->size() - (end_ - begin_) + patch_.size();
  }

  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    if (offset > size() || out.size() > size() - offset) {
      return fail(ErrorCode::kIo, "a read beyond the end");
    }
    while (!out.empty()) {
      const ByteSpan run = run_at(offset);
      const std::size_t count = std::min(run.size(), out.size());
      std::copy_n(run.begin(), count, out.begin());
      out = out.subspan(count);
      offset += count;
    }
    return {};
  }

  /// All bytes, as a file would have them.
  [[nodiscard]] ByteVector bytes() const {
    ByteVector all(size());
    static_cast<void>(read(0, all).has_value());
    return all;
  }

 private:
  [[nodiscard]] ByteSpan run_at(std::uint64_t offset) const {
    const ByteSpan image(*image_);
    if (offset < begin_) return image.subspan(offset, begin_ - offset);
    if (offset < begin_ + patch_.size()) return ByteSpan(patch_).subspan(offset - begin_);
    return image.subspan(offset - patch_.size() - begin_ + end_);
  }

  const SharedBytes image_;
  const std::uint64_t begin_;
  const std::uint64_t end_;
  const ByteVector patch_;
};

}  // namespace zvfs::testing
