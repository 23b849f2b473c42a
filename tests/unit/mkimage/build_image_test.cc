#include <map>
#include <random>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "format/image.h"
#include "format/image_source.h"
#include "mkimage/build.h"
#include "tests/support/image_walk.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::read_file;
using testing::ScratchDirectory;
namespace fs = std::filesystem;

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// Small and large, compressible and not, in several directories; no times that differ.
void make_source(const ScratchDirectory& directory) {
  directory.write("source/empty", "");
  directory.write("source/large", noise(3'000'000, 1));
  directory.write("source/zeros", std::string(1'000'000, '\0'));
  for (int i = 0; i < 300; ++i) {
    const auto size = static_cast<std::size_t>(i * i % 7919);
    directory.write(fmt::format("source/dir-{}/file-{}", i % 7, i),
                    i % 3 == 0 ? noise(size, static_cast<unsigned>(i)) : std::string(size, 'a'));
  }
  fs::create_symlink("large", directory / "source/symlink");
  fs::create_hard_link(directory / "source/large", directory / "source/dir-3/also-large");
}

BuildOptions options_for(const ScratchDirectory& directory, std::string_view target) {
  BuildOptions options;
  options.source = directory / "source";
  options.target = directory / target;
  options.encoder.level = 1;
  options.bounds = {.small = 16384, .large = 8192, .huge = 8192};
  return options;
}

BuildReport build(const BuildOptions& options) {
  BuildMonitor monitor;
  monitor.on_warning = [](const Warning& warning) {
    ADD_FAILURE() << warning.path << ": " << warning.message;
  };
  const auto report = build_image(options, monitor);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : BuildReport();
}

std::unique_ptr<Image> open(const fs::path& path) {
  auto source = FileSource::open(path);
  EXPECT_TRUE(source);
  auto image = Image::open(*std::move(source), {});
  EXPECT_TRUE(image) << image.error().message;
  return *std::move(image);
}

Inode look_up(const Image& image, std::string_view path) {
  Inode inode = *image.inode(kRootInode);
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    inode = *image.inode(*image.lookup(inode, name));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
  }
  return inode;
}

TEST(BuildImage, HoldsEveryFile) {
  const ScratchDirectory directory;
  make_source(directory);
  const BuildReport report = build(options_for(directory, "image"));
  EXPECT_EQ(report.files, 303U);
  EXPECT_EQ(report.directories, 8U);
  EXPECT_EQ(report.symlinks, 1U);
  EXPECT_EQ(report.hard_links, 1U);
  EXPECT_EQ(report.image_size, fs::file_size(directory / "image"));

  const auto image = open(directory / "image");
  for (const auto& entry : fs::recursive_directory_iterator(directory / "source")) {
    const std::string path = entry.path().lexically_relative(directory / "source");
    const Inode inode = look_up(*image, path);
    if (entry.is_symlink()) {
      EXPECT_EQ(*image->symlink_target(inode), "large");
    } else if (entry.is_regular_file()) {
      const auto content = testing::read_whole(*image, inode);
      ASSERT_TRUE(content) << path << ": " << content.error().message;
      EXPECT_EQ(as_text(*content), read_file(entry.path())) << path;
    }
  }
  EXPECT_EQ(look_up(*image, "large").number, look_up(*image, "dir-3/also-large").number);
  EXPECT_EQ(image->header().frame_bound, 16384U);
  EXPECT_EQ(image->header().content_size, report.content_size);
}

TEST(BuildImage, IsTheSameForAnyNumberOfThreads) {
  const ScratchDirectory directory;
  make_source(directory);
  BuildOptions options = options_for(directory, "image-1");
  build(options);
  const std::string expected = read_file(directory / "image-1");
  ASSERT_FALSE(expected.empty());
  for (const unsigned threads : {2U, 3U, 8U}) {
    options.threads = threads;
    options.target = directory / fmt::format("image-{}", threads);
    build(options);
    EXPECT_TRUE(read_file(options.target) == expected) << threads << " threads";
  }
}

