#include "mkimage/image_target.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/core.h>

#include "base/output_place.h"
#include "base/quoting.h"
#include "mkimage/device_rest.h"

namespace zvfs {
namespace {

struct Suffix {
  std::string_view text;
  std::string_view format;
};

constexpr std::string_view kZstd = "zstd";
constexpr std::string_view kLz4 = "lz4";

constexpr Suffix kSuffixes[] = {
    {".zst", kZstd},           {".tzst", kZstd},      {".lz4", kLz4},      {".tlz4", kLz4},
    {".gz", "gzip"},           {".tgz", "gzip"},      {".bz2", "bzip2"},   {".tbz", "bzip2"},
    {".tbz2", "bzip2"},        {".xz", "xz"},         {".txz", "xz"},      {".lzma", "lzma"},
    {".lz", "lzip"},           {".lzo", "lzop"},      {".Z", "compress"},  {".tar", "a plain tar"},
    {".zip", "zip"},           {".7z", "7z"},         {".cpio", "cpio"},   {".iso", "ISO 9660"},
    {".squashfs", "squashfs"}, {".sqfs", "squashfs"}, {".erofs", "EROFS"}, {".dwarfs", "DwarFS"},
};

}  // namespace

Result<ImageTarget> ImageTarget::open(const std::string& path, IfExists if_exists) {
  ImageTarget target(path == kStandardOutput ? "standard output" : path);
  OutputPlace place;
  if (path == kStandardOutput) {
    place.stream = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!place.stream.is_open()) return fail_errno(errno, shown_name(target.name_));
  } else {
    place = ZVFS_TRY_IN(shown_name(path), find_output(path, if_exists));
  }
  if (!place.stream.is_open()) {
    target.file_.emplace(ZVFS_TRY_IN(shown_name(path), AtomicFile::create(place.file, if_exists)));
    return target;
  }
  if (::isatty(place.stream.get()) == 1) {
    return fail(ErrorCode::kInvalidArgument,
                "{}: is a terminal; images are not written to terminals", shown_name(target.name_));
  }
  target.fd_ = std::move(place.stream);
  return target;
}

Result<ImageTarget> ImageTarget::open_nowhere(const std::string& path) {
  ImageTarget target(path);
  target.fd_ = UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!target.fd_.is_open()) return fail_errno(errno, "/dev/null");
  return target;
}

ExcludedFiles ImageTarget::excluded() const {
  struct stat status;
  if (!file_ && ::fstat(fd(), &status) == 0 && S_ISREG(status.st_mode)) {
    return {.names = {}, .files = {id_of(status)}};
  }
  const std::filesystem::path path(name_);
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  const bool found = file_ ? ::fstat(file_->directory_fd(), &status) == 0
                           : ::stat(directory.c_str(), &status) == 0;
  if (!found) return {};
  ExcludedFiles excluded{.names = {{id_of(status), path.filename()}}, .files = {}};
  if (file_) excluded.names.push_back({id_of(status), file_->temporary_name()});
  return excluded;
}

Result<void> ImageTarget::commit() {
  ZVFS_TRY_IN(shown_name(name_), file_ ? file_->commit() : finish_stream());
  return {};
}

Result<void> ImageTarget::finish_stream() {
  ZVFS_TRY(sync_output(fd()));
  return clear_behind_image(fd());
}

std::string problem_of_name(std::string_view path, Codec codec) {
  const std::string_view own = codec == Codec::kLz4 ? kLz4 : kZstd;
  const auto* const found = std::ranges::find_if(
      kSuffixes, [path](const Suffix& suffix) { return path.ends_with(suffix.text); });
  if (found == std::end(kSuffixes) || found->format == own) return {};
  return fmt::format("the name suggests {}, but the image is a .tar.{}", found->format,
                     own == kLz4 ? "lz4" : "zst");
}

}  // namespace zvfs
