// Member headers of the tar stream: a pure function of a member's metadata.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "tar/tar_member.h"

namespace zvfs {

/// The value of the member's size field: its data and, for a sparse file, the map before it.
std::uint64_t tar_data_size(const TarMember& member);

/// The size of what append_tar_header() appends: a multiple of kTarBlockSize.
std::uint64_t tar_header_size(const TarMember& member);

/// Appends everything that precedes the member's data: a pax extended header if ustar cannot hold
/// everything, the ustar header, and a sparse file's map (which tar counts as data).
PaxFit append_tar_header(const TarMember& member, ByteVector& out);

/// Appends a pax extended header that applies to all members after it.
void append_global_header(const PaxRecords& records, ByteVector& out);

}  // namespace zvfs
