#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "tar/tar_entry.h"

namespace zvfs {

/// A member of an archive of any format. A plain value.
struct SourceMember {
  std::string path;        ///< As in the archive.
  Result<TarEntry> entry;  ///< The data comes later: `data_size` is its size, and it is not sparse.
                           ///< Errors: InvalidArgument (it cannot be taken; the message says why).
  bool has_other_names = false;  ///< According to its headers.
};

/// An archive that is not a tar, member by member. Not thread-safe.
class MemberSource {
 public:
  virtual ~MemberSource() = default;

  /// The next member, or nothing after the last. Errors: Io, Corrupt, TooLarge.
  using Next = std::optional<SourceMember>;
  virtual Result<Next> next() = 0;

  /// A run of the member's data, at `offset` in the file; valid until the next call.
  struct Block {
    std::uint64_t offset = 0;
    ByteSpan bytes;
    bool at_end = false;
  };
  /// Errors: Io, Corrupt; InvalidArgument if only this member's data cannot be read.
  virtual Result<Block> read() = 0;
};

}  // namespace zvfs
