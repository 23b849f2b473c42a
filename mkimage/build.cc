#include "mkimage/build.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

#include "codecs/lz4_codec.h"
#include "codecs/simd.h"
#include "codecs/zstd_codec.h"
#include "mkimage/frame_pipeline.h"
#include "mkimage/image_writer.h"
#include "mkimage/index_builder.h"
#include "mkimage/scanner.h"

namespace zvfs {
namespace {

Result<void> check_bound(std::uint32_t bound) {
  if (bound < kMinFrameBound || bound > kMaxFrameSize || bound % FrameBounds::kGranularity != 0) {
    return fail(ErrorCode::kInvalidArgument, "frame size {} is not a multiple of {} from {} to {}",
                bound, FrameBounds::kGranularity, kMinFrameBound, kMaxFrameSize);
  }
  return {};
}

Result<void> check(const BuildOptions& options) {
  ZVFS_TRY(check_bound(options.bounds.small));
  ZVFS_TRY(check_bound(options.bounds.large));
  const LevelRange levels = levels_of(options.encoder.codec);
  if (!levels.contains(options.encoder.level)) {
    return fail(ErrorCode::kInvalidArgument, "level {} is not from {} to {}, and not 0",
                options.encoder.level, levels.min, levels.max);
  }
  ZVFS_TRY(check_simd());
  if (options.threads == 0) return fail(ErrorCode::kInvalidArgument, "0 threads are too few");
  return {};
}

Result<UniqueFd> open_source(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(errno, path);
  return fd;
}

// The new file, and the one that it replaces: should the target lie in the source, they are no
// part of the image.
std::vector<FileId> files_of_target(const AtomicFile& file) {
  std::vector<FileId> ids;
  struct stat status;
  if (::fstat(file.fd(), &status) == 0) ids.push_back(id_of(status));
  if (::fstatat(file.directory_fd(), file.name().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    ids.push_back(id_of(status));
  }
  return ids;
}

/// One build, from the open source and target on.
class Build {
 public:
  Build(const BuildOptions& options, BuildMonitor& monitor, UniqueFd source, AtomicFile target)
      : options_(options),
        monitor_(monitor),
        source_(std::move(source)),
        target_(std::move(target)),
        troubles_(monitor.on_trouble),
        writer_(target_.fd(), monitor.progress, monitor.on_names) {}

  Result<BuildReport> run() {
    const auto start = std::chrono::steady_clock::now();
    ZVFS_TRY(scan());
    ZVFS_TRY(write());
    ZVFS_TRY(judge_troubles());
    if (auto committed = target_.commit(); !committed) {
      return Unexpected(std::move(committed).error().within(options_.target));
    }
    report_.elapsed = std::chrono::steady_clock::now() - start;
    return report_;
  }

 private:
  Result<void> judge_troubles() {
    const TroublePolicy& policy = options_.troubles;
    report_.changed = troubles_.changed();
    report_.unreadable = policy.ignore_unreadable ? 0 : troubles_.unreadable();
    const std::uint64_t count = report_.changed + report_.unreadable;
    if (!policy.strict || count == 0) return {};
    return fail(ErrorCode::kIo, "{}: not made, because of {} {} (--strict)", options_.target, count,
                count == 1 ? "trouble" : "troubles");
  }

  Result<void> scan() {
    Scanner scanner(source_.get(), options_.rules, files_of_target(target_), tree_, troubles_,
                    monitor_.progress);
    if (auto scanned = scanner.scan(); !scanned) {
      return Unexpected(std::move(scanned).error().within(options_.source));
    }
    report_.count(tree_);
    monitor_.progress.work_total =
        report_.allocated_size + (tree_.dentries().size() + 1) * Progress::kWorkPerFile;
    return {};
  }

  Result<void> write() {
    Planner planner(tree_, options_.bounds);
    FramePipeline pipeline({.tree = tree_,
                            .root_fd = source_.get(),
                            .planner = planner,
                            .sink = writer_,
                            .troubles = troubles_,
                            .progress = monitor_.progress,
                            .frame_bound = options_.bounds.max(),
                            .encoder = options_.encoder,
                            .threads = options_.threads,
                            .list_names = static_cast<bool>(monitor_.on_names)});
    ZVFS_TRY(pipeline.run());
    const ByteVector index = ZVFS_TRY(
        build_index(tree_, writer_.frames(), planner.frame_files(), summary(), index_level()));
    report_.stream_size = writer_.stream_size();
    report_.index_size = index.size();
    for (const FrameRecord& frame : writer_.frames()) ++report_.frames[frame.kind];
    ZVFS_TRY(writer_.finish(index));
    report_.image_size = writer_.image_size();
    return {};
  }

  // An index is of zstd frames, whatever the data frames are.
  [[nodiscard]] int index_level() const {
    const auto& [codec, level] = options_.encoder;
    return codec == Codec::kLz4 ? levels_of(Codec::kZstd).standard : level;
  }

  [[nodiscard]] ImageSummary summary() const {
    const bool lz4 = std::ranges::any_of(
        writer_.frames(), [](const FrameRecord& frame) { return is_lz4(FrameKind{frame.kind}); });
    std::string builder = fmt::format("zvfs {}, zstd {}", ZVFS_VERSION, zstd_version());
    if (lz4) builder += fmt::format(", lz4 {}", lz4_version());
    return {.data_size = writer_.image_size(),
            .stream_size = writer_.stream_size(),
            .content_size = report_.content_size,
            .frame_bound = options_.bounds.max(),
            .frame_count = static_cast<std::uint32_t>(writer_.frames().size()),
            .incompat = lz4 ? IndexHeader::kLz4Frames : 0,
            .builder = std::move(builder)};
  }

  const BuildOptions& options_;
  BuildMonitor& monitor_;
  UniqueFd source_;
  AtomicFile target_;
  Troubles troubles_;
  Tree tree_;
  ImageWriter writer_;
  BuildReport report_;
};

}  // namespace

Result<BuildReport> build_image(const BuildOptions& options, BuildMonitor& monitor) {
  ZVFS_TRY(check(options));
  UniqueFd source = ZVFS_TRY(open_source(options.source));
  auto target = AtomicFile::create(options.target, options.if_target_exists);
  if (!target) return Unexpected(std::move(target).error().within(options.target));
  return Build(options, monitor, std::move(source), *std::move(target)).run();
}

}  // namespace zvfs
