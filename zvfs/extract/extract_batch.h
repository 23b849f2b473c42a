// A part of the tree to be restored: files in the order of the walk, and where their data lies.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "format/image.h"
#include "format/offsets.h"
#include "zvfs/extract/output_tree.h"
#include "zvfs/extract/piecewise_file.h"

namespace zvfs {

/// The first name of a file with several names. The others are linked to it.
struct FirstName {
  explicit FirstName(OutputName name) : where(std::move(name)) {}

  OutputName where;
  std::atomic<bool> is_restored = false;
};

/// A file of any type except a directory, to be created.
struct ExtractItem {
  OutputName where;
  Inode inode;
  std::shared_ptr<FirstName> first_name = nullptr;     ///< Set if more names may follow.
  std::unique_ptr<PiecewiseFile> piecewise = nullptr;  ///< Set if its data is in several pieces.
};

/// Another name of a file.
struct HardLink {
  OutputName where;
  std::shared_ptr<const FirstName> target;
};

/// A run of an item's data, and the frames in which it lies.
struct DataRun {
  std::uint32_t item;  ///< In ExtractBatch::items.
  FrameNumber first;
  FrameNumber last;
  StreamOffset begin;
  std::uint64_t length;
  std::uint64_t file_offset;
};

struct ExtractBatch {
  std::vector<ExtractItem> items;
  std::vector<DataRun> runs;               ///< Sorted by their first frame and offset.
  std::vector<std::uint32_t> whole_items;  ///< The items without runs; each is written in one go.
  std::vector<HardLink> links;
};

}  // namespace zvfs
