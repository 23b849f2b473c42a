#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "format/records.h"
#include "tar/tar_member.h"

namespace zvfs {

/// What pax extended headers say about one member, or about all members after them. A later record
/// for the same key replaces the value; an empty one removes it. Values are as in the archive: not
/// yet checked against any limit of the format. A plain value.
struct PaxAttributes {
  std::optional<std::string> path;
  std::optional<std::string> link_path;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  std::optional<std::string> user_name;
  std::optional<std::string> group_name;
  std::optional<Timestamp> mtime;
  std::optional<std::uint64_t> device_major;
  std::optional<std::uint64_t> device_minor;
  std::map<std::string, std::string> xattrs;          ///< By name, including its namespace.
  std::map<std::string, std::string> encoded_xattrs;  ///< Those from LIBARCHIVE.xattr, decoded.
  std::optional<std::string> access_acl;              ///< As text.
  std::optional<std::string> default_acl;

  // GNU tar's sparse formats: 0.0 and 0.1 have the map here, 1.0 has it before the member's data.
  std::optional<std::uint64_t> sparse_major;
  std::optional<std::string> sparse_path;
  std::optional<std::uint64_t> sparse_real_size;
  std::optional<std::uint64_t> star_real_size;  ///< That of a sparse file in star's format.
  std::vector<std::uint64_t> sparse_map;        ///< Offset, length, offset, length, …

  /// Records for none of the above: "comment", "atime".
  PaxRecords others;

  /// Adds the records in the body of an extended header. Those that cannot be read are left out,
  /// and the error describes the first of them. Errors: InvalidArgument.
  Result<void> add(ByteSpan body);

  /// Roughly the bytes of memory that a copy takes, and the entry that is made of it.
  [[nodiscard]] std::size_t cost() const { return entry_cost() + others_cost(); }

  /// The same without `others`.
  [[nodiscard]] std::size_t entry_cost() const;

 private:
  Result<void> set(std::string_view key, std::string_view value);
  Result<void> set_sparse(std::string_view key, std::string_view value);
  Result<void> set_encoded_xattr(std::string_view name, std::string_view value);
  [[nodiscard]] std::size_t others_cost() const;
};

}  // namespace zvfs
