#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "zvfs/check/check_context.h"
#include "zvfs/check/inode_states.h"

namespace zvfs::testing {

/// A forged image with what one part of a check needs, and the problems that it finds.
class CheckedImage {
 public:
  using Problems = std::vector<std::string>;

  explicit CheckedImage(const ImageForge& forge)
      : tables_(ImageTables::open(std::make_unique<MemorySource>(forge.build()), {}).value()),
        context{.image = *tables_, .problems = log_},
        states(inode_count(tables_->header())) {}
  CheckedImage(const CheckedImage&) = delete;
  CheckedImage& operator=(const CheckedImage&) = delete;

  [[nodiscard]] const ImageTables& tables() const { return *tables_; }

 private:
  const std::unique_ptr<ImageTables> tables_;
  ProblemLog log_{[this](std::string_view message) { problems.emplace_back(message); }};

 public:
  Problems problems;
  CheckContext context;
  InodeStates states;
};

/// A rule that an image breaks, and all that the check of it then says.
struct BrokenRule {
  std::function<void(ImageForge&)> breach;
  CheckedImage::Problems problems;
};

/// Expects that `check` finds nothing in a sound image, and in each broken one just what it says.
inline void expect_problems(const std::function<void(CheckedImage&)>& check,
                            const std::vector<BrokenRule>& rules) {
  const auto problems_of = [&](const ImageForge& forge) {
    CheckedImage image(forge);
    check(image);
    return image.problems;
  };
  EXPECT_EQ(problems_of({}), CheckedImage::Problems());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    ImageForge forge;
    rules[i].breach(forge);
    EXPECT_EQ(problems_of(forge), rules[i].problems) << "rule " << i;
  }
}

// Breaches: changes to one part of an image.

inline auto with_inode(std::uint32_t number, const std::function<void(InodeRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.inode(number)); };
}

inline auto with_dentry(std::size_t row, const std::function<void(DentryRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.dentries.at(row)); };
}

inline auto with_extent(std::size_t row, const std::function<void(ExtentRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.extents.at(row)); };
}

inline auto with_frame_row(std::size_t row, const std::function<void(FrameRecord&)>& change) {
  return [=](ImageForge& forge) {
    forge.on_frame_rows = [=](std::vector<FrameRecord>& rows) { change(rows.at(row)); };
  };
}

/// Changes a byte of a table of records.
inline auto with_row_byte(Table table, std::size_t offset) {
  return [=](ImageForge& forge) {
    forge.on_rows = [=](Table written, ByteVector& rows) {
      if (written == table) rows.at(offset) ^= std::byte{1};
    };
  };
}

inline auto with_header(const std::function<void(IndexHeader&)>& change) {
  return [=](ImageForge& forge) { forge.on_header = change; };
}

}  // namespace zvfs::testing
