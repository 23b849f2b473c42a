// mkimage: packs a directory into a zvfs image. See packaging/man/mkimage.1.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <variant>

#include <fmt/format.h>

#include "base/progress_line.h"
#include "base/quoting.h"
#include "mkimage/build.h"
#include "mkimage/mkimage_options.h"
#include "mkimage/report_json.h"
#include "mkimage/signal_cleanup.h"

namespace {

using namespace zvfs;

enum ExitCode : int { kDone = 0, kFilesChanged = 1, kFailed = 2 };

void print_names(std::string_view names) { std::fwrite(names.data(), 1, names.size(), stdout); }

Result<BuildReport> build(const MkimageOptions& options) {
  BuildMonitor monitor;
  ProgressLine progress(
      [&](double elapsed, std::size_t width) {
        return progress_text(monitor.progress, elapsed, width);
      },
      options.verbosity == Verbosity::kNormal ? ProgressLine::Show::kOnTerminal
                                              : ProgressLine::Show::kNever);
  monitor.on_trouble = [&](const Trouble& trouble) {
    progress.print(fmt::format("mkimage: {}: {}", quote_name(trouble.path), trouble.message));
  };
  if (options.verbosity == Verbosity::kNames) monitor.on_names = print_names;
  return build_image(options.build, monitor);
}

// False when it cannot be written.
bool write_json(const BuildReport& report, const MkimageOptions& options) {
  const std::string json = report_json(report, options.build.target);
  const bool to_stdout = options.json == "-";
  std::FILE* const file = to_stdout ? stdout : std::fopen(options.json.c_str(), "we");
  bool written = file != nullptr && std::fwrite(json.data(), 1, json.size(), file) == json.size();
  if (to_stdout) {
    written = std::fflush(file) == 0 && written;
  } else if (file != nullptr) {
    written = std::fclose(file) == 0 && written;
  }
  if (!written) {
    const Result<void> failure = fail_errno(errno, quote_name(options.json));
    fmt::print(stderr, "mkimage: {}\n", failure.error().message);
  }
  return written;
}

int run(int argc, char** argv) {
  const auto parsed = parse_mkimage_options(argc, argv);
  if (const auto* exit = std::get_if<ExitNow>(&parsed)) return exit->code;
  const auto& options = std::get<MkimageOptions>(parsed);

  install_signal_cleanup();
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails with EFBIG instead
  const Result<BuildReport> report = build(options);
  if (!report) {
    fmt::print(stderr, "mkimage: {}\n", quote_name(report.error().message));
    return kFailed;
  }
  if (options.verbosity != Verbosity::kQuiet) fmt::print(stderr, "{}", to_text(*report));
  if (!options.json.empty() && !write_json(*report, options)) return kFailed;
  if (std::fflush(stdout) != 0) return kFailed;
  if (report->unreadable > 0) return kFailed;
  return report->changed > 0 ? kFilesChanged : kDone;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("mkimage: out of memory\n", stderr);
  } catch (const std::exception& exception) {
    fmt::print(stderr, "mkimage: {}\n", exception.what());
  }
  return kFailed;
}
