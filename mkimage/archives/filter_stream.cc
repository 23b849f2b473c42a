#include "mkimage/archives/filter_stream.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/core.h>

namespace zvfs {
namespace {

/// How the data of a filter begins that ignores what it does not know behind its data.
struct Beginning {
  std::string_view compression;
  std::string_view magic;
  std::size_t taken;  ///< Bytes that the filter takes before it knows that they are not its own.
};
constexpr Beginning kBeginnings[] = {
    {"bzip2", "BZh", 0},
    {"lzip", "LZIP", 0},
    {"lz4", "\x04\x22\x4D\x18", 4},
    {"lzma", {"\x5D\0\0", 3}, 0},
};

// Whether more data was meant to begin here: one damaged byte must not make it ignored.
bool resembles(ByteSpan bytes, std::string_view magic) {
  if (bytes.size() < magic.size()) return false;
  const std::string_view head = as_text(bytes.first(magic.size()));
  std::size_t equal = 0;
  for (std::size_t i = 0; i < magic.size(); ++i) equal += head[i] == magic[i] ? 1 : 0;
  return equal + 1 >= magic.size();
}

// Whether `rest` ends within the magic of more data. Nobody knows whether the filter took bytes
// of it that are fewer than it takes, so these may also be the end of the data before.
bool ends_within_magic(ByteSpan rest, const Beginning& beginning) {
  if (rest.size() >= beginning.taken + beginning.magic.size()) return false;
  return beginning.magic.starts_with(as_text(rest.subspan(beginning.taken)));
}

}  // namespace

Result<ByteSpan> FilterStream::next() {
  while (!ended_) {
    const ArchiveReader::Block block = ZVFS_TRY(reader_->read());
    if (!block.at_end && block.bytes.empty()) continue;
    ended_ = block.at_end;
    if (ended_) ZVFS_TRY(check_rest());
    return block.bytes;
  }
  return ByteSpan();
}

Result<void> FilterStream::check_rest() {
  if (!reader_->is_compressed()) return {};
  const auto beginning =
      std::ranges::find(kBeginnings, reader_->compression(), &Beginning::compression);
  if (beginning == std::end(kBeginnings)) return {};
  const ByteVector rest = reader_->left_over(beginning->taken);
  if (rest.size() <= beginning->taken) return {};
  const bool is_padding =
      std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{}; });
  if (is_padding) return {};
  if (ends_within_magic(rest, *beginning)) {
    return fail(ErrorCode::kCorrupt, "{} data is damaged: it is truncated", beginning->compression);
  }
  if (resembles(rest, beginning->magic)) {
    return fail(ErrorCode::kCorrupt, "{} data is damaged: a part of it has a wrong magic number",
                beginning->compression);
  }
  warnings_.report(
      Warning::Severity::kNote, ".",
      fmt::format("data after the end of the {} data is ignored", beginning->compression));
  return {};
}

}  // namespace zvfs
