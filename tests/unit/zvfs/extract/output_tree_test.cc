#include "zvfs/extract/output_tree.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/extraction.h"

namespace zvfs {
namespace {

using testing::Extraction;

using Existing = ExtractOptions::Existing;
namespace fs = std::filesystem;

struct stat status_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}
unsigned mode_of_file(const fs::path& path) { return status_of(path).st_mode & 07777; }

// Whether a directory has the time that those of the image have.
bool has_time(const fs::path& path) {
  const timespec time = status_of(path).st_mtim;
  return time.tv_sec == 1'600'000'000 && time.tv_nsec == 123'456'789;
}

TEST(OutputTree, FinishesADirectoryWhenTheLastReferenceGoes) {
  Extraction extraction;
  extraction.open();
  const fs::path path = extraction.out / "dir";
  DirectoryRef last;
  {
    const DirectoryRef first =
        extraction.tree->make_directory({extraction.tree->top(), "dir"}, extraction.directory(0500))
            .value();
    last = first;
    DirectoryRef moved = DirectoryRef(last);
    last = std::move(moved);
    EXPECT_EQ(mode_of_file(path), 0700U);
  }
  EXPECT_EQ(mode_of_file(path), 0700U);  // writable by its owner alone
  EXPECT_FALSE(has_time(path));
  last = {};
  EXPECT_EQ(mode_of_file(path), 0500U);
  EXPECT_TRUE(has_time(path));
}

TEST(OutputTree, FinishesDirectoriesAfterWhatIsInThem) {
  Extraction extraction;
  extraction.open();
  DirectoryRef outer =
      extraction.tree->make_directory({extraction.tree->top(), "outer"}, extraction.directory(0500))
          .value();
  DirectoryRef inner =
      extraction.tree->make_directory({outer, "inner"}, extraction.directory(0511)).value();
  outer = {};
  EXPECT_EQ(mode_of_file(extraction.out / "outer"), 0700U);
  inner = {};
  EXPECT_EQ(mode_of_file(extraction.out / "outer"), 0500U);
  EXPECT_EQ(mode_of_file(extraction.out / "outer/inner"), 0511U);
  EXPECT_TRUE(has_time(extraction.out / "outer"));  // which making inner had changed
  EXPECT_TRUE(has_time(extraction.out / "outer/inner"));
  EXPECT_TRUE(extraction.told.empty());
}

TEST(OutputTree, KnowsThePathsOfAll) {
  Extraction extraction;
  extraction.open();
  const DirectoryRef top = extraction.tree->top();
  const DirectoryRef a =
      extraction.tree->make_directory({top, "a"}, extraction.directory(0755)).value();
  const DirectoryRef b =
      extraction.tree->make_directory({a, "b"}, extraction.directory(0755)).value();
  EXPECT_EQ(top->path(), "");
  EXPECT_EQ(b->path(), "a/b");
  EXPECT_EQ((OutputName{top, "file"}).path(), "file");
  EXPECT_EQ((OutputName{b, "file"}).path(), "a/b/file");
}

TEST(OutputTree, KeepsAttributesOfDirectoriesThatWereThere) {
  for (const Existing existing : {Existing::kKeep, Existing::kReplace}) {
    Extraction extraction;
    extraction.scratch.write("out/dir/inside", "");
    ASSERT_EQ(::chmod((extraction.out / "dir").c_str(), 0711), 0);
    extraction.options.existing = existing;
    extraction.open();
    ASSERT_TRUE(extraction.tree->make_directory({extraction.tree->top(), "dir"},
                                                extraction.directory(0755)));
    const bool is_kept = existing == Existing::kKeep;
    EXPECT_EQ(mode_of_file(extraction.out / "dir"), is_kept ? 0711U : 0755U);
    EXPECT_EQ(has_time(extraction.out / "dir"), !is_kept);
    EXPECT_TRUE(fs::exists(extraction.out / "dir/inside"));
  }
}

TEST(OutputTree, MakesNoDirectoryInThePlaceOfAnotherFile) {
  for (const bool is_symlink : {false, true}) {
    Extraction extraction;
    extraction.scratch.write("elsewhere/inside", "untouched");
    fs::create_directory(extraction.out);
    if (is_symlink) fs::create_symlink("../elsewhere", extraction.out / "dir");
    if (!is_symlink) extraction.scratch.write("out/dir", "");
    extraction.open();
    const auto refused = extraction.tree->make_directory({extraction.tree->top(), "dir"},
                                                         extraction.directory(0755));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    extraction.options.existing = Existing::kReplace;
    ASSERT_TRUE(extraction.tree->make_directory({extraction.tree->top(), "dir"},
                                                extraction.directory(0755)));
    EXPECT_TRUE(fs::is_directory(fs::symlink_status(extraction.out / "dir")));
    EXPECT_EQ(testing::read_file(extraction.scratch / "elsewhere/inside"), "untouched");
  }
}

// --- The top

// The top's mode in the end, where it was 0711 if it was there.
unsigned mode_of_top(Extraction& extraction) {
  if (fs::exists(extraction.out)) ::chmod(extraction.out.c_str(), 0711);
  extraction.open();
  {
    const DirectoryRef top = extraction.tree->top();
    extraction.tree->restore_top_as(top, extraction.directory(0750));
  }
  return mode_of_file(extraction.out);
}

TEST(OutputTree, GivesATopThatItMadeItsAttributes) {
  Extraction extraction;
  EXPECT_EQ(mode_of_top(extraction), 0750U);
  EXPECT_TRUE(has_time(extraction.out));
}

TEST(OutputTree, GivesAnEmptyTopItsAttributes) {
  Extraction extraction;
  fs::create_directory(extraction.out);
  EXPECT_EQ(mode_of_top(extraction), 0750U);
}

TEST(OutputTree, LeavesATopWithEntriesAsItWas) {
  Extraction extraction;
  extraction.scratch.write("out/file", "");
  EXPECT_EQ(mode_of_top(extraction), 0711U);
  Extraction replacing;
  replacing.scratch.write("out/file", "");
  replacing.options.existing = Existing::kReplace;
  EXPECT_EQ(mode_of_top(replacing), 0750U);
}

TEST(OutputTree, WantsADirectoryForTheTop) {
  Extraction extraction;
  extraction.scratch.write("out", "");
  const AttributeRestorer restorer(*extraction.image, extraction.options);
  const auto tree = OutputTree::open(extraction.options, restorer, extraction.report);
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, ErrorCode::kIo);
}

