#include "fuse/serve/filesystem.h"

#include <climits>

#include "format/task.h"
#include "fuse/serve/attributes.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr unsigned long kBlockSize = 4096;  // the unit of statfs, in bytes

fuse_entry_param no_entry() {
  fuse_entry_param entry = {};
  entry.entry_timeout = kForever;
  return entry;
}

fuse_entry_param entry_of(const Inode& inode) {
  fuse_entry_param entry = {};
  entry.ino = inode.number.value;
  entry.attr = attributes_of(inode);
  entry.attr_timeout = kForever;
  entry.entry_timeout = kForever;
  return entry;
}

// Number and type only. The kernel looks up the name when it needs more.
fuse_entry_param entry_without_attributes(const Dentry& dentry) {
  fuse_entry_param entry = {};
  entry.attr.st_ino = dentry.inode.value;
  entry.attr.st_mode = mode_of(dentry.type, 0);
  return entry;
}

// A device whose numbers the protocol would cut, so that it would look like another one.
Result<void> check_device(const InodeRecord& record) {
  constexpr std::uint32_t kMaxMajor = 0xFFF, kMaxMinor = 0xF'FFFF;  // as in linux/kdev_t.h
  if (!record.is_device()) return {};
  if (record.device_major() <= kMaxMajor && record.device_minor() <= kMaxMinor) return {};
  return fail(ErrorCode::kTooLarge, "device {}:{} exceeds Linux's limit of {}:{}",
              record.device_major(), record.device_minor(), kMaxMajor, kMaxMinor);
}

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

}  // namespace

Result<Inode> Filesystem::inode(fuse_ino_t node) const {
  // Node ids come from the kernel, but with an NFS export they come from other machines.
  if (node > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kNotFound, "no inode {}", node);
  }
  const Inode found = ZVFS_TRY(image_.inode(InodeNumber{static_cast<std::uint32_t>(node)}));
  ZVFS_TRY(check_device(found.record));
  return found;
}

Result<Inode> Filesystem::directory(fuse_ino_t node) const {
  Inode found = ZVFS_TRY(inode(node));
  if (!found.record.is_directory()) return fail(ErrorCode::kInvalidArgument, "not a directory");
  return found;
}

Result<Inode> Filesystem::regular_file(fuse_ino_t node) const {
  Inode found = ZVFS_TRY(inode(node));
  if (!found.record.is_regular()) return fail(ErrorCode::kInvalidArgument, "not a regular file");
  return found;
}

Result<fuse_entry_param> Filesystem::entry(InodeNumber number) const {
  const Inode inode = ZVFS_TRY(this->inode(number.value));
  if (known_ != nullptr) known_->insert(number);
  return entry_of(inode);
}

Result<struct stat> Filesystem::attributes(fuse_ino_t node) const {
  return attributes_of(ZVFS_TRY(inode(node)));
}

Result<fuse_entry_param> Filesystem::lookup(fuse_ino_t node, std::string_view name) const {
  if (name == ".") return entry_of(ZVFS_TRY(inode(node)));
  const Inode parent = ZVFS_TRY(directory(node));
  if (name == "..") return entry(InodeNumber{parent.record.parent});
  const auto found = image_.lookup(parent, name);
  if (found) return entry(*found);
  if (found.error().code == ErrorCode::kNotFound) return no_entry();
  return Unexpected(found.error());
}

Result<std::optional<std::string>> Filesystem::symlink_target(fuse_ino_t node) const {
  using Target = std::optional<std::string>;
  const Inode link = ZVFS_TRY(inode(node));
  if (!link.record.is_symlink()) return fail(ErrorCode::kInvalidArgument, "not a symbolic link");
  if (link.record.size >= PATH_MAX) return Target();
  return Target(ZVFS_TRY(image_.symlink_target(link)));
}

Result<ReadReply> Filesystem::read(const Inode& file, std::uint64_t offset,
                                   std::size_t size_bytes) const {
  return ReadReply(ZVFS_TRY(image_.read(file, offset, size_bytes)));
}

