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

/// An entry of the image that is made up, or how one of the source is changed: a pseudo file
/// definition as mksquashfs(1) has them. A plain value.
struct PseudoDefinition {
  enum class Kind : std::uint8_t {
    kMake,      ///< Types d, b, c, i and s: an entry that no source has.
    kDiskFile,  ///< Types l and h: a file from elsewhere on disk, `target`.
    kModify,    ///< Type m: an entry of the source gets this mode and owner.
    kLink,      ///< Type L: a further name of the file that is at `target` in the image.
    kXattr,     ///< Type x: an entry gets an attribute.
  };

  Kind kind = Kind::kMake;
  std::string path;        ///< In the image, as plain_path() has it; empty for the root.
  std::uint16_t mode = 0;  ///< As st_mode; of kModify without the type.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::optional<Timestamp> mtime;  ///< Of the types in capitals.
  std::string target;              ///< Of a symlink, kDiskFile (a path on disk) or kLink.
  bool follows_symlink = false;    ///< Of kDiskFile, where `target` is a symlink: type h.
  Xattr xattr;

  /// Parses "PATH TYPE ARGUMENTS". Names may be quoted ("), or have backslashes before what is not
  /// meant. Types are those above, and in capitals with a time before the mode. No command is ever
  /// run: the types f, F (output of commands) and R (data in the list itself) are refused.
  /// Errors: InvalidArgument.
  static Result<PseudoDefinition> parse(std::string_view text);

  /// Gives `metadata` mode and owner, and the time if there is one. A symlink, which has no mode of
  /// its own, keeps its permissions.
  void apply_to(FileType type, Metadata& metadata) const;

  bool operator==(const PseudoDefinition&) const = default;
};

}  // namespace zvfs
