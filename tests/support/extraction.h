#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "tests/support/image_forge.h"
#include "tests/support/scratch_directory.h"
#include "zvfs/extract/attribute_restorer.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/extract/output_tree.h"

namespace zvfs::testing {

/// What the parts of an extraction share: an image, a directory to extract to, and a report, which
/// goes on after losses.
class Extraction {
 public:
  explicit Extraction(const ImageForge& forge = {})
      : image(Image::open(std::make_unique<MemorySource>(forge.build()), {}).value()) {
    options.directory = out.string();
    options.on_loss = ExtractOptions::OnLoss::kGoOn;
  }

  /// Opens the directory, with the options as they are now.
  void open() {
    restorer = std::make_unique<AttributeRestorer>(*image, options);
    tree = OutputTree::open(options, *restorer, report).value();
  }

  /// Inode `number` of the image.
  [[nodiscard]] Inode inode(std::uint32_t number) const { return image->inode({number}).value(); }
  /// A directory of that mode, of the image's time 1,600,000,000.123456789.
  [[nodiscard]] Inode directory(std::uint16_t mode) const {
    Inode inode = this->inode(3);
    inode.record.mode = static_cast<std::uint16_t>(0040000 | mode);
    return inode;
  }

  const ScratchDirectory scratch;
  const std::filesystem::path out = scratch / "out";
  const std::unique_ptr<Image> image;
  ExtractOptions options;
  std::vector<std::string> told;
  ExtractReport report{ExtractOptions::OnLoss::kGoOn, [this](std::string_view line) {
                         const MutexLock lock(mutex_);
                         told.emplace_back(line);
                       }};
  std::unique_ptr<AttributeRestorer> restorer;
  std::unique_ptr<OutputTree> tree;

 private:
  Mutex mutex_;
};

}  // namespace zvfs::testing
