#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/frame_table.h"
#include "format/image.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

/// Where in a decoded data frame of an image something lies.
struct FramePart {
  DataFrame frame;
  std::uint32_t offset = 0;  ///< In the decoded frame, in bytes.
};

/// A run of a file, up to `end` of it: a hole, or data that can be had at once.
struct ContentRun {
  std::uint64_t end = 0;
  bool is_hole = false;
  std::optional<FramePart> part;  ///< Of data in an image; all of the run lies in that frame.
};

/// The content of a file of one of the trees. Not thread-safe.
class ComparableContent {
 public:
  virtual ~ComparableContent() = default;

  /// The run that begins at `offset`, which is below the file's size. One of data has at most
  /// kMaxFrameSize bytes. Errors: Corrupt, Io.
  virtual Result<ContentRun> run_at(std::uint64_t offset) = 0;

  /// The first `length` bytes of the run that run_at() gave last, from `offset` on, which must be
  /// data; valid until the next call. Errors: Corrupt, Io.
  virtual Result<ByteSpan> read(std::uint64_t offset, std::uint64_t length) = 0;
};

/// One of the two trees of a diff: an image, or a directory. Not thread-safe.
class ComparableTree {
 public:
  struct Name {
    std::string name;
    InodeNumber inode;
  };

  virtual ~ComparableTree() = default;

  /// Errors: Corrupt, Io.
  virtual Result<InodeRecord> inode(InodeNumber number) = 0;

  /// Names of a directory from the `first`th on, in the order they have there: some, or none after
  /// the last. Errors: Corrupt, Io.
  virtual Result<std::vector<Name>> names(InodeNumber directory, std::uint32_t first) = 0;

  /// Errors: Corrupt, Io.
  virtual Result<std::string> symlink_target(InodeNumber number) = 0;
  virtual Result<XattrSet> xattrs(InodeNumber number) = 0;

  /// The content of the regular file `number`, which `name` names in `directory`.
  /// Errors: Corrupt, Io.
  virtual Result<std::unique_ptr<ComparableContent>> open(InodeNumber number, InodeNumber directory,
                                                          const std::string& name) = 0;

  /// The image that this tree is, or null.
  [[nodiscard]] virtual const Image* image() const { return nullptr; }
};

/// Told of what in a tree cannot be read; `path` is relative to its root, "." being the root.
using TreeWarning = std::function<void(std::string_view path, std::string_view message)>;

}  // namespace zvfs
