#include "zvfs/diff/difference.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/json.h"
#include "base/quoting.h"
#include "tree/tree.h"

namespace zvfs {
namespace {

using Change = Difference::Change;

constexpr std::string_view kDeletedMark = "*deleting  ";

char type_letter(const InodeRecord& inode) {
  switch (inode.type()) {
    case FileType::kRegular:
      return 'f';
    case FileType::kDirectory:
      return 'd';
    case FileType::kSymlink:
      return 'L';
    case FileType::kCharacterDevice:
    case FileType::kBlockDevice:
      return 'D';
    default:
      return 'S';
  }
}

// What rsync would do: a transfer, a local change, a hard link, or only a change of attributes.
char update_letter(const Difference& difference) {
  if (difference.is_linked) return 'h';
  const bool is_file = difference.inode.is_regular();
  if (difference.change == Change::kAdded) return is_file ? '>' : 'c';
  if (difference.content) return is_file ? '>' : 'c';
  return difference.change == Change::kUnlinked ? 'c' : '.';
}

std::string flags_of(const Difference& difference) {
  if (difference.change == Change::kDeleted) return std::string(kDeletedMark);
  std::string flags{update_letter(difference), type_letter(difference.inode)};
  if (difference.change == Change::kAdded) return flags + "+++++++++";
  if (!difference.content && !difference.has_attributes()) return flags + "         ";
  const auto add = [&](bool differs, char letter) { flags += differs ? letter : '.'; };
  add(difference.content, 'c');
  add(difference.size, 's');
  add(difference.mtime, 't');
  add(difference.mode, 'p');
  add(difference.owner, 'o');
  add(difference.group, 'g');
  add(false, 'u');
  add(difference.acl, 'a');
  add(difference.xattrs, 'x');
  return flags;
}

std::string target_text(const Difference& difference) {
  if (difference.link_target.empty() || difference.change == Change::kDeleted) return "";
  const std::string target = quote_name(difference.link_target);
  if (difference.inode.is_symlink()) return " -> " + target;
  return (difference.change == Change::kUnlinked ? " =/ " : " => ") + target;
}

std::string_view name_of(Change change) {
  constexpr std::array<std::string_view, 5> kNames = {"deleted", "added", "changed", "linked",
                                                      "unlinked"};
  return kNames[static_cast<std::size_t>(change)];
}

}  // namespace

std::string itemized(const Difference& difference) {
  const std::string path = difference.path.empty() ? "." : quote_name(difference.path);
  return fmt::format("{} {}{}{}", flags_of(difference), path,
                     difference.inode.is_directory() ? "/" : "", target_text(difference));
}

std::string json_of(const Difference& difference) {
  Json object = Json::object();
  object.put("change", name_of(difference.change));
  object.put_text("path", difference.path);
  object.put("type", type_name(difference.inode.type()));
  object.put("itemized", flags_of(difference));
  const std::array<std::pair<bool, const char*>, 8> all = {{{difference.content, "content"},
                                                            {difference.size, "size"},
                                                            {difference.mtime, "mtime"},
                                                            {difference.mode, "mode"},
                                                            {difference.owner, "owner"},
                                                            {difference.group, "group"},
                                                            {difference.acl, "acl"},
                                                            {difference.xattrs, "xattrs"}}};
  Json differs = Json::array();
  for (const auto& [does_differ, name] : all) {
    if (does_differ) differs.add(name);
  }
  if (!differs.is_empty()) object.put("differs", std::move(differs));
  if (!difference.link_target.empty()) object.put_text("target", difference.link_target);
  return object.dump();
}

}  // namespace zvfs