TEST(BuildImage, ListsNamesInPathOrder) {
  const ScratchDirectory directory;
  for (const char* name : {"source/b/x", "source/a", "source/c\n", "source/b/large"}) {
    directory.write(name, name);
  }
  directory.write("source/b/large", noise(100'000, 3));
  BuildOptions options = options_for(directory, "image");
  options.threads = 3;
  std::string names;
  BuildMonitor monitor;
  monitor.on_names = [&](std::string_view more) { names += more; };
  ASSERT_TRUE(build_image(options, monitor));
  EXPECT_EQ(names, "./\na\nb/\nb/large\nb/x\nc\\n\n");
}

TEST(BuildImage, LeavesItselfOutOfTheImage) {
  const ScratchDirectory directory;
  directory.write("source/file", "x");
  BuildOptions options = options_for(directory, "source/image");
  EXPECT_EQ(build(options).files, 1U);
  options.if_target_exists = IfExists::kReplace;
  EXPECT_EQ(build(options).files, 1U);
}

TEST(BuildImage, CountsProgressToTheEnd) {
  const ScratchDirectory directory;
  make_source(directory);
  BuildMonitor monitor;
  const auto report = build_image(options_for(directory, "image"), monitor);
  ASSERT_TRUE(report);
  EXPECT_EQ(monitor.progress.work_done, monitor.progress.work_total);
  EXPECT_EQ(monitor.progress.bytes_read, report->allocated_size);
  EXPECT_EQ(monitor.progress.bytes_written, report->image_size);
}

TEST(BuildImage, RefusesBadOptions) {
  const ScratchDirectory directory;
  directory.write("source/file", "x");
  directory.write("existing", "x");
  const BuildOptions good = options_for(directory, "image");
  const auto expect_refused = [&](const char* what,
                                  const std::function<void(BuildOptions&)>& spoil) {
    BuildOptions options = good;
    spoil(options);
    BuildMonitor monitor;
    const auto report = build_image(options, monitor);
    EXPECT_FALSE(report) << what;
    EXPECT_FALSE(fs::exists(directory / "image")) << what;
  };
  expect_refused("level 0", [](BuildOptions& options) { options.encoder.level = 0; });
  expect_refused("level 23", [](BuildOptions& options) { options.encoder.level = 23; });
  expect_refused("no threads", [](BuildOptions& options) { options.threads = 0; });
  expect_refused("bound 0", [](BuildOptions& options) { options.bounds.small = 0; });
  expect_refused("bound 5000", [](BuildOptions& options) { options.bounds.large = 5000; });
  expect_refused("bound 1K", [](BuildOptions& options) { options.bounds.huge = 1024; });
  expect_refused("bound 32M", [](BuildOptions& options) { options.bounds.small = 32 << 20; });
  expect_refused("no source", [](BuildOptions& options) { options.source += "-not"; });
  expect_refused("a file as source", [](BuildOptions& options) { options.source += "/file"; });
  expect_refused("existing target",
                 [&](BuildOptions& options) { options.target = directory / "existing"; });
  EXPECT_EQ(read_file(directory / "existing"), "x");
}

TEST(BuildImage, SharesTheDataOfCopies) {
  const ScratchDirectory directory;
  const std::string content = noise(3000, 1);
  for (const char* name : {"a/1", "b/2", "b/3"}) {
    directory.write(fmt::format("source/{}", name), content);
  }
  directory.write("source/b/other", noise(3000, 2));
  BuildOptions options = options_for(directory, "image");
  EXPECT_EQ(build(options).copies.files, 2U);
  const auto image = open(directory / "image");
  const std::uint64_t data = look_up(*image, "a/1").record.data;
  EXPECT_EQ(look_up(*image, "b/2").record.data, data);
  EXPECT_EQ(look_up(*image, "b/3").record.data, data);
  EXPECT_NE(look_up(*image, "b/other").record.data, data);
  EXPECT_LT(fs::file_size(directory / "image"), 3 * content.size());

  options.dedupe = Dedupe::kOff;
  options.if_target_exists = IfExists::kReplace;
  EXPECT_EQ(build(options).copies.files, 0U);
}

}  // namespace
}  // namespace zvfs
