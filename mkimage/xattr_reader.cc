#include "mkimage/xattr_reader.h"

#include <cerrno>
#include <sys/xattr.h>
#include <utility>

namespace zvfs {
namespace {

bool is_kept(std::string_view name) {
  return !name.starts_with("system.") || name.starts_with("system.posix_acl_");
}

}  // namespace

Result<XattrSet> XattrReader::read(int directory_fd, const char* name) {
  // There is no llistxattrat() before Linux 6.13; this path is short however deep the tree is.
  path_.clear();
  fmt::format_to(std::back_inserter(path_), "/proc/self/fd/{}/{}", directory_fd, name);
  std::string_view names = ZVFS_TRY(list(path_.c_str()));
  std::vector<Xattr> xattrs;
  while (!names.empty()) {
    const std::string_view attribute = names.substr(0, names.find('\0'));
    names.remove_prefix(attribute.size() + 1);
    if (!is_kept(attribute)) continue;
    Xattr xattr{std::string(attribute), {}};
    if (ZVFS_TRY(read_value(path_.c_str(), xattr.name.c_str(), xattr.value))) {
      xattrs.push_back(std::move(xattr));
    }
  }
  if (xattrs.empty()) return XattrSet();
  return XattrSet(std::move(xattrs));
}

// The names, each ended by a NUL.
Result<std::string_view> XattrReader::list(const char* path) {
  while (true) {
    const ssize_t size = ::llistxattr(path, names_.data(), names_.size());
    if (size >= 0) return std::string_view(names_.data(), static_cast<std::size_t>(size));
    if (errno == ENOTSUP) return std::string_view();
    if (errno != ERANGE) return fail_errno(errno, "cannot list extended attributes");
    names_.resize(names_.size() * 4);
  }
}

// False when the attribute is gone.
Result<bool> XattrReader::read_value(const char* path, const char* name, ByteVector& value) {
  while (true) {
    const ssize_t size = ::lgetxattr(path, name, value_.data(), value_.size());
    if (size >= 0) {
      value.assign(value_.begin(), value_.begin() + size);
      return true;
    }
    if (errno == ENODATA) return false;
    if (errno != ERANGE) {
      return fail_errno(errno, fmt::format("cannot read extended attribute {}", name));
    }
    if (value_.size() >= XattrSet::kMaxValueSize) {
      return fail(ErrorCode::kTooLarge, "extended attribute {} exceeds the limit of {} bytes", name,
                  XattrSet::kMaxValueSize);
    }
    value_.resize(std::min(value_.size() * 8, XattrSet::kMaxValueSize));
  }
}

}  // namespace zvfs
