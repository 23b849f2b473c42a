#include "zvfs/repair/repairer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/archive_conversion.h"
#include "tests/support/image_walk.h"
#include "tests/support/loaded_forge.h"
#include "tests/support/memory_file.h"
#include "tests/support/tar_image.h"
#include "tests/support/verified_open.h"
#include "zvfs/check/checker.h"

namespace zvfs::testing {
namespace {

struct Repair {
  explicit Repair(const ByteVector& bytes) {
    const MemorySource source(bytes);
    const MemoryFile out;
    RepairProgress progress;
    RepairOptions options;
    options.on_lost = [](std::string_view) {};
    options.on_note = [this](std::string_view note) { notes.emplace_back(note); };
    options.progress = &progress;
    report = repair_image(source, out.fd(), options).value();
    image = out.content();
  }

  RepairReport report;
  std::vector<std::string> notes;
  ByteVector image;
};

// An image made of an archive, with a change of its index.
ByteVector image_with(const std::function<void(ImageForge&)>& change) {
  auto made = ArchiveConversion().run(as_bytes(TarImage().tar.bytes)).value();
  auto source = std::make_unique<MemorySource>(std::move(made));
  ImageForge forge = loaded_forge(*ImageTables::open(std::move(source), {}).value());
  change(forge);
  return forge.build();
}

std::uint64_t problems_of(ByteVector image) {
  CheckOptions options;
  options.on_problem = [](std::string_view) {};
  return check_image(std::make_unique<MemorySource>(std::move(image)), options).value().problems;
}

TEST(Repairer, LeavesASoundImageAsItIs) {
  const ByteVector whole = image_with([](ImageForge&) {});
  const Repair repair(whole);
  EXPECT_EQ(repair.image, whole);
  EXPECT_TRUE(repair.report.is_complete());
  EXPECT_TRUE(repair.notes.empty());
}

// Another nested seek table is the only thing that an index may have lost.
TEST(Repairer, MendsTheNestedSeekTableBeforeTheDigests) {
  const ByteVector whole = image_with([](ImageForge&) {});
  const auto tables = ImageTables::open(std::make_unique<MemorySource>(whole), {}).value();
  const std::uint64_t digests = tables->header().index_digest_offset(0).value;
  ByteVector damaged = whole;
  damaged.at(digests - 10) ^= std::byte{1};
  EXPECT_GT(problems_of(damaged), 0U);
  EXPECT_EQ(Repair(damaged).image, whole);
}

TEST(Repairer, MakesDigestsAnewThatAreWrong) {
  const auto breaches = {Table::kFrameDigests, Table::kXattrData};
  for (const Table breach : breaches) {
    const ByteVector image = image_with([=](ImageForge& forge) {
      if (breach == Table::kFrameDigests) {
        forge.on_rows = [](Table table, ByteVector& rows) {
          if (table == Table::kFrameDigests) rows.at(0) ^= std::byte{1};
        };
      } else {
        forge.on_index = [](ByteVector& index) { index.back() ^= std::byte{1}; };
      }
    });
    EXPECT_EQ(problems_of(image), 1U);
    const Repair repair(image);
    EXPECT_EQ(problems_of(repair.image), 0U);
    const auto repaired = open_with_own_root(repair.image);
    ASSERT_TRUE(repaired) << repaired.error().message;
    EXPECT_TRUE((*repaired)->header().has_digests());
    EXPECT_TRUE(walk_image(**repaired));
  }
}

// All checksums are right, so only the rules show that such an index is of no use.
TEST(Repairer, MakesAnIndexThatBreaksRulesAnew) {
  const ByteVector image = image_with([](ImageForge& forge) {
    for (InodeRecord& inode : forge.inodes) inode.allocated = inode.is_regular() ? 7 : 0;
  });
  EXPECT_GT(problems_of(image), 0U);
  const Repair repair(image);
  EXPECT_EQ(problems_of(repair.image), 0U);
  EXPECT_EQ(repair.report.saved_names, 4U);
  EXPECT_EQ(repair.notes,
            std::vector<std::string>{"the index breaks rules of the format: it is made anew"});
  const auto opened = Image::open(std::make_unique<MemorySource>(repair.image), {}).value();
  const Inode root = opened->inode(kRootInode).value();
  const Inode hard = opened->inode(opened->lookup(root, "hard").value()).value();
  EXPECT_EQ(as_text(read_whole(*opened, hard).value()), TarImage::content());
}

}  // namespace
}  // namespace zvfs::testing
