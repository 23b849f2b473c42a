#include "mkimage/target_name.h"

#include <algorithm>

#include <fmt/core.h>

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

std::string problem_of_name(std::string_view path, Codec codec) {
  const std::string_view own = codec == Codec::kLz4 ? kLz4 : kZstd;
  const auto* const found = std::ranges::find_if(
      kSuffixes, [path](const Suffix& suffix) { return path.ends_with(suffix.text); });
  if (found == std::end(kSuffixes) || found->format == own) return {};
  return fmt::format("the name promises {}, but the image is a .tar.{}", found->format,
                     own == kLz4 ? "lz4" : "zst");
}

}  // namespace zvfs