// --- Descriptors

void close(OutputDirectory& directory) {
  const MutexLock lock(directory.mutex);
  directory.descriptor.reset();
}

TEST(OutputTree, OpensClosedDirectoriesAgain) {
  Extraction extraction;
  extraction.open();
  const DirectoryRef a =
      extraction.tree->make_directory({extraction.tree->top(), "a"}, extraction.directory(0755))
          .value();
  const DirectoryRef b =
      extraction.tree->make_directory({a, "b"}, extraction.directory(0755)).value();
  close(*a);
  close(*b);
  const DescriptorPtr fd = extraction.tree->descriptor(*b).value();
  struct stat opened {};
  ASSERT_EQ(::fstat(fd->get(), &opened), 0);
  EXPECT_EQ(opened.st_ino, status_of(extraction.out / "a/b").st_ino);
  EXPECT_EQ(extraction.tree->descriptor(*b).value(), fd);  // and keeps them open
}

TEST(OutputTree, OpensNoSymlinkThatTookADirectorysPlace) {
  Extraction extraction;
  extraction.open();
  {
    const DirectoryRef a =
        extraction.tree->make_directory({extraction.tree->top(), "a"}, extraction.directory(0500))
            .value();
    close(*a);
    fs::create_directory(extraction.scratch / "elsewhere");
    ::chmod((extraction.scratch / "elsewhere").c_str(), 0755);
    fs::remove(extraction.out / "a");
    fs::create_symlink("../elsewhere", extraction.out / "a");
    EXPECT_FALSE(extraction.tree->descriptor(*a));
  }
  EXPECT_EQ(mode_of_file(extraction.scratch / "elsewhere"), 0755U);
  ASSERT_EQ(extraction.told.size(), 1U);
  EXPECT_EQ(extraction.told[0].find("a: cannot reopen the directory"), 0U);
  EXPECT_EQ(extraction.report.incomplete_count(), 1U);
}

}  // namespace
}  // namespace zvfs
