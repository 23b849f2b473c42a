// Any text as a list of pseudo file definitions, applied to the members of a tar, as they pass, and
// to a tree: both must make the same of it, and the image must be clean.
// Input: bit 0, whether a name is stripped; bit 1, whether there is a prefix; then the text.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "mkimage/shape/tree_rewriter.h"
#include "tests/support/archive_conversion.h"
#include "tests/support/clean_image.h"
#include "tests/support/made_tar.h"
#include "tree/tree_walk.h"

namespace {

using namespace zvfs;

const std::string& archive() {
  static const std::string bytes = [] {
    testing::MadeTar tar;
    tar.directory("./");
    tar.directory("a/");
    tar.file("a/f", "content");
    tar.directory("a/b/");
    tar.file("a/b/g", std::string(600, 'g'));
    tar.symlink("a/l", "f");
    tar.file("z", "");
    tar.end();
    return tar.bytes;
  }();
  return bytes;
}

// Definitions that read the disk are left to other tests.
bool reads_disk(const PseudoList& list) {
  return std::ranges::any_of(list.made(), [](const auto& made) {
    return made.second.kind == PseudoDefinition::Kind::kDiskFile;
  });
}

std::string describe(std::string_view path, const InodeRecord& inode, std::string_view target,
                     std::size_t xattrs) {
  const std::uint64_t device = inode.is_device() ? inode.data : 0;
  return fmt::format("{} {:o} {}:{} {} {} {} {}\n", path, inode.mode, inode.uid, inode.gid,
                     inode.is_directory() ? 0 : inode.size, device, target, xattrs);
}

std::string describe_tree(const EntryRules& rules) {
  auto scanned = std::make_unique<Tree>();
  Warnings warnings({});
  TarIndexer indexer(*scanned, warnings);
  for (ByteSpan bytes = as_bytes(archive()); !bytes.empty();) {
    bytes = bytes.subspan(indexer.take(bytes).value().size);
  }
  indexer.finish().value();
  const auto tree = TreeRewriter(std::move(scanned), rules, warnings).shape().value();
  std::string text;
  for (const Link link : TreeWalk(*tree)) {
    const InodeRecord& inode = tree->inode(tree->inode_of(link));
    const std::string_view target = inode.is_symlink() ? tree->symlink_target(inode) : "";
    text += describe(tree->path_of(link), inode, target,
                     tree->xattrs().get(inode.xattr_set).xattrs().size());
  }
  return text;
}

void describe_below(const Image& image, InodeNumber number, const std::string& path,
                    std::string& text) {
  const Inode inode = image.inode(number).value();
  const bool is_symlink = inode.record.is_symlink();
  text += describe(path, inode.record, is_symlink ? image.symlink_target(inode).value() : "",
                   image.xattrs(inode).value().xattrs().size());
  if (!inode.record.is_directory()) return;
  image
      .list(inode, 0,
            [&](const Dentry& entry) {
              const std::string below = path.empty() ? "" : path + '/';
              describe_below(image, entry.inode, below + std::string(entry.name), text);
              return true;
            })
      .value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  testing::ArchiveConversion conversion;
  EntryRules& rules = conversion.rules;
  if (!rules.pseudo.add_lines(text) || rules.pseudo.empty() || reads_disk(rules.pseudo)) return 0;
  if ((data[0] & 1) != 0) rules.shape.strip_components = 1;
  if ((data[0] & 2) != 0) rules.shape.set_prefix("p/q").value();
  auto bytes = conversion.run(as_bytes(archive())).value();
  testing::require_clean(bytes);
  const auto image = Image::open(std::make_unique<MemorySource>(std::move(bytes)), {}).value();
  std::string made;
  describe_below(*image, kRootInode, "", made);
  const std::string expected = describe_tree(rules);
  if (made == expected) return 0;
  std::fprintf(stderr, "members:\n%s\ntree:\n%s\n", made.c_str(), expected.c_str());
  std::abort();
}
