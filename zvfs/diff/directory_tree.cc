#include "zvfs/diff/directory_tree.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "base/file_io.h"
#include "base/quoting.h"
#include "base/unique_fd.h"
#include "base/warnings.h"
#include "mkimage/report/progress.h"
#include "mkimage/scan/directory_opener.h"
#include "mkimage/scan/scanner.h"
#include "tree/tree.h"

namespace zvfs {
namespace {

class DirectoryContent final : public ComparableContent {
 public:
  DirectoryContent(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  Result<ContentRun> run_at(std::uint64_t offset) override {
    constexpr std::uint64_t kRun = 256 * 1024;
    const off_t data = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return ContentRun{size_, true, std::nullopt};
    if (data > static_cast<off_t>(offset)) {
      return ContentRun{std::min(size_, static_cast<std::uint64_t>(data)), true, std::nullopt};
    }
    return ContentRun{std::min(size_, offset + kRun), false, std::nullopt};
  }

  Result<ByteSpan> read(std::uint64_t offset, std::uint64_t length) override {
    buffer_.resize(length);
    const std::size_t done = ZVFS_TRY(read_full(fd_.get(), offset, buffer_, "cannot read"));
    if (done != length) return fail(ErrorCode::kIo, "file shrank as we read it");
    return ByteSpan(buffer_);
  }

 private:
  const UniqueFd fd_;
  const std::uint64_t size_;
  ByteVector buffer_;
};

class DirectoryTree final : public ComparableTree {
 public:
  explicit DirectoryTree(UniqueFd root) : root_(std::move(root)) {}

  Result<void> scan(const TreeWarning& warning) {
    Warnings warnings([&](const Warning& found) {
      if (found.severity != Warning::Severity::kNote) warning(found.path, found.message);
    });
    Progress unwatched;
    const EntryRules everything;
    ZVFS_TRY(Scanner(root_.get(), everything, {}, tree_, warnings, unwatched).scan());
    return warnings.check();
  }

  Result<InodeRecord> inode(InodeNumber number) override { return tree_.inode(number); }

  Result<std::vector<Name>> names(InodeNumber directory, std::uint32_t first) override {
    constexpr std::uint32_t kBatch = 512;
    const InodeRecord& record = tree_.inode(directory);
    std::vector<Name> names;
    for (; first < record.count && names.size() < kBatch; ++first) {
      const Link link{directory, static_cast<std::uint32_t>(record.data) + first};
      names.push_back({std::string(tree_.name_of(link)), tree_.inode_of(link)});
    }
    return names;
  }

  Result<std::string> symlink_target(InodeNumber number) override {
    return std::string(tree_.symlink_target(tree_.inode(number)));
  }

  Result<XattrSet> xattrs(InodeNumber number) override {
    return tree_.xattrs().get(tree_.inode(number).xattr_set);
  }

  Result<std::unique_ptr<ComparableContent>> open(InodeNumber number, InodeNumber directory,
                                                  const std::string& name) override {
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const int directory_fd = ZVFS_TRY(opener_.open(directory));
    UniqueFd fd(::openat(directory_fd, name.c_str(), kFlags));
    if (!fd.is_open()) return fail_errno(errno, "cannot open");
    const std::uint64_t size = tree_.inode(number).size;
    return std::unique_ptr<ComparableContent>(
        std::make_unique<DirectoryContent>(std::move(fd), size));
  }

 private:
  const UniqueFd root_;
  Tree tree_;
  DirectoryOpener opener_{tree_, root_.get()};
};

}  // namespace

Result<std::unique_ptr<ComparableTree>> open_directory_tree(const std::string& path,
                                                            const TreeWarning& warning) {
  UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) return fail_errno(errno, quote_name(path));
  auto tree = std::make_unique<DirectoryTree>(std::move(root));
  ZVFS_TRY_IN(quote_name(path), tree->scan(warning));
  return std::unique_ptr<ComparableTree>(std::move(tree));
}

}  // namespace zvfs
