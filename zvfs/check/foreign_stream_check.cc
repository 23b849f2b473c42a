#include "zvfs/check/foreign_stream_check.h"

#include <string>
#include <vector>

#include "mkimage/archives/image_extras.h"
#include "tree/tar_indexer.h"
#include "zvfs/check/inode_comparison.h"
#include "zvfs/check/tar_stream.h"

namespace zvfs {
namespace {

// The index of the stream: the tree, and which of its directories have no member.
class StreamTree {
 public:
  explicit StreamTree(const CheckContext& context) : context_(context) {}

  // Errors: Corrupt (not an archive), TooLarge, Io.
  Result<void> read(const Image& image) {
    ZVFS_TRY(take_extras(image));
    TarStream stream(image, context_.threads);
    while (true) {
      ByteSpan bytes = ZVFS_TRY(stream.next());
      if (bytes.empty()) break;
      if (context_.progress != nullptr) context_.progress->add(bytes.size());
      while (!bytes.empty()) bytes = bytes.subspan(ZVFS_TRY(indexer_.take(bytes)).size);
    }
    return indexer_.finish();
  }

  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] bool is_made_up(InodeNumber directory) const {
    return indexer_.is_made_up(directory);
  }

 private:
  Result<void> take_extras(const Image& image) {
    ImageExtras extras = ZVFS_TRY(ImageExtras::read(image));
    for (TarEntry& socket : extras.sockets) extras_.add_socket(std::move(socket));
    for (auto& [path, xattrs] : extras.xattrs) extras_.set_xattrs_of_path(path, xattrs);
    return {};
  }

  const CheckContext& context_;
  Tree tree_;
  Warnings unheard_{Warnings::Listener()};  // mkimage has given them
  IndexExtras extras_;
  TarIndexer indexer_{tree_, unheard_, &extras_};
};

// Walks the tree, each directory once, beside the index.
class IndexComparison {
 public:
  IndexComparison(const CheckContext& context, const Image& image, const StreamTree& stream)
      : context_(context),
        image_(image),
        stream_(stream),
        tree_(stream.tree()),
        inodes_(image, tree_),
        found_(tree_.inodes().size()) {}

  void run() {
    compare(kRootLink, kRootInode);
    while (!directories_.empty()) {
      const Directory next = directories_.back();
      directories_.pop_back();
      compare_names(next);
    }
  }

 private:
  // A directory of the tree, and the inode that the index has for it.
  struct Directory {
    Link link;
    InodeNumber inode;
  };

  void compare(Link link, InodeNumber index) {
    const InodeNumber number = tree_.inode_of(link);
    InodeNumber& known = found_[number.value - 1];
    if (known.value == 0) {
      known = index;
      return compare_inode(link, index);
    }
    if (known != index) {
      add(link,
          fmt::format("hard link to inode {}, but the index has {}", known.value, index.value));
    }
  }

  void compare_inode(Link link, InodeNumber index) {
    const InodeNumber number = tree_.inode_of(link);
    const auto inode = image_.inode(index);
    if (!inode) return add(link, inode.error().message);
    if (const auto same = inodes_.compare(number, stream_.is_made_up(number), *inode); !same) {
      add(link, same.error().message);
    }
    const bool are_directories = tree_.inode(number).is_directory() && inode->record.is_directory();
    if (are_directories) directories_.push_back({link, index});
  }

  // Both sides are in the order of their names.
  void compare_names(const Directory& directory) {
    const InodeNumber number = tree_.inode_of(directory.link);
    const InodeRecord& record = tree_.inode(number);
    Link next{number, static_cast<std::uint32_t>(record.data)};
    const std::uint32_t end = next.dentry + record.count;
    const auto inode = image_.inode(directory.inode);
    if (!inode) return;  // which was there a moment ago
    const auto listed = image_.list(*inode, 0, [&](const Dentry& dentry) {
      for (; next.dentry < end && tree_.name_of(next) < dentry.name; ++next.dentry) {
        add(next, "not in the index");
      }
      if (next.dentry < end && tree_.name_of(next) == dentry.name) {
        compare(next, dentry.inode);
        ++next.dentry;
      } else {
        add_without_member(directory.link, dentry);
      }
      return true;
    });
    if (!listed) return add(directory.link, listed.error().message);
    for (; next.dentry < end; ++next.dentry) add(next, "not in the index");
  }

  void add(Link link, std::string_view message) {
    const std::string path = tree_.path_of(link);
    context_.problems.add("tar stream: {}: {}", path.empty() ? "." : path, message);
  }

  void add_without_member(Link directory, const Dentry& dentry) {
    std::string path = tree_.path_of(directory);
    if (!path.empty()) path += '/';
    path += dentry.name;
    context_.problems.add("tar stream: {} (inode {}) has no member", path, dentry.inode.value);
  }

  const CheckContext& context_;
  const Image& image_;
  const StreamTree& stream_;
  const Tree& tree_;
  InodeComparison inodes_;
  std::vector<InodeNumber> found_;      // the index's, by the number in the tree less 1; 0 for none
  std::vector<Directory> directories_;  // yet to be listed
};

}  // namespace

void check_foreign_stream(const CheckContext& context, const Image& image) {
  StreamTree stream(context);
  if (const auto done = stream.read(image); !done) {
    return context.problems.add("tar stream: {}", done.error().message);
  }
  IndexComparison(context, image, stream).run();
}

}  // namespace zvfs
