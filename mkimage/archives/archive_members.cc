#include "mkimage/archives/archive_members.h"

#include <limits>
#include <string>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace zvfs {
namespace {

using Type = TarMember::Type;

std::string text(const char* given) { return given == nullptr ? std::string() : given; }

Type type_of(archive_entry* member, const std::string& path) {
  switch (::archive_entry_filetype(member)) {
    case AE_IFDIR:
      return Type::kDirectory;
    case AE_IFLNK:
      return Type::kSymlink;
    case AE_IFCHR:
      return Type::kCharacterDevice;
    case AE_IFBLK:
      return Type::kBlockDevice;
    case AE_IFIFO:
      return Type::kFifo;
    case AE_IFSOCK:
      return Type::kSocket;
    case AE_IFREG:
      return Type::kFile;
    default:  // formats without types
      return path.ends_with('/') ? Type::kDirectory : Type::kFile;
  }
}

std::uint32_t id_of(la_int64_t id, TarEntry& entry) {
  if (id >= 0 && id <= la_int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    return static_cast<std::uint32_t>(id);
  }
  entry.notes.push_back(
      {Warning::Severity::kChanged, "its owner exceeds 32 bits and becomes 65534"});
  return kNobody;
}

XattrSet xattrs_of(archive_entry* member, TarEntry& entry) {
  std::vector<Xattr> xattrs;
  ::archive_entry_xattr_reset(member);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(member, &name, &value, &size) == ARCHIVE_OK) {
    const auto* const bytes = static_cast<const std::byte*>(value);
    Xattr xattr{text(name), ByteVector(bytes, bytes + size)};
    if (xattr.name.empty() || xattr.name.size() > kMaxNameLength ||
        size > XattrSet::kMaxValueSize) {
      entry.notes.push_back({Warning::Severity::kChanged,
                             "an extended attribute exceeds the limits of Linux; left out"});
      continue;
    }
    std::erase_if(xattrs, [&](const Xattr& other) { return other.name == xattr.name; });
    xattrs.push_back(std::move(xattr));
  }
  return XattrSet(std::move(xattrs));
}

Result<TarEntry> tar_entry_of(archive_entry* member) {
  TarEntry entry;
  entry.path = text(::archive_entry_pathname(member));
  if (const char* const target = ::archive_entry_hardlink(member)) {
    entry.type = Type::kHardLink;
    entry.link_path = target;
  } else {
    entry.type = type_of(member, entry.path);
    if (entry.type == Type::kSymlink) entry.link_path = text(::archive_entry_symlink(member));
  }
  Metadata& metadata = entry.metadata;
  metadata.permissions = static_cast<std::uint16_t>(::archive_entry_perm(member) & kPermissionBits);
  metadata.uid = id_of(::archive_entry_uid(member), entry);
  metadata.gid = id_of(::archive_entry_gid(member), entry);
  entry.user_name = text(::archive_entry_uname(member));
  entry.group_name = text(::archive_entry_gname(member));
  metadata.mtime = {::archive_entry_mtime(member),
                    static_cast<std::uint32_t>(::archive_entry_mtime_nsec(member))};
  entry.device_major = static_cast<std::uint32_t>(::archive_entry_rdevmajor(member));
  entry.device_minor = static_cast<std::uint32_t>(::archive_entry_rdevminor(member));
  entry.xattrs = xattrs_of(member, entry);
  const bool has_size = ::archive_entry_size_is_set(member) != 0;
  if (entry.type == Type::kFile && !has_size) {
    return fail(ErrorCode::kInvalidArgument, "its size follows its data; left out");
  }
  // The data of a symlink is its target; a hard link to it may have one, too.
  const bool is_link = ::archive_entry_filetype(member) == AE_IFLNK;
  if (has_size && !is_link && (entry.type == Type::kFile || entry.type == Type::kHardLink)) {
    entry.size = entry.data_size = static_cast<std::uint64_t>(::archive_entry_size(member));
  }
  return entry;
}

// The tables of symbols and of long names in an archive of ar: they are about its members.
bool is_table(const std::string& path) { return path == "/" || path == "//" || path == "/SYM64/"; }

}  // namespace

Result<MemberSource::Next> ArchiveMembers::next() {
  while (archive_entry* const member = ZVFS_TRY(reader_->next())) {
    std::string path = text(::archive_entry_pathname(member));
    if (reader_->is_ar() && is_table(path)) continue;
    auto entry = tar_entry_of(member);
    if (entry && !reader_->warning().empty()) {
      entry->notes.push_back({Warning::Severity::kUnreadable, reader_->warning()});
    }
    return Next({std::move(path), std::move(entry), ::archive_entry_nlink(member) > 1});
  }
  return Next();
}

Result<MemberSource::Block> ArchiveMembers::read() {
  const ArchiveReader::Block block = ZVFS_TRY(reader_->read());
  return Block{block.offset, block.bytes, block.at_end};
}

}  // namespace zvfs
