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
    {"lz4", "\x02\x21\x4C\x18", 4},  // of its old format
    {"lzma", {"\x5D\0\0", 3}, 0},
};

// In how many bytes of the magic `rest` is something else: one damaged byte must not make more data
// look like something that may be ignored.
std::size_t differences(ByteSpan rest, const Beginning& beginning) {
  const std::string_view magic = beginning.magic;
  std::size_t count = 0;
  for (std::size_t i = 0; i < magic.size(); ++i) {
    if (i >= rest.size() || as_text(rest)[i] != magic[i]) ++count;
  }
  return count;
}

// Whether `rest` ends within the magic of more data. Nobody knows whether the filter took bytes
// of it that are fewer than it takes, so these may also be the end of the data before.
bool ends_within_magic(ByteSpan rest, const Beginning& beginning) {
  if (rest.size() >= beginning.taken + beginning.magic.size()) return false;
  return beginning.magic.starts_with(as_text(rest.subspan(beginning.taken)));
}

// Why `rest`, behind the end of the data, must not be ignored; empty if it may be.
std::string_view objection(ByteSpan rest, const Beginning& beginning) {
  if (ends_within_magic(rest, beginning)) return "it is truncated";
  const std::size_t distance = differences(rest, beginning);
  if (distance == 0) return "a further part of it cannot be read";
  if (distance == 1) return "a part of it has a wrong magic number";
  return {};
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
  const std::string_view compression = reader_->compression();
  bool is_ignored = false;
  for (const Beginning& beginning : kBeginnings) {
    if (beginning.compression != compression) continue;
    const ByteVector rest = reader_->left_over(beginning.taken);
    const bool is_padding =
        std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{}; });
    if (rest.size() <= beginning.taken || is_padding) return {};
    if (const std::string_view why = objection(rest, beginning); !why.empty()) {
      return fail(ErrorCode::kCorrupt, "{} data is damaged: {}", compression, why);
    }
    is_ignored = true;
  }
  if (is_ignored) {
    warnings_.report(Warning::Severity::kNote, ".",
                     fmt::format("data after the end of the {} data is ignored", compression));
  }
  return {};
}

}  // namespace zvfs
