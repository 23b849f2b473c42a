// zvfs extract with hostile images: nothing outside the directory must be touched.
#include "zvfs/extract/extractor.h"

#include <filesystem>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/forgeries.h"
#include "tests/support/image_forge.h"
#include "tests/support/scratch_directory.h"
#include "zvfs/extract/tar_export.h"

namespace zvfs {
namespace {

using testing::ImageForge;
using testing::ScratchDirectory;
using Existing = ExtractOptions::Existing;
namespace fs = std::filesystem;

// A place to extract to, and one that must stay as it is.
struct Places {
  ScratchDirectory scratch;
  fs::path inside = scratch / "inside";
  fs::path outside = scratch / "outside";
  std::string told;
  std::uint64_t lost = 0;

  Places() { scratch.write("outside/victim", "untouched"); }

  Result<void> extract(const ImageForge& forge, Existing existing = Existing::kKeep) {
    const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {});
    if (!image) return Unexpected(Error(image.error()));
    ExtractOptions options;
    options.directory = inside;
    options.threads = 2;
    options.existing = existing;
    options.on_loss = ExtractOptions::OnLoss::kGoOn;
    Mutex mutex;
    ExtractReport report(options.on_loss, [&](std::string_view line) {
      const MutexLock lock(mutex);
      told += std::string(line) + "\n";
    });
    Selection everything = Selection::parse({}).value();
    const mode_t mask = ::umask(0);
    const auto done = extract_image(**image, everything, options, report);
    ::umask(mask);
    lost = report.lost_count();
    return done;
  }

  void expect_outside_untouched() const {
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(outside)) ++entries;
    EXPECT_EQ(entries, 1U);
    EXPECT_EQ(testing::read_file(outside / "victim"), "untouched");
    entries = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(scratch.path())) ++entries;
    EXPECT_LE(entries, 2U);
  }
};

// The dentry of `name` in the forge.
DentryRecord& dentry(ImageForge& forge, std::string_view name) {
  for (DentryRecord& record : forge.dentries) {
    if (forge.strings.substr(record.name_offset, record.name_length) == name) return record;
  }
  throw std::out_of_range(std::string(name));
}

void rename(ImageForge& forge, std::string_view from, std::string_view to) {
  DentryRecord& record = dentry(forge, from);
  record.name_offset = forge.add_string(to);
  record.name_length = static_cast<std::uint16_t>(to.size());
}

TEST(Extractor, RestoresAForgedImage) {
  Places places;
  ASSERT_TRUE(places.extract({}));
  EXPECT_EQ(fs::file_size(places.inside / "big"), 1500U);
  EXPECT_EQ(fs::read_symlink(places.inside / "link"), "dir/deep");
  EXPECT_TRUE(fs::equivalent(places.inside / "dir/deep", places.inside / "hard"));
}

TEST(Extractor, MakesNoFileByAHostileName) {
  for (const char* const name :
       {"../outside/new", "..", ".", "/tmp/zvfs-hostile", "dir/../../outside/x"}) {
    for (const char* const victim : {"big", "link", "dir", "hard", "deep"}) {
      ImageForge forge;
      rename(forge, victim, name);
      Places places;
      ASSERT_TRUE(places.extract(forge, Existing::kReplace));
      EXPECT_GE(places.lost, 1U) << name;
      places.expect_outside_untouched();
      EXPECT_FALSE(fs::exists("/tmp/zvfs-hostile"));
    }
  }
}

// A symlink and a directory (or a file) of the same name, in either order.
TEST(Extractor, WritesThroughNoSymlinkOfTheImage) {
  for (const bool absolute : {false, true}) {
    for (const Existing existing : {Existing::kKeep, Existing::kReplace}) {
      for (const char* const twin : {"dir", "big", "sparse", "hard", "empty"}) {
        for (const bool link_first : {false, true}) {
          Places places;
          ImageForge forge;
          const std::string target =
              absolute ? (places.outside / "victim").string() : "../outside/victim";
          const std::string directory_target = absolute ? places.outside.string() : "../outside";
          const std::string& chosen = std::string_view(twin) == "dir" ? directory_target : target;
          forge.inode(5).data = forge.add_string(chosen);
          forge.inode(5).size = chosen.size();
          rename(forge, "link", twin);
          if (link_first) std::swap(dentry(forge, "empty"), forge.dentries[4]);
          ASSERT_TRUE(places.extract(forge, existing));
          places.expect_outside_untouched();
        }
      }
    }
  }
}

