#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/warnings.h"
#include "tar/index_extras.h"
#include "tar/tar_entry.h"
#include "tar/tar_member.h"

namespace zvfs {

/// A tar archive being rewritten in the form in which we write members. Appended bytes stay until
/// they are dropped. Whatever does not fit in a member's headers is noted for the index, and
/// reported. Not thread-safe.
class TarWriter {
 public:
  /// Borrows both.
  TarWriter(IndexExtras& index_extras, Warnings& warnings)
      : index_extras_(index_extras), warnings_(warnings) {}

  /// Appends the headers of a member; a socket is only noted for the index.
  void append(const TarEntry& entry);
  void append(const TarMember& member);

  /// Appends a header that applies to all members after it. Precondition: a member follows.
  void append_global(const PaxRecords& records);

  void append_bytes(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  /// Appends zeros, and returns them for the caller to fill in.
  MutableByteSpan append_zeros(std::size_t size);

  [[nodiscard]] ByteSpan bytes() const { return bytes_; }
  void drop_front(std::size_t size);

 private:
  [[nodiscard]] std::uint64_t position() const { return dropped_ + bytes_.size(); }

  IndexExtras& index_extras_;
  Warnings& warnings_;
  ByteVector bytes_;
  std::uint64_t dropped_ = 0;
  std::optional<std::uint64_t> global_begin_;  // of a header not yet followed by a member
};

}  // namespace zvfs
