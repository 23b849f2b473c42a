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

/// A place in a decoded data frame of an image.
struct FramePart {
  DataFrame frame;
  std::uint32_t offset = 0;  ///< In the decoded frame, in bytes.
};

/// A run of a file that ends at offset `end`: a hole, or data that can be read at once.
struct ContentRun {
  std::uint64_t end = 0;
  bool is_hole = false;
  std::optional<FramePart> part;  ///< Of data in an image: the frame that holds the whole run.
};

/// The content of a file of one of the trees. Not thread-safe.
class ComparableContent {
 public:
  virtual ~ComparableContent() = default;

  /// The run that begins at `offset`, which is below the file's size. A run of data has at most
  /// kMaxFrameSize bytes. Errors: Corrupt, Io.
  virtual Result<ContentRun> run_at(std::uint64_t offset) = 0;

  /// The first `length` bytes from `offset` on of the run that run_at() last returned, which must
  /// be data; valid until the next call. Errors: Corrupt, Io.
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

  /// Some of the names of a directory from number `first` on, in their order there; none after the
  /// last. Errors: Corrupt, Io.
  virtual Result<std::vector<Name>> names(InodeNumber directory, std::uint32_t first) = 0;

  /// Errors: Corrupt, Io.
  virtual Result<std::string> symlink_target(InodeNumber number) = 0;
  virtual Result<XattrSet> xattrs(InodeNumber number) = 0;

  /// The content of the regular file `number`, which is called `name` in `directory`.
  /// Errors: Corrupt, Io.
  virtual Result<std::unique_ptr<ComparableContent>> open(InodeNumber number, InodeNumber directory,
                                                          const std::string& name) = 0;

  /// The image behind this tree, or null.
  [[nodiscard]] virtual const Image* image() const { return nullptr; }
};

/// Reports a part of a tree that cannot be read; `path` is relative to its root, and "." is the
/// root.
using TreeWarning = std::function<void(std::string_view path, std::string_view message)>;

}  // namespace zvfs
