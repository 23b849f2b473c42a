#include "mkimage/scan/xattr_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utility>

#include "base/quoting.h"
#include "base/warnings.h"

namespace zvfs {
namespace {

// Since Linux 6.13; the number is the same on all architectures with the common numbering.
constexpr long kGetxattrat = 464;
constexpr long kListxattrat = 465;

// As struct xattr_args of linux/xattr.h, which Debian 12 lacks.
struct XattrArguments {
  alignas(8) std::uint64_t value;
  std::uint32_t size;
  std::uint32_t flags;
};

bool is_kept(std::string_view name) {
  return !name.starts_with("system.") || name.starts_with("system.posix_acl_");
}

}  // namespace

XattrReader::Way XattrReader::best_way() {
  const bool works = ::syscall(kListxattrat, AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW, nullptr, 0) >= 0;
  // An old kernel says ENOSYS; a container's filter that does not know the call may say EPERM.
  return works || (errno != ENOSYS && errno != EPERM) ? Way::kAtCalls : Way::kProc;
}

Result<void> XattrReader::check() const {
  if (filter_.none || way_ == Way::kAtCalls || ::access("/proc/self/fd", F_OK) == 0) return {};
  return fail(ErrorCode::kIo, "cannot read extended attributes: /proc is not mounted");
}

Result<XattrSet> XattrReader::read(int directory_fd, const char* name) {
  if (filter_.none) return XattrSet();
  set_file(directory_fd, name);
  std::string_view names = ZVFS_TRY(list());
  std::vector<Xattr> xattrs;
  while (!names.empty()) {
    const std::string_view attribute = names.substr(0, names.find('\0'));
    names.remove_prefix(attribute.size() + 1);
    if (!is_kept(attribute) || !filter_.keeps(attribute)) continue;
    Xattr xattr{std::string(attribute), {}};
    if (ZVFS_TRY(read_value(xattr.name.c_str(), xattr.value))) xattrs.push_back(std::move(xattr));
  }
  if (xattrs.empty()) return XattrSet();
  return XattrSet(std::move(xattrs));
}

void XattrReader::set_file(int directory_fd, const char* name) {
  file_.directory_fd = directory_fd;
  file_.name = name;
  if (way_ == Way::kAtCalls) return;
  file_.path =
      directory_fd == AT_FDCWD ? name : fmt::format("/proc/self/fd/{}/{}", directory_fd, name);
}

// The names, each ended by a NUL.
Result<std::string_view> XattrReader::list() {
  while (true) {
    const ssize_t size = list_into(names_.data(), names_.size());
    if (size >= 0) return std::string_view(names_.data(), static_cast<std::size_t>(size));
    if (errno == ENOTSUP) return std::string_view();
    if (errno != ERANGE) return fail_on_source(errno, "cannot list extended attributes");
    names_.resize(names_.size() * 4);
  }
}

// False when the attribute is gone.
Result<bool> XattrReader::read_value(const char* attribute, ByteVector& value) {
  while (true) {
    const ssize_t size = read_into(attribute, value_.data(), value_.size());
    if (size >= 0) {
      value.assign(value_.begin(), value_.begin() + size);
      return true;
    }
    if (errno == ENODATA) return false;
    if (errno != ERANGE) {
      return fail_on_source(
          errno, fmt::format("cannot read extended attribute {}", shown_name(attribute)));
    }
    if (value_.size() >= XattrSet::kMaxValueSize) {
      return fail(ErrorCode::kTooLarge, "extended attribute {} exceeds the limit of {} bytes",
                  shown_name(attribute), XattrSet::kMaxValueSize);
    }
    value_.resize(std::min(value_.size() * 8, XattrSet::kMaxValueSize));
  }
}

ssize_t XattrReader::list_into(char* names, std::size_t size) const {
  if (way_ == Way::kProc) return ::llistxattr(file_.path.c_str(), names, size);
  return ::syscall(kListxattrat, file_.directory_fd, file_.name, AT_SYMLINK_NOFOLLOW, names, size);
}

ssize_t XattrReader::read_into(const char* attribute, std::byte* value, std::size_t size) const {
  if (way_ == Way::kProc) return ::lgetxattr(file_.path.c_str(), attribute, value, size);
  const XattrArguments arguments{reinterpret_cast<std::uintptr_t>(value),
                                 static_cast<std::uint32_t>(size), 0};
  return ::syscall(kGetxattrat, file_.directory_fd, file_.name, AT_SYMLINK_NOFOLLOW, attribute,
                   &arguments, sizeof(arguments));
}

}  // namespace zvfs
