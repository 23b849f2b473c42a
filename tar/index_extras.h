#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "format/xattr_set.h"
#include "tar/tar_entry.h"

namespace zvfs {

/// What the index of an image says about the entries of an archive in addition to the tar stream,
/// which has no sockets and no room for a MiB of extended attributes. The maker of the stream fills
/// it; TarIndexer takes it over. Not thread-safe.
class IndexExtras {
 public:
  using SharedXattrs = std::shared_ptr<const XattrSet>;

  void add_socket(TarEntry socket) { sockets_.push_back(std::move(socket)); }
  [[nodiscard]] const std::vector<TarEntry>& sockets() const { return sockets_; }

  /// Sets all attributes of the member with headers at `stream_offset`.
  void set_xattrs(std::uint64_t stream_offset, XattrSet xattrs) {
    by_offset_.insert_or_assign(stream_offset, std::move(xattrs));
  }
  /// Returns and forgets what was set for that member.
  std::optional<XattrSet> take_xattrs(std::uint64_t stream_offset) {
    const auto node = by_offset_.extract(stream_offset);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }

  /// Sets all attributes of whatever has that path once all members were taken.
  void set_xattrs_of_path(std::string path, SharedXattrs xattrs) {
    by_path_.insert_or_assign(std::move(path), std::move(xattrs));
  }
  [[nodiscard]] const std::map<std::string, SharedXattrs>& xattrs_by_path() const {
    return by_path_;
  }

 private:
  std::vector<TarEntry> sockets_;
  std::map<std::uint64_t, XattrSet> by_offset_;
  std::map<std::string, SharedXattrs> by_path_;
};

}  // namespace zvfs