// Enough files lie between the symlink and the directory for the symlink to be made first.
TEST(Extractor, WritesThroughNoSymlinkThatItHasMade) {
  for (const Existing existing : {Existing::kKeep, Existing::kReplace}) {
    Places places;
    ImageForge forge;
    const std::string target = places.outside.string();
    forge.inode(5).data = forge.add_string(target);
    forge.inode(5).size = target.size();
    const DentryRecord directory = dentry(forge, "dir");
    const std::size_t first = forge.dentries.size();
    forge.dentries.push_back(directory);
    forge.dentries.back().inode = 5;
    forge.dentries.back().type = FileType::kSymlink;
    for (int i = 0; i < 8000; ++i) {
      const std::string name = fmt::format("file-{}", i);
      forge.dentries.push_back(
          {forge.add_string(name), 4, static_cast<std::uint16_t>(name.size()), FileType::kRegular});
    }
    forge.dentries.push_back(directory);
    forge.inode(1).data = first;
    forge.inode(1).count = static_cast<std::uint32_t>(forge.dentries.size() - first);
    ASSERT_TRUE(places.extract(forge, existing));
    places.expect_outside_untouched();
    EXPECT_EQ(fs::is_symlink(places.inside / "dir"), existing == Existing::kKeep);
    EXPECT_TRUE(fs::exists(places.inside / "file-7999"));
  }
}

TEST(Extractor, EndsWhereDirectoriesMakeACycle) {
  ImageForge forge;
  dentry(forge, "deep").inode = 3;  // dir in itself
  Places places;
  ASSERT_TRUE(places.extract(forge));
  EXPECT_NE(places.told.find("appears twice"), std::string::npos);
}

TEST(Extractor, SurvivesAllThatAReaderMustReject) {
  for (const testing::Forgery& forgery : testing::forgeries()) {
    ImageForge forge;
    forgery.apply(forge);
    Places places;
    const auto done = places.extract(forge);
    EXPECT_TRUE(!done || places.lost > 0 || !places.told.empty() ||
                fs::file_size(places.inside / "big") == forge.inode(2).size)
        << forgery.name;
    places.expect_outside_untouched();
  }
}

TEST(TarExport, SurvivesAllThatAReaderMustReject) {
  for (const testing::Forgery& forgery : testing::forgeries()) {
    ImageForge forge;
    forgery.apply(forge);
    const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {});
    if (!image) continue;
    std::size_t size = 0;
    TarExport to;
    to.write = [&](ByteSpan bytes) -> Result<void> {
      size += bytes.size();
      return {};
    };
    to.message = [](std::string_view line) { EXPECT_EQ(line.find('\n'), line.npos); };
    Selection everything = Selection::parse({}).value();
    const auto done = export_selected(**image, everything, to);
    EXPECT_TRUE(!done || size % 512 == 0) << forgery.name;
  }
}

TEST(TarExport, StopsWhereItsOutputFails) {
  const auto image = Image::open(std::make_unique<MemorySource>(ImageForge().build()), {}).value();
  for (std::size_t limit = 0; limit < 8; ++limit) {
    std::size_t calls = 0;
    TarExport to;
    to.message = [](std::string_view) {};
    to.write = [&](ByteSpan) -> Result<void> {
      if (calls++ == limit) return fail(ErrorCode::kIo, "full");
      return {};
    };
    Selection everything = Selection::parse({}).value();
    const auto selected = export_selected(*image, everything, to);
    ASSERT_FALSE(selected);
    EXPECT_NE(selected.error().message.find("full"), std::string::npos);
    EXPECT_EQ(calls, limit + 1);
  }
}

}  // namespace
}  // namespace zvfs
