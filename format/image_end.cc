#include "format/image_end.h"

#include <algorithm>
#include <optional>

#include "base/units.h"
#include "codecs/frame_kind.h"
#include "format/frame_reader.h"

namespace zvfs {
namespace {

static_assert(max_coded_size(kMaxFrameSize) < kMaxZeroRun);

constexpr std::uint64_t kChunk = kMiB;

class EndSearch {
 public:
  explicit EndSearch(const ImageSource& source)
      : source_(source), buffer_(std::min(kChunk, source.size())) {}

  Result<std::uint64_t> run() {
    const std::uint64_t size = source_.size();
    std::uint64_t high = size - std::min(size, kMaxZeroRun);
    if (const auto end = ZVFS_TRY(last_content(high, size))) return *end;
    // From `high` on, there are kMaxZeroRun zeros; from `low` on, there are not.
    std::uint64_t low = 0;
    while (high - low > kMaxZeroRun) {
      const std::uint64_t middle = low + (high - low) / 2;
      (ZVFS_TRY(is_zero(middle, middle + kMaxZeroRun)) ? high : low) = middle;
    }
    return ZVFS_TRY(last_content(low, high)).value_or(0);
  }

 private:
  // The end of the last byte in [begin, end) that is not zero.
  Result<std::optional<std::uint64_t>> last_content(std::uint64_t begin, std::uint64_t end) {
    while (end > begin) {
      const std::uint64_t at = end - std::min(kChunk, end - begin);
      const ByteSpan bytes = ZVFS_TRY(read(at, end));
      const auto last = std::find_if(bytes.rbegin(), bytes.rend(), is_content);
      if (last != bytes.rend()) {
        return std::optional(end - static_cast<std::uint64_t>(last - bytes.rbegin()));
      }
      end = at;
    }
    return std::optional<std::uint64_t>();
  }

  Result<bool> is_zero(std::uint64_t begin, std::uint64_t end) {
    for (; begin < end; begin += kChunk) {
      const ByteSpan bytes = ZVFS_TRY(read(begin, std::min(begin + kChunk, end)));
      if (std::ranges::any_of(bytes, is_content)) return false;
    }
    return true;
  }

  static bool is_content(std::byte byte) { return byte != std::byte{0}; }

  Result<ByteSpan> read(std::uint64_t begin, std::uint64_t end) {
    const MutableByteSpan bytes = MutableByteSpan(buffer_).first(end - begin);
    ZVFS_TRY(source_.read(begin, bytes));
    return ByteSpan(bytes);
  }

  const ImageSource& source_;
  ByteVector buffer_;
};

}  // namespace

Result<std::uint64_t> find_image_end(const ImageSource& source) { return EndSearch(source).run(); }

}  // namespace zvfs
