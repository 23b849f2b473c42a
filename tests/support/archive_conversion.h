#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "mkimage/archive_build.h"
#include "mkimage/archives/archive_source.h"
#include "tests/support/memory_file.h"

namespace zvfs::testing {

/// Makes images of archives as mkimage does, from memory to memory. Not thread-safe; use once.
class ArchiveConversion {
 public:
  /// No more than this of an archive's stream is converted: a few bytes may stand for any number of
  /// zeros.
  static constexpr std::uint64_t kMaxStream = 4 << 20;

  EntryRules rules;
  TarBytes tar_bytes = TarBytes::kKeep;
  std::uint64_t warnings = 0;  ///< That were given.

  /// The image; nothing if mkimage refuses the archive, or it is larger than kMaxStream.
  std::optional<ByteVector> run(ByteSpan archive) {
    const MemoryFile source(archive);
    const MemoryFile target;
    if (!build(source.fd(), target.fd())) return std::nullopt;
    return target.content();
  }

 private:
  /// A stream that ends in an error at kMaxStream. Not thread-safe.
  class Bounded final : public ByteStream {
   public:
    explicit Bounded(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}
    Result<ByteSpan> next() override {
      const ByteSpan bytes = ZVFS_TRY(stream_->next());
      if (bytes.size() > 2 * kStreamRunSize) std::abort();
      size_ += bytes.size();
      if (size_ > kMaxStream) return fail(ErrorCode::kTooLarge, "too large for a test");
      return bytes;
    }

   private:
    std::unique_ptr<ByteStream> stream_;
    std::uint64_t size_ = 0;
  };

  Result<void> build(int source, int target) {
    BuildOptions options;
    options.encoder.level = 1;
    options.bounds = {.small = kMinFrameBound, .large = kMinFrameBound, .huge = kMinFrameBound};
    BuildMonitor monitor;
    Warnings told([this](const Warning&) { ++warnings; });
    IndexExtras index_extras;
    ImageWriter writer(target, "image", monitor.progress, nullptr, DigestChoice::kWrite);
    Bounded stream(ZVFS_TRY(open_archive(source, {.rules = rules,
                                                  .tar_bytes = tar_bytes,
                                                  .index_extras = index_extras,
                                                  .warnings = told,
                                                  .progress = monitor.progress})));
    ArchiveBuild conversion(options, monitor, index_extras, told, writer);
    ZVFS_TRY(conversion.write_frames("archive", stream));
    BuildReport report;
    return conversion.finish(report);
  }
};

}  // namespace zvfs::testing
