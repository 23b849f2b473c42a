#include "mkimage/mkimage_options.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sched.h>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/option_set.h"
#include "base/quoting.h"
#include "base/units.h"
#include "codecs/backends.h"
#include "codecs/codec.h"
#include "format/memory_limit.h"
#include "mkimage/entry_options.h"
#include "mkimage/image_target.h"
#include "mkimage/option_files.h"
#include "trust/sha256_backend.h"

namespace zvfs {
namespace {

constexpr unsigned kMaxThreads = 1024;

// The processors that this process may run on.
unsigned available_cpus() {
  cpu_set_t cpus;
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) == 0) {
    return static_cast<unsigned>(CPU_COUNT(&cpus));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

Result<std::uint32_t> parse_frame_size(const std::string& text) {
  const std::uint64_t size = ZVFS_TRY(parse_size(text));
  const bool is_in_range = size >= kMinFrameBound && size <= kMaxFrameSize;
  if (is_in_range && size % FrameBounds::kGranularity == 0) return static_cast<std::uint32_t>(size);
  return fail(ErrorCode::kInvalidArgument, "'{}' is not a multiple of {}K up to {}",
              shown_name(text), FrameBounds::kGranularity / kKiB, human_size(kMaxFrameSize));
}

Result<Codec> parse_codec(const std::string& name) {
  if (const auto codec = codec_of_name(name)) return *codec;
  return fail(ErrorCode::kInvalidArgument, "'{}' is not zstd, lz4 or adaptive", shown_name(name));
}

Result<Dedupe> parse_dedupe(const std::string& name) {
  if (name == "off") return Dedupe::kOff;
  if (name == "near") return Dedupe::kNear;
  if (name == "links") return Dedupe::kLinks;
  return fail(ErrorCode::kInvalidArgument, "'{}' is not near, links or off", shown_name(name));
}

Result<StreamOrder::Rest> parse_order(const std::string& name) {
  if (name == "path") return StreamOrder::Rest::kPath;
  if (name == "similar") return StreamOrder::Rest::kSimilar;
  return fail(ErrorCode::kInvalidArgument, "'{}' is neither path nor similar", shown_name(name));
}

Result<void> check_level(const EncoderOptions& encoder) {
  const LevelRange levels = levels_of(encoder.codec);
  if (levels.contains(encoder.level)) return {};
  return fail(ErrorCode::kInvalidArgument, "{} is not a level: 1 to {}, or -1 to {}", encoder.level,
              levels.max, levels.min);
}

Result<void> check_threads(unsigned threads) {
  if (threads >= 1 && threads <= kMaxThreads) return {};
  return fail(ErrorCode::kInvalidArgument, "{} is not in the range 1 to {}", threads, kMaxThreads);
}

// One for each processor, or as many as memory allows. A thread takes 4 MiB for frames of 256 KiB.
unsigned default_threads(const FrameBounds& bounds) {
  const std::uint64_t for_each = 16 * std::uint64_t{std::max(bounds.small, bounds.large)};
  return affordable_workers(std::min(available_cpus(), kMaxThreads), for_each, memory_limit());
}

std::string version(bool verbose) {
  std::string text = fmt::format("mkimage (zvfs) {}", ZVFS_VERSION);
  if (!verbose) return text;
  for (const auto& [name, value] : codec_backends()) {
    text += fmt::format("\n{} {}", name, value);
  }
  text += "\nsha256 " + sha256_backend();
  return text;
}

// The options as given, before any check.
struct RawOptions {
  std::vector<std::string> operands;
  std::string image;  // always empty: IMAGE is the last of the operands
  std::optional<std::string> files_from;
  bool null_separated = false;
  bool no_recursion = false;
  std::string codec;
  std::optional<int> level;
  std::optional<unsigned> threads;
  std::optional<std::string> frame_size;
  bool no_digests = false;
  std::string dedupe = "near";
  std::optional<std::string> order;
  std::optional<std::string> order_file;
  bool force = false;
  bool quiet = false;
  bool verbose = false;
};

void add_operands(OptionSet& options, RawOptions& raw) {
  // The last operand is IMAGE: see take_operands().
  options.operand(
      "SOURCE", raw.operands,
      "Directory or archive (tar, cpio, zip, 7z, iso, deb, ...)\nto pack; - is standard input. A "
      "tar stays byte for byte.\nSeveral sources are packed under their own names");
  options.operand("IMAGE", raw.image, "Image to write; - is standard output");
}

void add_sources(OptionSet& options, MkimageOptions& result, RawOptions& raw) {
  options.option(
      "-T,--files-from FILE", raw.files_from,
      "Pack the files and directories listed in FILE, one per\nline; - is standard input");
  options.option("-C,--directory DIR", result.directory,
                 "Change to DIR before opening SOURCE or what FILE lists");
  options.flag("-0,--null", raw.null_separated,
               "Names in the files of -T and --order-file end in a NUL");
  options.flag("--no-recursion", raw.no_recursion,
               "Do not descend into the directories that -T lists");
}

void add_compression(OptionSet& options, RawOptions& raw) {
  options.option("-c,--codec CODEC", raw.codec,
                 "zstd (default); lz4: larger, faster to read, a .tar.lz4;\nadaptive: lz4 where it "
                 "costs little space");
  options.option("-l,--level LEVEL", raw.level,
                 "Compression level: 1 (fast) to 22 (small), lz4 to 12;\n9 by default");
  options.option("-j,--threads COUNT", raw.threads,
                 "Number of threads that compress; by default, one per CPU");
  options.option("-b,--frame-size SIZE", raw.frame_size,
                 "Largest unit of compression, 4K to 16M; 256K by default,\n136K for files above "
                 "64M. Larger frames make a smaller\nimage, smaller frames faster random reads");
}

void add_order(OptionSet& options, RawOptions& raw) {
  options.option("--dedupe HOW", raw.dedupe,
                 "near (default): put small files of equal content side by\nside; links: also "
                 "hard-link copies that do not fit in one\nframe; off: do not look for copies");
  options.option("--order ORDER", raw.order,
                 "path (default); similar: put similar files side by side,\nfor a smaller image of "
                 "several versions of a tree");
  options.option("--order-file FILE", raw.order_file,
                 "Put the files listed in FILE first, in that order: paths\nin the image, one per "
                 "line; - is standard input");
}

void add_output(OptionSet& options, MkimageOptions& result, RawOptions& raw) {
  options.flag("--no-digests", raw.no_digests,
               "Leave out the digests by which the image can be verified");
  options.flag("-n,--dry-run", result.build.dry_run,
               "Do everything but write IMAGE, and report its size; IMAGE\nmay be omitted");
  options.option("--json FILE", result.json, "Write a JSON report to FILE; - is standard output");
  options.flag("-f,--force", raw.force, "Replace IMAGE if it exists");
  options.flag("-q,--quiet", raw.quiet, "Print only warnings and errors");
  options.flag("-v,--verbose", raw.verbose, "Print the name of each file");
  options.version(
      "--version", [&raw] { return version(raw.verbose); },
      "Print the version; with -v, also those of the libraries");
}

void add_warnings(OptionSet& options, WarningPolicy& warnings) {
  options.heading("Files that change or cannot be read");
  options.flag("--strict", warnings.strict,
               "Make no image if any warning affects the exit status,\nor a name in --order-file "
               "is not in the image");
  options.flag("--ignore-failed-read", warnings.ignore_unreadable,
               "Do not fail on files that cannot be read");
}

void add_options(OptionSet& options, MkimageOptions& result, RawOptions& raw) {
  // As in tar and others, so that an option of a script or an alias can be overridden.
  options.let_last_win();
  add_operands(options, raw);
  add_sources(options, result, raw);
  add_compression(options, raw);
  add_order(options, raw);
  add_output(options, result, raw);
  add_warnings(options, result.build.warnings);
}

// The names in --files-from.
Result<SourceList> read_list(const RawOptions& raw, OptionFiles& files) {
  constexpr const char* kOption = "--files-from";
  SourceList list;
  if (raw.no_recursion) list.recursion = SourceList::Recursion::kNone;
  const char separator = raw.null_separated ? '\0' : '\n';
  const std::string text =
      ZVFS_TRY(for_option(kOption, files.read(kOption, *raw.files_from, separator)));
  list.add_paths(text, separator);
  return list;
}

// The paths in --order-file.
Result<std::vector<std::string>> read_order(const RawOptions& raw, OptionFiles& files) {
  constexpr const char* kOption = "--order-file";
  const char separator = raw.null_separated ? '\0' : '\n';
  const std::string text =
      ZVFS_TRY(for_option(kOption, files.read(kOption, *raw.order_file, separator)));
  std::vector<std::string> paths;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) paths.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return paths;
}

Result<StreamOrder> stream_order(const RawOptions& raw, OptionFiles& files) {
  StreamOrder result;
  if (raw.order) result.rest = ZVFS_TRY(for_option("--order", parse_order(*raw.order)));
  if (raw.order_file) result.first = ZVFS_TRY(read_order(raw, files));
  result.is_given = raw.order || raw.order_file;
  return result;
}

Result<void> take_sources(const std::vector<std::string>& sources, OptionFiles& files,
                          BuildOptions& build) {
  build.source = sources[0];
  if (sources.size() == 1) {
    if (build.source != kStandardInput) return {};
    return for_option("SOURCE", files.take_standard_input("SOURCE"));
  }
  build.sources.emplace();
  for (const std::string& source : sources) {
    ZVFS_TRY(for_option("SOURCE", build.sources->add_source(source)));
  }
  return {};
}

// SOURCE... IMAGE, or IMAGE alone with --files-from. A dry run of one source needs no IMAGE.
Result<void> take_operands(const RawOptions& raw, OptionFiles& files, BuildOptions& build) {
  constexpr auto kWrong = ErrorCode::kInvalidArgument;
  std::vector<std::string> sources = raw.operands;
  const std::size_t needed = raw.files_from ? 0 : 1;
  if (sources.size() > needed || !build.dry_run) {
    if (sources.empty()) return fail(kWrong, "IMAGE is required");
    build.target = sources.back();
    sources.pop_back();
  }
  if (raw.files_from) {
    if (!sources.empty()) {
      return fail(kWrong, "--files-from: cannot be combined with '{}'", shown_name(sources[0]));
    }
    build.source = *raw.files_from;
    build.sources = ZVFS_TRY(read_list(raw, files));
    return {};
  }
  if (raw.null_separated && !raw.order_file) {
    return fail(kWrong, "--null: needs --files-from or --order-file");
  }
  if (raw.no_recursion) return fail(kWrong, "--no-recursion: needs --files-from");
  if (sources.empty()) return fail(kWrong, "SOURCE: is missing; use - for standard input");
  return take_sources(sources, files, build);
}

Result<void> take_encoding(const RawOptions& raw, BuildOptions& build) {
  if (!raw.codec.empty())
    build.encoder.codec = ZVFS_TRY(for_option("--codec", parse_codec(raw.codec)));
  build.encoder.level = raw.level.value_or(levels_of(build.encoder.codec).standard);
  ZVFS_TRY(for_option("--level", check_level(build.encoder)));
  build.dedupe = ZVFS_TRY(for_option("--dedupe", parse_dedupe(raw.dedupe)));
  if (raw.frame_size) {
    const auto size = ZVFS_TRY(for_option("--frame-size", parse_frame_size(*raw.frame_size)));
    build.bounds = {.small = size, .large = size, .huge = size};
  }
  build.threads = raw.threads.value_or(default_threads(build.bounds));
  ZVFS_TRY(for_option("--threads", check_threads(build.threads)));
  return {};
}

Result<void> take_output(const RawOptions& raw, MkimageOptions& options) {
  constexpr auto kWrong = ErrorCode::kInvalidArgument;
  BuildOptions& build = options.build;
  if (raw.quiet && raw.verbose) return fail(kWrong, "--quiet: cannot be combined with --verbose");
  if (raw.verbose && options.json == "-") {
    return fail(kWrong, "--json: standard output is used for the names of --verbose");
  }
  if (build.target == kStandardOutput && options.json == "-" && !build.dry_run) {
    return fail(kWrong, "--json: standard output is used for the image");
  }
  if (raw.no_digests) build.digests = DigestChoice::kLeaveOut;
  build.gather_sizes = !options.json.empty();
  build.if_target_exists = raw.force ? IfExists::kReplace : IfExists::kFail;
  if (raw.quiet) options.verbosity = Verbosity::kQuiet;
  if (raw.verbose) options.verbosity = Verbosity::kNames;
  return {};
}

Result<void> check_and_apply(const RawOptions& raw, OptionFiles& files, MkimageOptions& options) {
  ZVFS_TRY(take_operands(raw, files, options.build));
  options.build.order = ZVFS_TRY(stream_order(raw, files));
  ZVFS_TRY(take_encoding(raw, options.build));
  return take_output(raw, options);
}

}  // namespace

Result<std::optional<MkimageOptions>> parse_mkimage_options(std::span<char* const> arguments) {
  OptionSet options("mkimage",
                    "Pack a directory or an archive into a compressed image that mount.zvfs "
                    "mounts.\nThe image is an ordinary .tar.zst: tar extracts it, too.\n");
  MkimageOptions result;
  RawOptions raw;
  OptionFiles files;
  EntryOptions entries(files);
  add_options(options, result, raw);
  entries.add_to(options);
  const auto parsed = ZVFS_TRY(options.parse(arguments));
  if (parsed == OptionSet::Parsed::kQuestion) return std::optional<MkimageOptions>();
  ZVFS_TRY(check_and_apply(raw, files, result));
  result.build.rules = ZVFS_TRY(entries.rules(std::getenv("SOURCE_DATE_EPOCH")));
  return std::optional(std::move(result));
}

}  // namespace zvfs
