// Images of which parts were changed behind right checksums, and then harmed as disks and copies
// do, given to `zvfs repair`. Whatever it makes of them is an image that `zvfs check` finds clean;
// of an image that was only harmed, every file that it saves is as before; and one that is whole
// stays as it is.
// Input: bit 0, whether the archive is mkimage's own; bit 1, whether frames are lz4; number of
// ImagePatches, patches; number of changes of frames, each of frame u8, position u16, value u8;
// then harm, five bytes each: kind, place u16, extent u16.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "tests/support/archive_conversion.h"
#include "tests/support/clean_image.h"
#include "tests/support/image_patches.h"
#include "tests/support/image_walk.h"
#include "tests/support/loaded_forge.h"
#include "tests/support/made_tar.h"
#include "zvfs/repair/repairer.h"

namespace {

using namespace zvfs;
using testing::ImageForge;

void require(bool condition) {
  if (!condition) std::abort();
}

using Contents = std::map<std::string, std::string>;  // of regular files, by path

void collect(const Image& image, const Inode& directory, const std::string& path, Contents& found) {
  const auto visit = [&](const Dentry& entry) {
    const Inode inode = image.inode(entry.inode).value();
    const std::string name = path + '/' + std::string(entry.name);
    if (inode.record.is_directory()) collect(image, inode, name, found);
    if (inode.record.is_regular()) {
      found[name] = as_text(testing::read_whole(image, inode).value());
    }
    return true;
  };
  image.list(directory, 0, visit).value();
}

Contents contents_of(ByteVector bytes) {
  const auto image = Image::open(std::make_unique<MemorySource>(std::move(bytes)), {}).value();
  Contents found;
  collect(*image, image->inode(kRootInode).value(), "", found);
  return found;
}

std::string some_text(std::size_t size, std::uint32_t seed) {
  return std::string(as_text(testing::text_bytes(size, seed)));
}

std::string noise(std::size_t size, std::uint32_t seed) {
  return std::string(as_text(testing::random_bytes(size, seed)));
}

// An archive as mkimage writes it begins with "./"; those of other programs have names of owners.
std::string archive(bool is_ours) {
  testing::MadeTar tar;
  const std::string_view owner = is_ours ? "" : "root";
  const auto add = [&](char type, std::string_view name, std::string_view content,
                       std::string_view link = "") {
    constexpr std::size_t kOwner = 265;
    tar.header(name, {.type = type, .link = link, .size = content.size()}, {{kOwner, owner}});
    tar.data(content);
  };
  if (is_ours) add('5', "./", "");
  add('5', "dir/", "");
  add('0', "dir/small", some_text(300, 1));
  add('0', "dir/text", some_text(9000, 2));
  add('x', "extended", testing::MadeTar::record("path", "dir/" + std::string(120, 'n')));
  add('0', "dir/nnn", noise(5000, 3));
  add('1', "dir/zz", "", "dir/small");
  add('0', "empty", "");
  add('0', "inner.tar", is_ours ? archive(false) : some_text(700, 4));
  add('2', "link", "", "dir/text");
  add('0', "noise", noise(6000, 5));
  add('0', "zeros", std::string(9000, '\0'));
  tar.end();
  return tar.bytes;
}

ImageForge load(bool is_ours) {
  const std::string bytes = archive(is_ours);
  auto image = testing::ArchiveConversion().run(as_bytes(bytes)).value();
  auto source = std::make_unique<MemorySource>(std::move(image));
  return testing::loaded_forge(*ImageTables::open(std::move(source), {}).value());
}

const ImageForge& base(bool is_ours) {
  static const std::array<ImageForge, 2> forges = {load(false), load(true)};
  return forges[is_ours ? 1 : 0];
}

// False if nothing was changed.
bool change_frames(ByteReader& reader, ImageForge& forge) {
  const int changes = reader.u8() % 8;
  for (int i = 0; i < changes; ++i) {
    ByteVector& content = forge.frames[reader.u8() % forge.frames.size()].content;
    const std::size_t position = reader.u16() % content.size();
    content[position] = std::byte{reader.u8()};
  }
  return changes > 0;
}

enum class Harm { kNone, kLoss, kChange };

// Does one kind of harm to a range of bytes.
Harm harm(int kind, std::size_t place, std::size_t size, ByteVector& bytes) {
  place %= bytes.size() + 1;
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(place);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(size % 4096, bytes.size() - place));
  switch (kind % 7) {
    case 0:
      if (begin != bytes.end()) *begin = static_cast<std::byte>(size);
      return Harm::kChange;
    case 1:
      bytes.erase(begin, end);
      return Harm::kLoss;
    case 2:
      std::fill(begin, end, std::byte{});
      return Harm::kLoss;
    case 3:
      bytes.erase(begin, bytes.end());
      return Harm::kLoss;
    case 4:
      bytes.insert(begin, size % 1024, std::byte{'#'});
      return Harm::kLoss;
    case 5: {
      const ByteVector copy(begin, end);
      bytes.insert(bytes.end(), copy.begin(), copy.end());
      return Harm::kChange;
    }
    default:
      std::rotate(bytes.begin(), begin, end);
      return Harm::kChange;
  }
}

Harm harm_all(ByteReader& reader, ByteVector& bytes) {
  constexpr int kMaxHarms = 12;
  Harm worst = Harm::kNone;
  for (int i = 0; i < kMaxHarms && reader.remaining() >= 5; ++i) {
    const int kind = reader.u8();
    const std::size_t place = reader.u16();
    worst = std::max(worst, harm(kind, place, reader.u16(), bytes));
  }
  return worst;
}

std::optional<ByteVector> repaired(const ByteVector& bytes) {
  const MemorySource source(bytes);
  const testing::MemoryFile out;
  RepairProgress progress;
  RepairOptions options;
  options.frame_bound = 1 << 16;
  options.encoder.level = 1;
  options.on_lost = [](std::string_view) {};
  options.on_note = [](std::string_view) {};
  options.progress = &progress;
  if (!repair_image(source, out.fd(), options)) return std::nullopt;
  return out.content();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const std::uint8_t bits = reader.u8();
  const bool is_ours = (bits & 1) != 0;
  ImageForge forge = base(is_ours);
  forge.encoder = {(bits & 2) != 0 ? Codec::kLz4 : Codec::kZstd, 1};
  const std::size_t limit = reader.u8() % 16;
  const testing::ImagePatches patches(reader, limit);
  patches.add_to(forge);
  const bool is_changed = change_frames(reader, forge) || !patches.empty();
  const ByteVector whole = forge.build();
  ByteVector harmed = whole;
  const Harm done = harm_all(reader, harmed);

  const auto image = repaired(harmed);
  if (image) testing::require_clean(*image);
  if (!is_changed && done == Harm::kNone) require(image && *image == whole);
  if (!image || is_changed || done == Harm::kChange) return 0;
  static const std::array<Contents, 2> all = {contents_of(base(false).build()),
                                              contents_of(base(true).build())};
  const Contents& before = all[is_ours ? 1 : 0];
  for (const auto& [path, content] : contents_of(*image)) {
    const auto found = before.find(path);
    if (found != before.end() && found->second == content) continue;
    std::fprintf(stderr, "%s is not as before\n", path.c_str());
    std::abort();
  }
  return 0;
}
