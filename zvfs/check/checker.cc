#include "zvfs/check/checker.h"

#include <array>
#include <utility>

#include "base/units.h"
#include "format/memory_limit.h"
#include "zvfs/check/damaged_files.h"
#include "zvfs/check/data_check.h"
#include "zvfs/check/dentry_check.h"
#include "zvfs/check/frame_files_check.h"
#include "zvfs/check/frame_table_check.h"
#include "zvfs/check/index_frame_check.h"
#include "zvfs/check/inode_check.h"
#include "zvfs/check/seek_table_check.h"
#include "zvfs/check/stream_check.h"
#include "zvfs/check/xattr_check.h"
#include "zvfs/command/open_image.h"

namespace zvfs {
namespace {

// Keeps index frames decoded that are read at random (inodes by name, strings by dentry).
constexpr std::uint64_t kCacheSize = 64 * kMiB;

ImageOptions image_options(const CheckOptions& options) {
  return {.cache_size_bytes = affordable_memory(kCacheSize, memory_limit()), .root = options.root};
}

bool begins_like_an_image(const ImageSource& source) {
  constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
  std::array<std::byte, sizeof kZstdMagic> bytes;
  return source.size() >= bytes.size() && source.read(0, bytes) &&
         ByteReader(bytes).u32() == kZstdMagic;
}

// Checks the tables of the index.
void check_tables(CheckContext& context) {
  check_frame_table(context);
  check_xattr_sets(context);
  InodeStates states(inode_count(context.image.header()));
  InodeCheck(context, states).run();
  DentryCheck(context, states).run();
  check_frame_files(context, states);
}

class Checker {
 public:
  explicit Checker(const CheckOptions& options) : options_(options) {}

  Result<CheckReport> run(std::unique_ptr<const ImageSource> source) {
    const bool looks_right = begins_like_an_image(*source);
    auto opened = ImageTables::open(std::move(source), image_options(options_));
    if (!opened) {
      Error error = std::move(opened).error();
      const bool is_damage = error.code == ErrorCode::kCorrupt ||
                             (error.code == ErrorCode::kInvalidArgument && looks_right);
      if (!is_damage) return Unexpected(std::move(error));
      problems_.add("{}; try `zvfs repair`", error.message);
      report_.problems = problems_.count();
      return report_;
    }
    std::unique_ptr<ImageTables> raw = std::move(opened).value();
    ZVFS_TRY(check_index(*raw));
    ZVFS_TRY(check_files(std::move(raw)));
    report_.problems = problems_.count();
    return report_;
  }

 private:
  CheckContext context_of(const ImageTables& image) {
    return {image, problems_, affordable_threads(options_.threads, image.header()),
            options_.progress};
  }

  Result<void> check_index(const ImageTables& image) {
    CheckContext context = context_of(image);
    report_.frames = image.header().frame_count;
    report_.inodes = image.index().rows(Table::kInodes);
    if (options_.progress != nullptr) {
      options_.progress->bytes_total = image.header().stream_size * (options_.deep ? 2 : 1);
    }
    ZVFS_TRY(check_index_frames(context));
    ZVFS_TRY(check_seek_table(context));
    check_tables(context);
    return {};
  }

  // Checks the contents of the frames, and of the files in them.
  Result<void> check_files(std::unique_ptr<const ImageTables> raw) {
    const CheckContext context = context_of(*raw);
    const DataCheckResult data = check_data(context);
    report_.whole_frames = data.frames;
    report_.decoded_bytes = data.decoded_bytes;
    if (problems_.count() == 0 && !options_.deep) return {};

    const auto image = Image::open(std::move(raw));
    if (image && options_.deep && data.lost.empty()) check_stream(context, **image);
    problems_.finish();
    if (!image || problems_.count() == 0) return {};  // the root is lost, which was reported
    return list_damaged_files(**image, data.lost, [this](std::string_view path) {
      ++report_.damaged_files;
      if (options_.on_damaged_file) options_.on_damaged_file(path);
    });
  }

  const CheckOptions& options_;
  ProblemLog problems_{options_.on_problem};
  CheckReport report_;
};

}  // namespace

Result<CheckReport> check_image(std::unique_ptr<const ImageSource> source,
                                const CheckOptions& options) {
  return Checker(options).run(std::move(source));
}

bool has_sound_index(const ImageTables& image) {
  ProblemLog problems([](std::string_view) {});
  CheckContext context{.image = image, .problems = problems};
  if (!check_index_frames(context)) return false;
  check_tables(context);
  return problems.count() == 0;
}

}  // namespace zvfs
