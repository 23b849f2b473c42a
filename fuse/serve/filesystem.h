#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/result.h"
#include "format/image.h"
#include "fuse/ahead/inode_set.h"
#include "fuse/serve/directory_buffer.h"
#include "fuse/serve/lowlevel.h"
#include "fuse/serve/read_reply.h"

namespace zvfs {

/// How long the kernel may cache an answer, in seconds: an image does not change while it is
/// mounted.
inline constexpr double kForever = std::numeric_limits<double>::max();

/// Computes the answers to the kernel's requests on a mounted image. A FUSE node id is an inode
/// number, so there is no table of nodes and nothing to forget. Borrows the image. Thread-safe: all
/// methods are const and the image is immutable.
///
/// Every method that takes a node may fail with NotFound (no such node), InvalidArgument (a node
/// of the wrong type), TooLarge (a device that Linux cannot have), Corrupt or Io.
class Filesystem {
 public:
  /// Adds every inode that the kernel learns of to `known`, unless that is null.
  explicit Filesystem(const Image& image, InodeSet* known = nullptr)
      : image_(image), known_(known) {}

  [[nodiscard]] Result<struct stat> attributes(fuse_ino_t node) const;

  /// The entry `name` of `directory`, or an entry without a node (ino 0) if there is none; both are
  /// valid for ever. NFS servers ask for "." (any node itself) and ".." (a directory's parent).
  [[nodiscard]] Result<fuse_entry_param> lookup(fuse_ino_t directory, std::string_view name) const;

  /// Nothing if the target is longer than any that Linux can follow or read (PATH_MAX).
  [[nodiscard]] Result<std::optional<std::string>> symlink_target(fuse_ino_t node) const;

  /// The inode of `node`, which must be a regular file.
  [[nodiscard]] Result<Inode> regular_file(fuse_ino_t node) const;

  /// Up to `size_bytes` of `file` from `offset` on; fewer at its end.
  [[nodiscard]] Result<ReadReply> read(const Inode& file, std::uint64_t offset,
                                       std::size_t size_bytes) const;

  enum class ListMode { kNames, kAttributes };
  /// The entries of `directory` from `offset` on, "." and ".." first, in at most `size_bytes`;
  /// none at the end. An entry whose inode is damaged comes without its attributes.
  [[nodiscard]] Result<DirectoryBuffer> list(fuse_ino_t directory, std::uint64_t offset,
                                             std::size_t size_bytes, ListMode mode) const;

  enum class SeekTo { kData, kHole };
  /// Where the first data or hole at or after `offset` begins, as lseek(2) defines them: every file
  /// ends with a hole. Nothing if there is none, or `offset` is at or beyond the end.
  [[nodiscard]] Result<std::optional<std::uint64_t>> seek(fuse_ino_t node, std::uint64_t offset,
                                                          SeekTo target) const;

  /// The value of an extended attribute, or nothing if the node has none of that name.
  [[nodiscard]] Result<std::optional<ByteVector>> xattr(fuse_ino_t node,
                                                        std::string_view name) const;
  /// All names, each ended by a NUL.
  [[nodiscard]] Result<std::string> xattr_names(fuse_ino_t node) const;

  /// False if no file of the image has an extended attribute.
  [[nodiscard]] bool has_xattrs() const;

  /// What statfs(2) reports: a full filesystem of the image's size.
  [[nodiscard]] struct statvfs statistics() const;

 private:
  [[nodiscard]] Result<Inode> inode(fuse_ino_t node) const;
  [[nodiscard]] Result<Inode> directory(fuse_ino_t node) const;
  [[nodiscard]] Result<fuse_entry_param> entry(InodeNumber number) const;
  [[nodiscard]] bool add_entry(DirectoryBuffer& buffer, const Dentry& entry, off_t next,
                               ListMode mode) const;

  const Image& image_;
  InodeSet* const known_;
};

}  // namespace zvfs
