// The directories that an extraction writes to.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "format/image.h"
#include "zvfs/extract/attribute_restorer.h"
#include "zvfs/extract/descriptor_pool.h"
#include "zvfs/extract/extract_options.h"
#include "zvfs/extract/extract_report.h"

namespace zvfs {

class OutputTree;
struct OutputDirectory;

/// Keeps a directory from being finished. When the last reference to a directory goes, its contents
/// are complete: it gets its attributes and releases its parent. So every directory is finished
/// after its contents, by the thread that completed them. As thread-safe as a std::shared_ptr.
class DirectoryRef {
 public:
  DirectoryRef() = default;
  DirectoryRef(const DirectoryRef& other);
  DirectoryRef(DirectoryRef&& other) noexcept
      : directory_(std::exchange(other.directory_, nullptr)) {}
  DirectoryRef& operator=(DirectoryRef other) noexcept {
    std::swap(directory_, other.directory_);
    return *this;
  }
  ~DirectoryRef();

  explicit operator bool() const { return directory_ != nullptr; }
  OutputDirectory* operator->() const { return directory_; }
  OutputDirectory& operator*() const { return *directory_; }

 private:
  friend class OutputTree;
  explicit DirectoryRef(OutputDirectory* adopted) : directory_(adopted) {}

  OutputDirectory* directory_ = nullptr;
};

/// A directory of the tree. Immutable, except where noted.
struct OutputDirectory {
  OutputDirectory(OutputTree& in, DirectoryRef below, std::string called, DescriptorPtr open_as)
      : tree(in),
        parent(std::move(below)),
        name(std::move(called)),
        descriptor(std::move(open_as)) {}

  /// From the top of the tree; empty for the top itself.
  [[nodiscard]] std::string path() const;

  OutputTree& tree;
  DirectoryRef parent;  // none for the top
  const std::string name;
  ParentDefaults surroundings;      // the defaults for files made in it
  std::optional<Inode> attributes;  // to be set at the end
  ParentDefaults made_in;  // the defaults that it got itself; not plain if it existed before
  std::atomic<std::uint32_t> references = 1;
  Mutex mutex;
  std::weak_ptr<const UniqueFd> descriptor ZVFS_GUARDED_BY(mutex);  // null while it is closed
};

/// A name in a directory of the tree.
struct OutputName {
  DirectoryRef directory;
  std::string name;

  /// From the top of the tree.
  [[nodiscard]] std::string path() const;
};

/// The tree below the target directory. It opens directories one name at a time from the top, and
/// never through a symlink. So nothing outside is touched, whatever the image or the directory
/// holds, and paths may be longer than PATH_MAX. Thread-safe.
class OutputTree {
 public:
  /// Opens or makes `options.directory`. Borrows all. Attributes of directories that cannot be
  /// restored go to `report`. Errors: Io.
  static Result<std::unique_ptr<OutputTree>> open(const ExtractOptions& options,
                                                  const AttributeRestorer& restorer,
                                                  ExtractReport& report);
  ~OutputTree();

  /// The top. Call once; the tree must outlive all references.
  DirectoryRef top();

  /// Gives the top the attributes of `inode` at the end, if it was made or empty, or existing files
  /// are to be replaced. Call before there are other threads.
  void restore_top_as(const DirectoryRef& top, const Inode& inode) const;

  /// Makes the directory `where`, or opens it if it exists. It will get the attributes of `inode`
  /// if it was made, or existing files are to be replaced.
  /// Errors: InvalidArgument (something else has that name), Io.
  Result<DirectoryRef> make_directory(OutputName where, const Inode& inode);

  /// An open descriptor of the directory, for the *at() calls. Errors: Io.
  Result<DescriptorPtr> descriptor(OutputDirectory& directory);

 private:
  friend class DirectoryRef;

  OutputTree(const ExtractOptions& options, const AttributeRestorer& restorer,
             ExtractReport& report);
  static void release(OutputDirectory* directory);
  void finish(OutputDirectory& directory) noexcept;
  void restore_attributes(OutputDirectory& directory);
  Result<UniqueFd> make_or_open(int parent_fd, const std::string& name, bool& made) const;

  const ExtractOptions& options_;
  const AttributeRestorer& restorer_;
  ExtractReport& report_;
  DescriptorPool pool_;
  DescriptorPtr top_descriptor_;
  bool top_is_ours_ = false;  // made or empty
};

}  // namespace zvfs
