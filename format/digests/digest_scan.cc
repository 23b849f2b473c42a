#include "format/digests/digest_scan.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/parallel.h"
#include "format/digests/root_hash.h"

namespace zvfs {
namespace {

// Frames between two reports. All threads wait for the last one of a batch.
constexpr std::uint32_t kBatch = 4096;

class DigestScan {
 public:
  DigestScan(const ImageTables& image, const DigestScanOptions& options)
      : image_(image), options_(options) {}

  Result<DigestScanReport> run() {
    const IndexHeader& header = image_.header();
    const std::uint64_t index_size = header.image_size - header.data_size;
    ZVFS_TRY(scan(FrameKey::Space::kIndex, header.index_frame_count, index_size));
    ZVFS_TRY(scan(FrameKey::Space::kData, header.frame_count, header.data_size));
    return report_;
  }

 private:
  Result<void> scan(FrameKey::Space space, std::uint32_t count, std::uint64_t most_bytes) {
    std::atomic<std::uint64_t> bytes = 0;
    for (std::uint32_t begin = 0; begin < count; begin += kBatch) {
      scan_batch({space, begin}, std::min(kBatch, count - begin), bytes);
      if (bytes <= most_bytes) continue;
      return fail(ErrorCode::kCorrupt, "frames overlap, and take more than the {} bytes there are",
                  most_bytes);
    }
    report_.coded_bytes += bytes;
    return {};
  }

  void scan_batch(FrameKey first, std::uint32_t count, std::atomic<std::uint64_t>& bytes) {
    std::vector<std::optional<Error>> errors(count);
    std::atomic<std::uint32_t> next = 0;
    run_on_threads(std::min(options_.threads, count), [&](unsigned) {
      IndexReader::Cursor cursor(image_.index());
      for (std::uint32_t i = next++; i < count; i = next++) {
        auto compared = compare({first.space, first.number + i}, cursor, bytes);
        if (!compared) errors[i] = std::move(compared).error();
      }
    });
    report_.frames += count;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!errors[i]) continue;
      ++report_.wrong;
      if (options_.on_wrong) options_.on_wrong({first.space, first.number + i}, *errors[i]);
    }
  }

  Result<void> compare(FrameKey key, IndexReader::Cursor& cursor,
                       std::atomic<std::uint64_t>& bytes) {
    const FrameLocation location = ZVFS_TRY(locate(key, cursor));
    bytes.fetch_add(location.coded_size, std::memory_order_relaxed);
    const Sha256Digest digest = ZVFS_TRY(image_.digests().of(key));
    Result<void> compared = image_.frames().compare(key, location, digest);
    if (options_.bytes_done != nullptr) *options_.bytes_done += location.coded_size;
    return compared;
  }

  Result<FrameLocation> locate(FrameKey key, IndexReader::Cursor& cursor) {
    if (key.space == FrameKey::Space::kIndex) return image_.index().location(key.number);
    return ZVFS_TRY(image_.frame_table().frame(cursor, {key.number})).location;
  }

  const ImageTables& image_;
  const DigestScanOptions& options_;
  DigestScanReport report_;
};

}  // namespace

Result<DigestScanReport> scan_digests(const ImageTables& image, const DigestScanOptions& options) {
  ZVFS_TRY(must_have_digests(image.header()));
  return DigestScan(image, options).run();
}

}  // namespace zvfs
