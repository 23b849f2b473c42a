#include "mkimage/build.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/quoting.h"
#include "codecs/simd.h"
#include "mkimage/archive_build.h"
#include "mkimage/archives/archive_source.h"
#include "mkimage/archives/spooled_archive.h"
#include "mkimage/frames/frame_pipeline.h"
#include "mkimage/frames/image_finish.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/image_target.h"
#include "mkimage/order/duplicate_finder.h"
#include "mkimage/order/front_files.h"
#include "mkimage/order/link_maker.h"
#include "mkimage/order/listed_files.h"
#include "mkimage/order/similar_files.h"
#include "mkimage/scan/list_scanner.h"
#include "mkimage/scan/scanner.h"
#include "mkimage/shape/tree_rewriter.h"

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
  ZVFS_TRY(check_bound(options.bounds.huge));
  const LevelRange levels = levels_of(options.encoder.codec);
  if (!levels.contains(options.encoder.level)) {
    return fail(ErrorCode::kInvalidArgument, "level {} is not in the range {} to {}, or is 0",
                options.encoder.level, levels.min, levels.max);
  }
  ZVFS_TRY(check_simd());
  if (options.threads == 0) return fail(ErrorCode::kInvalidArgument, "at least 1 thread is needed");
  return {};
}

// What an image is made of: a directory, or the bytes of an archive.
struct Source {
  UniqueFd fd;
  bool is_directory = false;
  std::uint64_t size = 0;  ///< Of an archive's file; 0 when that is not known.
};

Result<Source> open_source(const std::string& path) {
  Source source;
  source.fd = UniqueFd(path == kStandardInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                              : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!source.fd.is_open() || ::fstat(source.fd.get(), &status) != 0)
    return fail_errno(errno, shown_name(path));
  source.is_directory = S_ISDIR(status.st_mode);
  if (S_ISREG(status.st_mode)) source.size = static_cast<std::uint64_t>(status.st_size);
  return source;
}

bool is_same_device(int a, int b) {
  struct stat of_a {};
  struct stat of_b {};
  return ::fstat(a, &of_a) == 0 && ::fstat(b, &of_b) == 0 && S_ISBLK(of_a.st_mode) &&
         S_ISBLK(of_b.st_mode) && of_a.st_rdev == of_b.st_rdev;
}

Result<ImageTarget> open_target(const BuildOptions& options) {
  if (options.dry_run) return ImageTarget::open_nowhere(options.target);
  return ImageTarget::open(options.target, options.if_target_exists);
}

// A file that is not an archive was probably named to be packed itself.
Error with_hint(Error error) {
  if (error.code == ErrorCode::kUnsupported) {
    error.message += " (to pack the file itself, name it in --files-from)";
  }
  return error;
}

std::string describe_missing(const ListedFiles& listed) {
  const std::uint64_t others = listed.missing() - 1;
  const std::string_view problem = "listed in --order-file, but not in the image";
  if (others == 0) return std::string(problem);
  return fmt::format("{}; nor {} {} other{}", problem, others == 1 ? "is" : "are", others,
                     others == 1 ? "" : "s");
}

/// One build, from the open source and target on.
class Build {
 public:
  Build(const BuildOptions& options, BuildMonitor& monitor, Source source, ImageTarget target)
      : options_(options),
        monitor_(monitor),
        source_(std::move(source)),
        target_(std::move(target)),
        warnings_(monitor.on_warning),
        writer_(target_.fd(), target_.name(), monitor.progress, monitor.on_names, options.digests) {
  }

  Result<BuildReport> run() {
    ZVFS_TRY(source_.is_directory ? pack_directory() : convert_archive());
    ZVFS_TRY(judge_warnings());
    if (!options_.dry_run) {
      ZVFS_TRY(target_.commit());
      end_stage("sync");
    }
    report_.elapsed = std::chrono::steady_clock::now() - start_;
    return report_;
  }

 private:
  Tree& tree() { return *tree_; }

  // Notes the time since the last stage ended as that of this stage.
  void end_stage(const char* name) {
    const auto now = std::chrono::steady_clock::now();
    report_.stages.emplace_back(name, now - std::exchange(stage_start_, now));
  }

  Result<void> judge_warnings() {
    ZVFS_TRY(warnings_.check());
    const WarningPolicy& policy = options_.warnings;
    report_.changed = warnings_.changed();
    report_.unreadable = policy.ignore_unreadable ? 0 : warnings_.unreadable();
    const std::uint64_t count = report_.changed + report_.unreadable;
    if (!policy.strict || count == 0) return {};
    return fail(ErrorCode::kIo, "no image was made, because of {} {} (--strict)", count,
                count == 1 ? "warning" : "warnings");
  }

  Result<void> pack_directory() {
    ZVFS_TRY(scan());
    return write();
  }

  Result<void> convert_archive() {
    monitor_.progress.work_total = source_.size;
    const std::string name =
        options_.source == kStandardInput ? "standard input" : shown_name(options_.source);
    auto stream =
        open_archive(source_.fd.get(),
                     {.rules = options_.rules,
                      .tar_bytes = options_.order.is_given ? TarBytes::kRewrite : TarBytes::kKeep,
                      .index_extras = index_extras_,
                      .warnings = warnings_,
                      .progress = monitor_.progress,
                      .tells_sandbox = static_cast<bool>(monitor_.on_names)});
    if (!stream) return Unexpected(with_hint(std::move(stream).error()).within(name));
    if (options_.order.is_given) return reorder_archive(name, **stream);
    ArchiveBuild build(options_, monitor_, index_extras_, warnings_, writer_);
    ZVFS_TRY(build.write_frames(name, **stream));
    end_stage("frames");
    ZVFS_TRY(build.finish(report_));
    end_stage("index");
    return {};
  }