// Appends one entry. "." and ".." come without attributes: the kernel has these directories.
bool Filesystem::add_entry(DirectoryBuffer& buffer, const Dentry& dentry, off_t next,
                           ListMode mode) const {
  if (mode == ListMode::kNames) return buffer.add(dentry, next);
  if (is_dots(dentry.name)) {
    return buffer.add_with_attributes(dentry.name, entry_without_attributes(dentry), next);
  }
  const auto found = entry(dentry.inode);
  if (!found && found.error().code != ErrorCode::kCancelled) {
    log_failure("readdirplus", dentry.inode.value, found.error());
  }
  return buffer.add_with_attributes(dentry.name, found ? *found : entry_without_attributes(dentry),
                                    next);
}

// Offsets count entries: 0 is ".", 1 is "..", and 2 + i the i-th entry of the image.
Result<DirectoryBuffer> Filesystem::list(fuse_ino_t node, std::uint64_t offset,
                                         std::size_t size_bytes, ListMode mode) const {
  const Inode parent = ZVFS_TRY(directory(node));
  DirectoryBuffer buffer(size_bytes);
  auto next = static_cast<off_t>(offset);
  const auto visit = [&](const Dentry& dentry) {
    if (!add_entry(buffer, dentry, next + 1, mode)) return false;
    ++next;
    return true;
  };
  if (next == 0 && !visit({".", parent.number, FileType::kDirectory})) return buffer;
  if (next == 1 && !visit({"..", InodeNumber{parent.record.parent}, FileType::kDirectory}))
    return buffer;
  const std::uint64_t first = static_cast<std::uint64_t>(next) - 2;
  if (first >= parent.record.count) return buffer;
  const auto listed = image_.list(parent, static_cast<std::uint32_t>(first), visit);
  // Entries before a damaged one are still listed; the next request begins with the damage.
  if (!listed && buffer.bytes().empty()) return Unexpected(listed.error());
  return buffer;
}

Result<std::optional<std::uint64_t>> Filesystem::seek(fuse_ino_t node, std::uint64_t offset,
                                                      SeekTo target) const {
  using Position = std::optional<std::uint64_t>;
  const Inode file = ZVFS_TRY(regular_file(node));
  const std::uint64_t size = file.record.size;
  if (offset >= size) return Position();
  // Data may come in billions of extents that touch. Behind so many, all counts as data, as
  // lseek(2) allows for any hole.
  constexpr int kMaxSegments = 65'536;
  FileSegment segment;
  segment.next_extent = FileSegment::kNoHint;
  std::uint64_t position = offset;
  for (int i = 0; position < size && i < kMaxSegments; ++i) {
    segment = ZVFS_TRY(image_.segment_at(file, position, segment.next_extent));
    if (segment.is_data == (target == SeekTo::kData)) return Position(position);
    position = segment.end;
    if (!is_task_wanted()) return fail(ErrorCode::kCancelled, "not wanted any more");
  }
  return target == SeekTo::kHole ? Position(size) : Position();
}

Result<std::optional<ByteVector>> Filesystem::xattr(fuse_ino_t node, std::string_view name) const {
  const Inode file = ZVFS_TRY(inode(node));
  auto value = image_.xattr(file, name);
  if (value) return std::optional(std::move(*value));
  if (value.error().code == ErrorCode::kNotFound) return std::optional<ByteVector>();
  return Unexpected(std::move(value).error());
}

Result<std::string> Filesystem::xattr_names(fuse_ino_t node) const {
  return image_.xattr_names(ZVFS_TRY(inode(node)));
}

bool Filesystem::has_xattrs() const { return image_.header().table(Table::kXattrSets).rows != 0; }

struct statvfs Filesystem::statistics() const {
  const IndexHeader& header = image_.header();
  struct statvfs statistics = {};
  statistics.f_bsize = kBlockSize;
  statistics.f_frsize = kBlockSize;
  statistics.f_blocks = header.image_size / kBlockSize + (header.image_size % kBlockSize != 0);
  statistics.f_files = header.table(Table::kInodes).rows;
  statistics.f_namemax = kMaxNameLength;
  return statistics;
}

}  // namespace zvfs
