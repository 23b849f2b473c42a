#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tar/tar_member.h"

namespace zvfs {

/// One header block of a tar archive, read as it is, from any dialect and any author. Numbers are
/// octal or, if too large for that in GNU tar, base-256. Borrows the block.
class TarBlock {
 public:
  using Bytes = std::span<const std::byte, kTarBlockSize>;
  explicit TarBlock(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_zero() const;
  /// Whether it is a header at all: the checksum is right, over signed or unsigned bytes.
  [[nodiscard]] bool has_checksum() const;
  /// Whether it has GNU tar's own format, with other fields in place of ustar's prefix.
  [[nodiscard]] bool is_gnu() const;
  /// Whether it is a header of star's own format, with times in place of the prefix's end.
  [[nodiscard]] bool is_star() const;

  [[nodiscard]] char type() const { return static_cast<char>(bytes_[156]); }
  [[nodiscard]] std::string path() const;  ///< The prefix, if any, and the name.
  [[nodiscard]] std::string_view link_name() const;
  [[nodiscard]] std::string_view user_name() const;  ///< Empty if the format has none: v7.
  [[nodiscard]] std::string_view group_name() const;

  // Nothing if the field is not a number, or exceeds 63 bits.
  [[nodiscard]] std::optional<std::int64_t> mode() const { return number(100, 8); }
  [[nodiscard]] std::optional<std::int64_t> uid() const { return number(108, 8); }
  [[nodiscard]] std::optional<std::int64_t> gid() const { return number(116, 8); }
  [[nodiscard]] std::optional<std::int64_t> size() const { return number(124, 12); }
  [[nodiscard]] std::optional<std::int64_t> mtime() const { return number(136, 12); }
  [[nodiscard]] std::optional<std::int64_t> device_major() const { return number(329, 8); }
  [[nodiscard]] std::optional<std::int64_t> device_minor() const { return number(337, 8); }

  /// For a sparse member in GNU tar's old format or in star's: its size with holes, its first
  /// extents, and whether a block with more of them follows. star, other than in its first
  /// versions, has no extents in the header, but in blocks behind it.
  [[nodiscard]] std::optional<std::int64_t> sparse_real_size() const {
    return number(is_gnu() ? 483 : 452, 12);
  }
  [[nodiscard]] bool sparse_continues() const;
  static constexpr std::size_t kSparseInHeader = 4;
  static constexpr std::size_t kSparseInBlock = 21;
  struct Run {
    std::int64_t offset;
    std::int64_t length;
  };
  /// The run in slot `index`; nothing if the slot is empty or holds no numbers.
  [[nodiscard]] std::optional<Run> sparse_run(std::size_t index) const {
    return run((is_gnu() ? 386 : kStarRuns) + 24 * index);
  }
  /// As sparse_run(), but for a block that continues a header.
  [[nodiscard]] std::optional<Run> more_sparse_run(std::size_t index) const {
    return run(24 * index);
  }
  [[nodiscard]] bool more_sparse_continues() const { return bytes_[504] != std::byte{0}; }

 private:
  static constexpr std::size_t kStarRuns = 356;

  [[nodiscard]] bool has_magic() const;
  [[nodiscard]] std::string_view text(std::size_t offset, std::size_t size) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::size_t offset, std::size_t size) const;
  [[nodiscard]] std::optional<Run> run(std::size_t offset) const;

  Bytes bytes_;
};

}  // namespace zvfs
