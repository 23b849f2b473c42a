#include "zvfs/repair/missing_names.h"

#include "zvfs/repair/stream_salvage.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

class MissingNames final : public TreeVisitor {
 public:
  MissingNames(const std::unordered_set<std::uint64_t>& present,
               const std::function<void(std::string_view)>& missing, bool is_foreign)
      : present_(present), missing_(missing), is_foreign_(is_foreign) {}

  Result<Descend> enter(const WalkEntry& entry) override {
    // A foreign archive may lack members for directories.
    const bool may_lack = is_foreign_ && entry.inode.record.is_directory();
    if (!may_lack && !present_.contains(path_key(entry.path))) missing_(entry.path);
    return Descend::kAll;
  }
  Result<void> lost(std::string_view path, Error) override {
    missing_(path);
    return {};
  }

 private:
  const std::unordered_set<std::uint64_t>& present_;
  const std::function<void(std::string_view)>& missing_;
  const bool is_foreign_;
};

}  // namespace

Result<void> find_missing_names(const Image& image,
                                const std::unordered_set<std::uint64_t>& present,
                                const std::function<void(std::string_view path)>& missing) {
  const bool is_foreign = (image.header().compat & IndexHeader::kForeignStream) != 0;
  MissingNames names(present, missing, is_foreign);
  Selection everything = ZVFS_TRY(Selection::parse({}));
  return SelectedWalk(image, everything, names).run();
}

}  // namespace zvfs
