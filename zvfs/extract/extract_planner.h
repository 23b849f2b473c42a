#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/image.h"
#include "zvfs/extract/extract_batch.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/extract/output_tree.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// Makes the directories of a walk, and collects the files in them into batches. The first batches
/// are small, so that work begins soon. Later ones grow, so that data shared by several files
/// (equal files, say) is mostly decoded once. Their size limits the memory.
class ExtractPlanner final : public TreeVisitor {
 public:
  /// Takes a batch; false ends the walk.
  using Sink = std::function<bool(std::unique_ptr<ExtractBatch>)>;

  /// Borrows all.
  ExtractPlanner(const Image& image, OutputTree& output, ExtractReport& report, Sink sink);

  Result<Descend> enter(const WalkEntry& entry) override;
  Result<void> leave() override;
  Result<void> lost(std::string_view path, Error error) override;

  /// Hands over the last batch. Call after the walk.
  void finish();

 private:
  // A directory on the path to the current one; made when something in it is wanted.
  struct Level {
    std::string name;
    Inode inode;
    DirectoryRef made = {};     // empty until it is made
    bool is_unmakable = false;  // already reported
  };
  struct LinkedFile {
    std::shared_ptr<FirstName> first_name;
    std::uint32_t names_left;
  };

  Result<Descend> enter_directory(const WalkEntry& entry);
  bool make_levels();
  void add(const WalkEntry& entry);
  void add_item(OutputName where, const Inode& inode, std::shared_ptr<FirstName> first_name);
  Result<void> add_runs(std::uint32_t item, const Inode& inode);
  [[nodiscard]] Result<DataRun> locate(const FileSegment& segment);
  void hand_over();

  const Image& image_;
  OutputTree& output_;
  ExtractReport& report_;
  const Sink sink_;
  IndexReader::Cursor cursor_;
  std::vector<Level> levels_;
  std::unordered_map<std::uint32_t, LinkedFile> linked_files_;  // by inode number
  std::size_t batch_limit_;
  const std::size_t largest_batch_;
  std::unique_ptr<ExtractBatch> batch_;
  bool stopped_ = false;
};

}  // namespace zvfs
