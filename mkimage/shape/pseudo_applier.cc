#include "mkimage/shape/pseudo_applier.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <utility>

#include "base/path_names.h"
#include "base/quoting.h"
#include "tar/pax_records.h"

namespace zvfs {

using Severity = Warning::Severity;

namespace {

void apply_metadata(const PseudoDefinition& definition, InodeRecord& record) {
  Metadata metadata = record.metadata();
  definition.apply_to(record.type(), metadata);
  record.set_metadata(metadata);
}

}  // namespace

Result<void> PseudoApplier::apply() {
  const PseudoList& pseudo = rules_.pseudo;
  for (const std::string& path : pseudo.repeated()) {
    report(path, Severity::kNote, "defined twice; the second definition is ignored");
  }
  for (const auto& [path, definition] : pseudo.made()) ZVFS_TRY(make(definition));
  for (const PseudoDefinition& definition : pseudo.links()) ZVFS_TRY(link(definition));
  for (const auto& [path, definition] : pseudo.modified()) modify(definition);
  for (const auto& [path, xattrs] : pseudo.xattrs()) set_xattrs(path);
  return {};
}

Result<void> PseudoApplier::make(const PseudoDefinition& definition) {
  const Result<Row> parent = find_parent(definition.path);
  if (!parent) {
    report(definition.path, Severity::kChanged, parent.error().message);
    return {};
  }
  if (find(definition.path)) {
    report(definition.path, Severity::kNote, "exists in the source; definition ignored");
    return {};
  }
  Result<InodeNumber> inode = make_inode(definition);
  if (!inode && inode.error().code == ErrorCode::kIo) {
    report(definition.path, Severity::kUnreadable, inode.error().message);
    return {};
  }
  if (!inode) return Unexpected(std::move(inode).error());
  std::string_view directory = definition.path;
  ZVFS_TRY(names_.add(*parent, take_last_name(directory), *inode));
  return {};
}

Result<InodeNumber> PseudoApplier::make_inode(const PseudoDefinition& definition) {
  if (definition.kind == PseudoDefinition::Kind::kDiskFile) return make_disk_file(definition);
  InodeRecord record;
  record.mode = definition.mode;
  record.set_mtime(rules_.made_up_time(time_));
  apply_metadata(definition, record);
  if (record.is_symlink()) {
    record.size = definition.target.size();
    record.data = tree_.add_string(definition.target);
  } else if (!record.is_directory()) {
    record.set_device(definition.device_major, definition.device_minor);
  }
  return tree_.add_inode(record);
}

// A file from elsewhere is read and changed like those of the source.
Result<InodeNumber> PseudoApplier::make_disk_file(const PseudoDefinition& definition) {
  std::string path = definition.target;
  if (definition.follows_symlink) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                           &std::free);
    if (real == nullptr) return fail_errno(errno, shown_name(path));
    path = real.get();
  }
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return fail_errno(errno, shown_name(path));
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::kIo, "{} is a directory", path);
  InodeRecord record = ZVFS_TRY(reader_.read(AT_FDCWD, path.c_str(), status));
  ZVFS_TRY(reader_.read_xattrs(AT_FDCWD, path.c_str(), record));
  const Timestamp mtime = record.mtime();
  rules_.metadata.rewrite(record);
  const InodeNumber number = ZVFS_TRY(tree_.add_inode(record));
  if (!record.is_regular()) return number;
  if (mtime != record.mtime()) tree_.source().keep_mtime(number, mtime);
  tree_.source().keep_ctime(number, timestamp_of(status.st_ctim));
  tree_.source().places().files.emplace(number, std::move(path));
  return number;
}

Result<void> PseudoApplier::link(const PseudoDefinition& definition) {
  const Result<Row> parent = find_parent(definition.path);
  const auto target = find(definition.target);
  if (!parent) {
    report(definition.path, Severity::kChanged, parent.error().message);
  } else if (find(definition.path)) {
    report(definition.path, Severity::kNote, "exists in the source; definition ignored");
  } else if (!target || tree_.inode(names_.inode(*target)).is_directory()) {
    report(definition.path, Severity::kChanged,
           fmt::format("left out: no file '{}' to link to", shown_name(definition.target)));
  } else {
    std::string_view directory = definition.path;
    ZVFS_TRY(names_.add(*parent, take_last_name(directory), names_.inode(*target)));
  }
  return {};
}

void PseudoApplier::modify(const PseudoDefinition& definition) {
  const auto row = find(definition.path);
  if (!row) return report(definition.path, Severity::kChanged, "does not exist; not modified");
  apply_metadata(definition, tree_.inode(names_.inode(*row)));
}

void PseudoApplier::set_xattrs(const std::string& path) {
  const auto row = find(path);
  if (!row) return report(path, Severity::kChanged, "does not exist; attribute not set");
  InodeRecord& record = tree_.inode(names_.inode(*row));
  const XattrSet set = rules_.pseudo.with_xattrs(path, tree_.xattrs().get(record.xattr_set));
  const Result<std::uint32_t> row_of_set = tree_.xattrs().add(set);
  if (!row_of_set) return report(path, Severity::kChanged, row_of_set.error().message);
  record.xattr_set = *row_of_set;
  if (!fits_in_tar(tree_.xattrs().sets()[*row_of_set - 1])) {
    report(path, Severity::kNote, std::string(kXattrsBeyondTar));
  }
}

std::optional<PseudoApplier::Row> PseudoApplier::find(std::string_view path) const {
  std::optional<Row> row = NameTable::kRoot;
  for (std::string_view name = take_first_name(path); row && !name.empty();
       name = take_first_name(path)) {
    row = names_.find(*row, name);
  }
  return row;
}

Result<PseudoApplier::Row> PseudoApplier::find_parent(const std::string& path) const {
  std::string_view directory = path;
  take_last_name(directory);
  const auto row = find(directory);
  if (row && tree_.inode(names_.inode(*row)).is_directory()) return *row;
  return fail(ErrorCode::kNotFound, "left out: no directory '{}'", shown_name(directory));
}

void PseudoApplier::report(const std::string& path, Severity severity, std::string message) {
  warnings_.report(severity, path.empty() ? "." : path, std::move(message));
}

}  // namespace zvfs
