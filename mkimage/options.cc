#include "mkimage/options.h"

#include <algorithm>
#include <sched.h>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/units.h"
#include "codecs/frame_decoder.h"
#include "codecs/frame_encoder.h"

namespace zvfs {
namespace {

constexpr unsigned kMaxThreads = 1024;
constexpr int kUsageError = 2;

// The processors that this process may run on.
unsigned available_cpus() {
  cpu_set_t cpus;
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) == 0) {
    return static_cast<unsigned>(CPU_COUNT(&cpus));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

// Throws CLI::ValidationError, which CLI11 turns into a usage error.
std::uint32_t frame_size(const std::string& option, const std::string& text) {
  const Result<std::uint64_t> size = parse_size(text);
  if (!size) throw CLI::ValidationError(option, size.error().message);
  if (*size < kMinFrameBound || *size > kMaxFrameSize || *size % FrameBounds::kGranularity != 0) {
    throw CLI::ValidationError(
        option, fmt::format("'{}' is not a multiple of {} from {} to {}", text,
                            human_size(FrameBounds::kGranularity), human_size(kMinFrameBound),
                            human_size(kMaxFrameSize)));
  }
  return static_cast<std::uint32_t>(*size);
}

void check_level(int level) {
  if (level != 0 && level >= FrameEncoder::min_level() && level <= FrameEncoder::max_level()) {
    return;
  }
  throw CLI::ValidationError("--level",
                             fmt::format("{} is not from 1 to {}, or from -1 to {}", level,
                                         FrameEncoder::max_level(), FrameEncoder::min_level()));
}

}  // namespace

std::variant<CommandLine, ExitStatus> parse_command_line(int argc, char** argv) {
  CommandLine line;
  BuildOptions& build = line.build;
  build.threads = std::min(available_cpus(), kMaxThreads);
  bool force = false;
  bool quiet = false;
  bool verbose = false;

  CLI::App app(
      "Packs a directory into a compressed image that mount.zvfs mounts. The image is an\n"
      "ordinary .tar.zst: tar extracts it, too.",
      "mkimage");
  app.add_option("DIRECTORY", build.source, "The directory to pack")->required();
  app.add_option("IMAGE", build.target, "The file to make")->required();
  app.add_option("-l,--level", build.level, "Compression level of zstd")->capture_default_str();
  app.add_option("-j,--threads", build.threads, "Worker threads; by default one for each CPU")
      ->check(CLI::Range(1U, kMaxThreads));
  app.add_option_function<std::string>(
         "-b,--frame-size",
         [&](const std::string& text) {
           build.bounds.small = frame_size("--frame-size", text);
           build.bounds.large = std::min(build.bounds.large, build.bounds.small);
         },
         "Largest frame, 4K to 16M: larger ones compress better,\nsmaller ones read faster")
      ->type_name("SIZE")
      ->default_str("256K");
  app.add_flag("-f,--force", force, "Replace IMAGE if it exists");
  auto* const quiet_flag = app.add_flag("-q,--quiet", quiet, "Print only what went wrong");
  app.add_flag("-v,--verbose", verbose, "Print each name")->excludes(quiet_flag);
  app.set_version_flag("--version",
                       fmt::format("mkimage {} (zstd {})", ZVFS_VERSION, zstd_version()));
  app.get_formatter()->column_width(28);
  try {
    app.parse(argc, argv);
    check_level(build.level);
  } catch (const CLI::ParseError& error) {
    return ExitStatus{app.exit(error) == 0 ? 0 : kUsageError};
  }
  build.if_target_exists = force ? IfExists::kReplace : IfExists::kFail;
  if (quiet) line.verbosity = Verbosity::kQuiet;
  if (verbose) line.verbosity = Verbosity::kNames;
  return line;
}

}  // namespace zvfs
