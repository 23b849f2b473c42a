#include "mkimage/mkimage_program.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

#include <fmt/core.h>

#include "base/progress_line.h"
#include "base/quoting.h"
#include "base/signal_cleanup.h"
#include "base/standard_streams.h"
#include "mkimage/build.h"
#include "mkimage/image_target.h"
#include "mkimage/mkimage_options.h"
#include "mkimage/report/report_file.h"
#include "mkimage/report/report_json.h"
#include "mkimage/report/warning_log.h"

namespace zvfs {
namespace {

using Status = MkimageStatus;

/// Prints the members' names. Thread-safe.
class NamePrinter {
 public:
  explicit NamePrinter(std::FILE* out) : out_(out) {}

  void print(std::string_view names) {
    if (std::fwrite(names.data(), 1, names.size(), out_) != names.size()) note_error();
  }

  /// Errors: Io (some could not be printed).
  Result<void> finish() {
    if (std::fflush(out_) != 0) note_error();
    if (error_ != 0) return fail_errno(error_, "cannot print the names");
    return {};
  }

 private:
  void note_error() {
    int none = 0;
    error_.compare_exchange_strong(none, errno);
  }

  std::FILE* const out_;
  std::atomic<int> error_ = 0;
};

void print_error(std::string_view message) noexcept {
  try {
    print_to_stderr(fmt::format("mkimage: {}\n", safe_line(message)));
  } catch (const std::bad_alloc&) {
    print_to_stderr("mkimage: out of memory\n");
  }
}

Result<BuildReport> build(const MkimageOptions& options, NamePrinter& names, WarningLog& log) {
  BuildMonitor monitor;
  ProgressLine progress(
      [&](double elapsed, std::size_t width) {
        const std::string text = progress_text(monitor.progress, elapsed, width);
        return width == ProgressLine::kPlain ? "mkimage: " + text : text;
      },
      options.verbosity == Verbosity::kNormal ? ProgressLine::Show::kProgress
                                              : ProgressLine::Show::kNever);
  monitor.on_warning = [&](const Warning& warning) {
    if (!log.add(warning)) return;
    progress.print(
        fmt::format("mkimage: {}",
                    safe_line(fmt::format("{}: {}", quote_name(warning.path), warning.message))));
  };
  if (options.verbosity == Verbosity::kNames) {
    monitor.on_names = [&names](std::string_view text) { names.print(text); };
  }
  return build_image(options.build, monitor);
}

Status status_of(const Result<BuildReport>& report) {
  if (!report || report->unreadable > 0) return Status::kFailed;
  return report->changed > 0 ? Status::kFilesChanged : Status::kDone;
}

// Prints the error, if there is one.
Status judge(const Result<void>& result) {
  if (!result) print_error(result.error().message);
  return result ? Status::kDone : Status::kFailed;
}

// -C applies to SOURCE, but not to IMAGE.
Result<void> change_directory(MkimageOptions& options) {
  if (options.directory.empty()) return {};
  std::string& target = options.build.target;
  if (!target.empty() && target != kStandardOutput) target = std::filesystem::absolute(target);
  if (::chdir(options.directory.c_str()) != 0)
    return fail_errno(errno, shown_name(options.directory));
  return {};
}

Status build_and_report(const MkimageOptions& options, std::optional<ReportFile> report_file) {
  const bool stdout_has_image = options.build.target == kStandardOutput && !options.build.dry_run;
  NamePrinter names(stdout_has_image ? stderr : stdout);
  WarningLog warnings;
  const Result<BuildReport> report = build(options, names, warnings);
  if (const std::uint64_t count = warnings.left_out(); count > 0) {
    print_error(fmt::format("{} more warnings, not shown", count));
  }
  if (!report) {
    print_error(report.error().message);
  } else if (options.verbosity != Verbosity::kQuiet) {
    print_to_stderr(to_text(*report));
  }
  const Status status = std::max(status_of(report), judge(names.finish()));
  if (!report_file) return status;
  const std::string json = report_json({.image = options.build.target,
                                        .report = report,
                                        .warnings = warnings,
                                        .exit_status = static_cast<int>(status)});
  return std::max(status, judge(report_file->write(json)));
}

// Opens the file for --json before the work begins.
Result<std::optional<ReportFile>> open_report(const std::string& path) {
  if (path.empty()) return std::optional<ReportFile>();
  return std::optional(ZVFS_TRY(ReportFile::open(path)));
}

Status run(MkimageOptions& options) {
  install_signal_cleanup();
  auto report_file = open_report(options.json);
  if (!report_file) {
    print_error(report_file.error().message);
    return Status::kFailed;
  }
  const std::string problem = problem_of_name(options.build.target, options.build.encoder.codec);
  if (!problem.empty())
    print_error(fmt::format("{}: {}", shown_name(options.build.target), problem));
  if (judge(change_directory(options)) != Status::kDone) return Status::kFailed;
  if (options.build.sources) options.build.sources->follow_listed_symlinks();
  return build_and_report(options, *std::move(report_file));
}

Status parse_and_run(std::span<char* const> arguments) {
  auto options = parse_mkimage_options(arguments);
  if (!options) {
    print_to_stderr(fmt::format("mkimage: {}\nmkimage: see `mkimage --help`\n",
                                safe_line(options.error().message)));
    return Status::kFailed;
  }
  return *options ? run(**options) : judge(flush_standard_output());
}

}  // namespace

MkimageStatus run_mkimage(std::span<char* const> arguments) {
  const ExitCleanup cleanup("mkimage", static_cast<int>(Status::kFailed));
  try {
    return parse_and_run(arguments);
  } catch (...) {
    print_error(caught_error().message);
  }
  return Status::kFailed;
}

}  // namespace zvfs
