#include "zvfs/inspect/entry_text.h"

#include <algorithm>
#include <ctime>

#include <fmt/core.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/units.h"
#include "tar/posix_acl.h"

namespace zvfs {
namespace {

char type_letter(FileType type) {
  switch (type) {
    case FileType::kDirectory:
      return 'd';
    case FileType::kSymlink:
      return 'l';
    case FileType::kFifo:
      return 'p';
    case FileType::kCharacterDevice:
      return 'c';
    case FileType::kBlockDevice:
      return 'b';
    case FileType::kSocket:
      return 's';
    default:
      return '-';
  }
}

}  // namespace

std::string mode_text(std::uint16_t mode) {
  std::string text(10, '-');
  text[0] = type_letter(type_of(mode));
  constexpr std::string_view kBits = "rwxrwxrwx";
  for (std::size_t i = 0; i < kBits.size(); ++i) {
    if ((mode >> (8 - i) & 1) != 0) text[i + 1] = kBits[i];
  }
  const auto mark = [&](std::uint16_t bit, std::size_t at, char with_x, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with_x : without;
  };
  mark(04000, 3, 's', 'S');
  mark(02000, 6, 's', 'S');
  mark(01000, 9, 't', 'T');
  return text;
}

std::string time_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  if (::localtime_r(&time, &parts) == nullptr) return fmt::format("@{}", seconds);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", std::int64_t{parts.tm_year} + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min);
}

std::string LongFormat::padded(std::string_view text, std::size_t& width) {
  width = std::max(width, text.size());
  return fmt::format("{:>{}}", text, width);
}

std::string LongFormat::columns(const Inode& inode, bool has_acl) {
  const InodeRecord& record = inode.record;
  std::string size;
  if (inode.record.is_device()) {
    size = fmt::format("{},{}", inode.record.device_major(), inode.record.device_minor());
  } else {
    size = style_ == SizeStyle::kHuman ? human_size(record.size) : fmt::format("{}", record.size);
  }
  return fmt::format("{}{} {} {} {} {} {} ", mode_text(record.mode), has_acl ? '+' : ' ',
                     padded(fmt::format("{}", record.nlink), links_width_),
                     padded(fmt::format("{}", record.uid), uid_width_),
                     padded(fmt::format("{}", record.gid), gid_width_), padded(size, size_width_),
                     time_text(record.mtime_seconds));
}

Result<bool> has_access_acl(const Image& image, const Inode& inode) {
  if (inode.record.xattr_set == 0) return false;
  const XattrSet set = ZVFS_TRY(image.xattrs(inode));
  return find_xattr(set, kAccessAclName) != nullptr;
}

Result<std::string> json_line(const Image& image, const Inode& inode, std::string_view path) {
  const InodeRecord& record = inode.record;
  Json entry = Json::object();
  entry.put_text("path", path);
  entry.put("type", type_name(record.type()));
  entry.put("mode", fmt::format("{:04o}", record.mode & 07777));
  entry.put("uid", record.uid);
  entry.put("gid", record.gid);
  entry.put("nlink", record.nlink);
  entry.put("inode", inode.number.value);
  entry.put("size", record.size);
  entry.put("mtime", record.mtime_seconds);
  entry.put("mtime_ns", record.mtime_nanoseconds);
  if (record.is_symlink()) entry.put_text("target", ZVFS_TRY(image.symlink_target(inode)));
  if (record.is_device()) {
    entry.put("major", record.device_major());
    entry.put("minor", record.device_minor());
  }
  const XattrSet set = ZVFS_TRY(image.xattrs(inode));
  Json attributes = Json::array();
  for (const Xattr& xattr : set.xattrs()) {
    Json attribute = Json::object();
    attribute.put_text("name", xattr.name);
    attribute.put("value_base64", base64(as_text(xattr.value)));
    attributes.add(std::move(attribute));
  }
  if (!attributes.is_empty()) entry.put("xattrs", std::move(attributes));
  return entry.dump();
}

}  // namespace zvfs
