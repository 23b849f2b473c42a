#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "format/records.h"
#include "tar/tar_member.h"

namespace zvfs {

/// The most bytes for the records of a member: libarchive refuses a pax header above 1 MiB.
/// Extended attributes and other records that would exceed it are left out.
inline constexpr std::size_t kMaxPaxSize = std::size_t{1} << 20;

/// The warning of a member whose extended attributes exceed it.
inline constexpr std::string_view kXattrsBeyondTar =
    "some of its extended attributes do not fit in a tar header; only the index has them";

/// Whether the records of these attributes certainly stay below that.
constexpr bool fits_in_tar(const XattrSetRecord& xattrs) {
  constexpr std::uint64_t kMoreInTar = 16;  // for each attribute, in addition to its name and value
  return xattrs.length + xattrs.count * kMoreInTar <= kMaxPaxSize;
}

/// Calls `record` for each pax record that `member` needs, in a fixed order: what ustar cannot
/// hold, extended attributes, the marks of a sparse file, and other records. The views are valid
/// during the call. Returns whether all records fit.
using PaxSink = std::function<void(std::string_view key, std::string_view value)>;
PaxFit for_each_pax_record(const TarMember& member, const PaxSink& record);

/// The name of an extended attribute after "SCHILY.xattr.". Undoes GNU tar's coding of "=" and "%",
/// which for_each_pax_record() applies.
std::string decoded_xattr_name(std::string_view coded);

/// The size of a record in bytes: "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::size_t pax_record_size(std::string_view key, std::string_view value);

/// Appends the record.
void append_pax_record(std::string_view key, std::string_view value, ByteVector& out);

}  // namespace zvfs
