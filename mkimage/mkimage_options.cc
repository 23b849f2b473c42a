#include "mkimage/mkimage_options.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sched.h>
#include <sstream>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/units.h"
#include "codecs/backends.h"
#include "codecs/codec.h"
#include "mkimage/entry_options.h"
#include "mkimage/image_target.h"
#include "mkimage/option_files.h"

namespace zvfs {
namespace {

constexpr unsigned kMaxThreads = 1024;
constexpr int kUsageError = 2;
constexpr const char* kWarnings = "When files change or cannot be read";

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

Codec codec(const std::string& name) {
  if (const auto codec = codec_of_name(name)) return *codec;
  throw CLI::ValidationError("--codec", fmt::format("'{}' is none of zstd, lz4, adaptive", name));
}

Dedupe dedupe(const std::string& name) {
  if (name == "off") return Dedupe::kOff;
  if (name == "near") return Dedupe::kNear;
  if (name == "links") return Dedupe::kLinks;
  throw CLI::ValidationError("--dedupe", fmt::format("'{}' is none of off, near, links", name));
}

void check_level(const EncoderOptions& encoder) {
  const LevelRange levels = levels_of(encoder.codec);
  if (levels.contains(encoder.level)) return;
  throw CLI::ValidationError("--level", fmt::format("{} is neither from 1 to {} nor from -1 to {}",
                                                    encoder.level, levels.max, levels.min));
}

void check_threads(unsigned threads) {
  if (threads >= 1 && threads <= kMaxThreads) return;
  throw CLI::ValidationError("--threads",
                             fmt::format("{} is not from 1 to {}", threads, kMaxThreads));
}

std::string version(bool verbose) {
  std::string text = fmt::format("mkimage (zvfs) {}", ZVFS_VERSION);
  if (!verbose) return text;
  for (const auto& [name, value] : codec_backends()) {
    text += fmt::format("\n{} {}", name, value);
  }
  return text;
}

// The options as they are given, before they are checked.
struct RawOptions {
  std::vector<std::string> operands;
  std::string image;  // never given: IMAGE is the last of the operands
  std::optional<std::string> files_from;
  bool null_separated = false;
  bool no_recursion = false;
  std::string codec;
  std::optional<int> level;
  std::optional<std::string> frame_size;
  std::string dedupe = "near";
  std::optional<std::string> order;
  std::optional<std::string> order_file;
  bool force = false;
  bool quiet = false;
  bool verbose = false;
};

void add_options(CLI::App& app, MkimageOptions& options, RawOptions& raw) {
  BuildOptions& build = options.build;
  // As for tar and others: so an option of a script or an alias can be overruled.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  // The last of them is IMAGE: see take_operands().
  app.add_option("SOURCE", raw.operands,
                 "The directory to pack; or an archive (tar, cpio, zip, 7z,\niso, deb, ...), of "
                 "which a tar is kept byte for byte; - is\nstandard input. Several directories "
                 "and files are packed\nunder their names")
      ->type_name("")
      ->take_all();
  app.add_option("IMAGE", raw.image, "The file to make; - is standard output")->type_name("");
  app.add_option("-T,--files-from", raw.files_from,
                 "Pack the files and directories whose names are in FILE,\none a line; - is "
                 "standard input")
      ->type_name("FILE");
  app.add_option("-C,--directory", options.directory,
                 "Take SOURCE, and what FILE names, from this directory")
      ->type_name("DIR");
  app.add_flag("-0,--null", raw.null_separated,
               "Names in FILE, here and in --order-file, end in a zero\nbyte");
  app.add_flag("--no-recursion", raw.no_recursion,
               "Pack of directories in that FILE nothing but themselves");
  app.add_option(
         "-c,--codec", raw.codec,
         "zstd (if not given); lz4: larger, faster to read, a\n.tar.lz4; adaptive: lz4 where "
         "it costs little room")
      ->type_name("CODEC");
  app.add_option("-l,--level", raw.level,
                 "Compression level: 1 (fast) to 22 (small), of lz4 to 12;\n9 if not given")
      ->type_name("LEVEL");
  app.add_option("-j,--threads", build.threads,
                 "Number of threads that compress; if not given, one for\neach CPU")
      ->type_name("COUNT");
  app.add_option_function<std::string>(
         "-b,--frame-size", [&raw](const std::string& text) { raw.frame_size = text; },
         "Largest unit of compression, 4K to 16M; if not given,\n256K, and 136K for files above "
         "64M. Larger ones make a\nsmaller image, smaller ones faster random reads")
      ->type_name("SIZE");
  app.add_flag("--strict", build.warnings.strict,
               "Make no image if a file changes or cannot be read")
      ->group(kWarnings);
  app.add_flag("--ignore-failed-read", build.warnings.ignore_unreadable,
               "Do not fail because of files that cannot be read")
      ->group(kWarnings);
  app.add_option("--dedupe", raw.dedupe,
                 "near (if not given): put small files of equal content\ntogether; links: and make "
                 "hard links of those that do\nnot fit in one frame; off: do not look for them")
      ->type_name("HOW");
  app.add_option("--order", raw.order,
                 "path (if not given); similar: files that are much alike\ncome together, for a "
                 "smaller image of a tree with several\nversions of the same")
      ->type_name("ORDER");
  app.add_option("--order-file", raw.order_file,
                 "Files whose paths in the image are in FILE, one a line,\ncome first, in that "
                 "order; - is standard input")
      ->type_name("FILE");
  app.add_flag("-n,--dry-run", build.dry_run,
               "Do all but write IMAGE, which need not be named: tells\nits size");
  app.add_option("--json", options.json,
                 "Write a report for programs to FILE; - is standard output")
      ->type_name("FILE");
  app.add_flag("-f,--force", raw.force, "Replace IMAGE if it exists");
  app.add_flag("-q,--quiet", raw.quiet, "Print only warnings and errors");
  const auto* verbose = app.add_flag("-v,--verbose", raw.verbose, "Print the name of each file");
  app.set_version_flag(
      "--version", [verbose] { return version(verbose->count() > 0); },
      "Print the version; with -v also those of the codecs");
  app.get_formatter()->column_width(26);
  app.get_formatter()->label("REQUIRED", "");
}

// The names in --files-from.
SourceList read_list(const RawOptions& raw, OptionFiles& files) {
  SourceList list;
  if (raw.no_recursion) list.recursion = SourceList::Recursion::kNone;
  const std::string text = files.read("--files-from", *raw.files_from);
  list.add_paths(text, raw.null_separated ? '\0' : '\n');
  return list;
}

StreamOrder::Rest order(const std::string& name) {
  if (name == "path") return StreamOrder::Rest::kPath;
  if (name == "similar") return StreamOrder::Rest::kSimilar;
  throw CLI::ValidationError("--order", fmt::format("'{}' is none of path, similar", name));
}

StreamOrder stream_order(const RawOptions& raw, OptionFiles& files) {
  StreamOrder result;
  if (raw.order) result.rest = order(*raw.order);
  result.is_given = raw.order || raw.order_file;
  if (!raw.order_file) return result;
  std::istringstream lines(files.read("--order-file", *raw.order_file));
  const char separator = raw.null_separated ? '\0' : '\n';
  for (std::string path; std::getline(lines, path, separator);) {
    if (!path.empty()) result.first.push_back(path);
  }
  return result;
}

// SOURCE... IMAGE, or with --files-from IMAGE alone. A dry run of one source needs no IMAGE.
void take_operands(const RawOptions& raw, OptionFiles& files, BuildOptions& build) {
  std::vector<std::string> sources = raw.operands;
  const std::size_t needed = raw.files_from ? 0 : 1;
  if (sources.size() > needed || !build.dry_run) {
    if (sources.empty()) throw CLI::RequiredError("IMAGE");
    build.target = sources.back();
    sources.pop_back();
  }
  if (raw.files_from) {
    if (!sources.empty()) {
      throw CLI::ValidationError("--files-from", fmt::format("does not go with '{}'", sources[0]));
    }
    build.source = *raw.files_from;
    build.sources = read_list(raw, files);
    return;
  }
  if (raw.null_separated && !raw.order_file) {
    throw CLI::ValidationError("--null", "needs --files-from or --order-file");
  }
  if (raw.no_recursion) throw CLI::ValidationError("--no-recursion", "needs --files-from");
  if (sources.empty()) {
    throw CLI::ValidationError("SOURCE", "is required, or - for standard input");
  }
  build.source = sources[0];
  if (sources.size() == 1) {
    if (build.source == kStandardInput) files.take_standard_input("SOURCE");
    return;
  }
  build.sources.emplace();
  for (const std::string& source : sources) {
    const auto added = build.sources->add_source(source);
    if (!added) throw CLI::ValidationError("SOURCE", added.error().message);
  }
}

void check_and_apply(const RawOptions& raw, OptionFiles& files, MkimageOptions& options) {
  BuildOptions& build = options.build;
  take_operands(raw, files, build);
  build.order = stream_order(raw, files);
  if (!raw.codec.empty()) build.encoder.codec = codec(raw.codec);
  build.encoder.level = raw.level.value_or(levels_of(build.encoder.codec).standard);
  check_level(build.encoder);
  build.dedupe = dedupe(raw.dedupe);
  check_threads(build.threads);
  if (raw.frame_size) {
    const std::uint32_t size = frame_size("--frame-size", *raw.frame_size);
    build.bounds = {.small = size, .large = size, .huge = size};
  }
  if (raw.quiet && raw.verbose) {
    throw CLI::ValidationError("--quiet", "does not go with --verbose");
  }
  if (raw.verbose && options.json == "-") {
    throw CLI::ValidationError("--json", "standard output has the names of --verbose");
  }
  if (build.target == kStandardOutput && options.json == "-" && !build.dry_run) {
    throw CLI::ValidationError("--json", "standard output has the image");
  }
  build.gather_sizes = !options.json.empty();
  build.if_target_exists = raw.force ? IfExists::kReplace : IfExists::kFail;
  if (raw.quiet) options.verbosity = Verbosity::kQuiet;
  if (raw.verbose) options.verbosity = Verbosity::kNames;
}

}  // namespace

std::variant<MkimageOptions, ExitNow> parse_mkimage_options(int argc, char** argv) {
  CLI::App app(
      "Packs a directory or an archive into a compressed image, which mount.zvfs mounts.\n"
      "The image is an ordinary .tar.zst: tar extracts it, too.\n",
      "mkimage");
  MkimageOptions options;
  options.build.threads = std::min(available_cpus(), kMaxThreads);
  RawOptions raw;
  OptionFiles files;
  EntryOptions entries(files);
  add_options(app, options, raw);
  entries.add_to(app);
  try {
    app.parse(argc, argv);
    check_and_apply(raw, files, options);
    options.build.rules = entries.rules(std::getenv("SOURCE_DATE_EPOCH"));
  } catch (const CLI::Success& help_or_version) {
    return ExitNow{app.exit(help_or_version)};
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "mkimage: {}\nmkimage: --help lists the options\n", error.what());
    return ExitNow{kUsageError};
  }
  return options;
}

}  // namespace zvfs