  // Packs the members anew, as if they had been extracted first.
  Result<void> reorder_archive(std::string_view name, ByteStream& stream) {
    ZVFS_TRY_IN(name, spool_archive(stream, tree(), index_extras_, warnings_, monitor_.progress));
    monitor_.progress.bytes_read = 0;  // all of it is read again
    end_stage("scan");
    ZVFS_TRY(prepare());
    return write();
  }

  template <typename AnyScanner, typename Root>
  Result<void> scan_with(const Root& root) {
    return AnyScanner(root, options_.rules, target_.excluded(), tree(), warnings_,
                      monitor_.progress)
        .scan();
  }

  Result<void> scan() {
    auto scanned = options_.sources ? scan_with<ListScanner>(*options_.sources)
                                    : scan_with<Scanner>(source_.fd.get());
    if (!scanned) return Unexpected(std::move(scanned).error().within(shown_name(options_.source)));
    ZVFS_TRY(warnings_.check());
    if (!options_.rules.keeps_tree()) {
      tree_ = ZVFS_TRY(TreeRewriter(std::move(tree_), options_.rules, warnings_).shape());
    }
    end_stage("scan");
    return prepare();
  }

  // The steps between scanning and write().
  Result<void> prepare() {
    find_duplicates();
    ZVFS_TRY(warnings_.check());
    ZVFS_TRY(arrange());
    report_.count(tree());
    monitor_.progress.work_total = monitor_.progress.work_done + report_.allocated_size +
                                   (tree().dentries().size() + 1) * Progress::kWorkPerFile;
    return {};
  }

  void find_duplicates() {
    if (options_.dedupe == Dedupe::kOff) return;
    const std::uint64_t largest_near = options_.bounds.small / 2;
    const bool links = options_.dedupe == Dedupe::kLinks;
    DuplicateFinder finder({.tree = tree(),
                            .root_fd = source_.fd.get(),
                            .warnings = warnings_,
                            .progress = monitor_.progress,
                            .threads = options_.threads,
                            .max_size = links ? kMaxFileSize : largest_near});
    duplicates_ = finder.find();
    if (links) make_links();
    end_stage("duplicates");
  }

  void make_links() {
    LinkMaker maker(tree(), source_.fd.get(), warnings_);
    duplicates_ = maker.take_larger_than(options_.bounds.small, duplicates_);
    if (maker.found_any()) duplicates_.renumber(tree().link_files(maker.targets()));
  }

  // Decides which files lead the stream, and in which order.
  Result<void> arrange() {
    front_ = ZVFS_TRY(put_listed_first());
    if (options_.order.rest == StreamOrder::Rest::kPath) return {};
    SimilarFiles similar({.tree = tree(),
                          .root_fd = source_.fd.get(),
                          .warnings = warnings_,
                          .threads = options_.threads,
                          .frame_bound = options_.bounds.small});
    front_ = similar.arrange(front_);
    end_stage("order");
    return {};
  }

  Result<FrontFiles> put_listed_first() {
    if (options_.order.first.empty()) return FrontFiles(std::move(duplicates_));
    const ListedFiles listed(tree(), options_.order.first);
    if (listed.missing() > 0) {
      const std::string message = describe_missing(listed);
      if (options_.warnings.strict) {
        return fail(ErrorCode::kNotFound, "{}: {} (--strict)", shown_name(listed.first_missing()),
                    message);
      }
      warnings_.report(Warning::Severity::kNote, listed.first_missing(), message);
    }
    return listed.before(duplicates_);
  }

  Result<void> write() {
    Planner planner(tree(), options_.bounds, std::move(front_));
    VerifiedCopies verified;
    FramePipeline pipeline({.tree = tree(),
                            .root_fd = source_.fd.get(),
                            .planner = planner,
                            .sink = writer_,
                            .warnings = warnings_,
                            .verified = verified,
                            .progress = monitor_.progress,
                            .encoder = options_.encoder,
                            .threads = options_.threads,
                            .list_names = static_cast<bool>(monitor_.on_names)});
    ZVFS_TRY(pipeline.run());
    end_stage("frames");
    report_.copies = planner.share_copies(verified);
    ZVFS_TRY(finish_image(writer_, tree(), planner.frame_files(),
                          {.encoder = options_.encoder,
                           .frame_bound = options_.bounds.max(),
                           .compat = 0,
                           .gather_sizes = options_.gather_sizes},
                          report_));
    end_stage("index");
    return {};
  }

  const BuildOptions& options_;
  BuildMonitor& monitor_;
  Source source_;
  ImageTarget target_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point stage_start_ = start_;
  Warnings warnings_;
  std::unique_ptr<Tree> tree_ = std::make_unique<Tree>();
  IndexExtras index_extras_;
  Duplicates duplicates_;
  FrontFiles front_;
  ImageWriter writer_;
  BuildReport report_;
};

}  // namespace

Result<BuildReport> build_image(const BuildOptions& options, BuildMonitor& monitor) {
  ZVFS_TRY(check(options));
  Source source;
  source.is_directory = true;
  if (!options.sources) source = ZVFS_TRY(open_source(options.source));
  ImageTarget target = ZVFS_TRY(open_target(options));
  if (is_same_device(source.fd.get(), target.fd())) {
    return fail(ErrorCode::kInvalidArgument, "{}: is the archive being read", target.name());
  }
  return Build(options, monitor, std::move(source), std::move(target)).run();
}

}  // namespace zvfs
