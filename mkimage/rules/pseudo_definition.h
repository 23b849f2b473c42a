#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "format/metadata.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

/// An entry to add to the image, or a change to an entry of the source: a pseudo file definition as
/// in mksquashfs(1). A plain value.
struct PseudoDefinition {
  enum class Kind : std::uint8_t {
    kMake,      ///< Types d, b, c, i and s: a new entry.
    kDiskFile,  ///< Types l and h: a file from elsewhere on disk, `target`.
    kModify,    ///< Type m: an entry of the source gets this mode and owner.
    kLink,      ///< Type L: another name of the file at `target` in the image.
    kXattr,     ///< Type x: an entry gets an attribute.
  };

  Kind kind = Kind::kMake;
  std::string path;        ///< In the image, as from plain_path(); empty for the root.
  std::uint16_t mode = 0;  ///< As st_mode; without the type for kModify.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::optional<Timestamp> mtime;  ///< For the types in capitals.
  std::string target;              ///< For a symlink, kDiskFile (a path on disk) or kLink.
  bool follows_symlink = false;    ///< For kDiskFile, if `target` is a symlink: type h.
  Xattr xattr;

  /// Parses "PATH TYPE ARGUMENTS". Names may be quoted ("), or have backslashes before special
  /// characters. Types are those above; in capitals, a time precedes the mode. No command is ever
  /// run: the types f, F (output of commands) and R (data in the list itself) are refused.
  /// Errors: InvalidArgument.
  static Result<PseudoDefinition> parse(std::string_view text);

  /// Sets mode and owner of `metadata`, and the time if there is one. A symlink has no mode of its
  /// own and keeps its permissions.
  void apply_to(FileType type, Metadata& metadata) const;

  bool operator==(const PseudoDefinition&) const = default;
};

}  // namespace zvfs
