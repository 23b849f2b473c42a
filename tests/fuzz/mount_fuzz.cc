// Any requests of the kernel to a mount of any index: see FakeKernel and ImagePatches. Whatever the
// index says, each request gets one answer, with an errno that the request may have, and answers
// agree with one another. Pushed pages are what a read gives, and a read decodes no more frames
// than docs/format.md allows. An image with digests is verified against its own root.
// Input: number of patches, patches; size of the cache (bit 0) and whether there are digests (bit
// 1); then requests, each of six bytes: kind (and in its high bits a shift for x), node, x u16, y
// u16.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/units.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/image_patches.h"
#include "tests/support/verified_open.h"

namespace {

using namespace zvfs;
using testing::FakeKernel;

constexpr std::size_t kMaxPatches = 32;
constexpr int kMaxRequests = 48;
constexpr std::array<std::string_view, 16> kNames = {"big",
                                                     "dir",
                                                     "deep",
                                                     "empty",
                                                     "hard",
                                                     "link",
                                                     "null",
                                                     "sparse",
                                                     ".",
                                                     "..",
                                                     "user.comment",
                                                     "user.empty",
                                                     "user.none",
                                                     "user.zvfs.stats",
                                                     "user.zvfs.frames",
                                                     "nothing"};

void require(bool condition) {
  if (!condition) std::abort();
}

template <typename T>
T value_of(std::string_view body) {
  T value;
  require(body.size() >= sizeof(T));
  std::memcpy(&value, body.data(), sizeof(T));
  return value;
}

template <typename T>
std::string text_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

class Mount {
 public:
  Mount(std::unique_ptr<const Image> image, bool is_patched, bool is_cache_large)
      : image_(std::move(image)), is_patched_(is_patched), is_cache_large_(is_cache_large) {}

  void serve(ByteReader& input) {
    for (int i = 0; i < kMaxRequests && input.remaining() >= 6; ++i) {
      const std::uint8_t kind = input.u8();
      const std::uint64_t node = input.u8() % 12;  // some exist, some do not
      const std::uint64_t x = input.u16();
      request(kind % 12, node, x << kind / 16 * 3, input.u16());
    }
    while (filler_.fill_next() || readahead_.decode_next()) {
    }
  }

 private:
  void request(int kind, std::uint64_t node, std::uint64_t x, std::uint32_t y) {
    const std::string name(x < kNames.size() ? kNames[x] : std::string(y % 300, 'n'));
    switch (kind) {
      case 0:
        return look_up(node, name);
      case 1:
        return static_cast<void>(attributes(node));
      case 2:
        return read_link(node);
      case 3:
        return check_read(node, x, y);
      case 4:
        return list(node, FUSE_READDIR, y);
      case 5:
        return list(node, FUSE_READDIRPLUS, y);
      case 6:
        return static_cast<void>(xattr(node, name));
      case 7:
        return list_xattrs(node);
      case 8:
        return seek(node, x);
      case 9:
        return kernel_.forget(node);
      case 10:
        return static_cast<void>(y % 2 == 0 ? filler_.fill_next() : readahead_.decode_next());
      default:
        return others(node, y);
    }
  }

  [[nodiscard]] bool exists(std::uint64_t node) const {
    return node != 0 && node <= image_->header().table(Table::kInodes).rows;
  }

  // A sound image has no EIO and no device that Linux cannot show, and only nodes that do not exist
  // are unknown.
  void expect(int error, std::uint64_t node, std::initializer_list<int> errors) const {
    if (error == 0) return;
    if (error == ENOENT) return require(!exists(node));
    if (error == EIO || error == EOVERFLOW) return require(is_patched_);
    require(std::ranges::find(errors, error) != errors.end());
  }

  std::optional<fuse_attr> attributes(std::uint64_t node) {
    const auto answer = kernel_.call(FUSE_GETATTR, node, fuse_getattr_in{});
    expect(answer.error, node, {});
    if (answer.error != 0) return std::nullopt;
    const auto attributes = value_of<fuse_attr_out>(answer.body).attr;
    require(attributes.ino == node);
    return attributes;
  }

  void look_up(std::uint64_t node, const std::string& name) {
    const auto answer = kernel_.send(FUSE_LOOKUP, node, name + '\0');
    expect(answer.error, node, {EINVAL, ENAMETOOLONG});
    require((answer.error == ENAMETOOLONG) == (name.size() > kMaxNameLength));
    if (answer.error != 0) return;
    const auto entry = value_of<fuse_entry_out>(answer.body);
    if (entry.nodeid == 0) return;
    const auto same = attributes(entry.nodeid);
    require(same && text_of(*same) == text_of(entry.attr));
  }

  void read_link(std::uint64_t node) {
    const auto answer = kernel_.send(FUSE_READLINK, node, "");
    expect(answer.error, node, {EINVAL, ENAMETOOLONG});
    if (answer.error != 0) return;
    require(!answer.body.empty() && answer.body.find('\0') == std::string::npos);
  }

  // Frames decoded by a read beyond those that docs/format.md allows. Index frames stay in a large
  // cache, so that they are decoded once.
  void check_decodes(std::uint64_t decodes, std::uint64_t size) const {
    if (!is_cache_large_) return;
    require(decodes <= size / 256 + 2 + image_->header().index_frame_count);
  }

  std::optional<std::string> read(std::uint64_t node, std::uint64_t offset, std::uint32_t size) {
    fuse_read_in arguments = {};
    arguments.offset = offset;
    arguments.size = size;
    const std::uint64_t before = image_->reader_stats().decodes;
    auto answer = kernel_.call(FUSE_READ, node, arguments);
    check_decodes(image_->reader_stats().decodes - before, size);
    expect(answer.error, node, {EINVAL});
    if (answer.error != 0) return std::nullopt;
    return std::move(answer.body);
  }

  // A read gives as much as there is, and the same as two of its parts.
  void check_read(std::uint64_t node, std::uint64_t offset, std::uint32_t size) {
    if (offset > kMaxFileSize) return;
    const auto whole = read(node, offset, size);
    if (!whole) return;
    const std::uint64_t file_size = attributes(node).value().size;
    require(whole->size() ==
            std::min<std::uint64_t>(size, file_size - std::min(offset, file_size)));
    const std::uint32_t cut = size / 3;
    const auto first = read(node, offset, cut);
    const auto second = read(node, offset + cut, size - cut);
    if (first && second) require(*first + *second == *whole);
  }

  // All entries in replies of `size`, as the kernel asks for them.
  void list(std::uint64_t node, fuse_opcode operation, std::uint32_t size) {
    fuse_read_in arguments = {};
    arguments.size = 512 + size % 4096;
    std::vector<std::pair<std::string, std::uint64_t>> names;
    while (true) {
      const auto answer = kernel_.call(operation, node, arguments);
      expect(answer.error, node, {EINVAL});
      if (answer.error != 0) return;
      require(answer.body.size() <= arguments.size);
      if (answer.body.empty()) break;
      for (std::string_view rest = answer.body; !rest.empty();) {
        names.push_back(take_entry(rest, operation, arguments.offset));
      }
      if (names.size() > 1000) return;
    }
    check_names(node, names);
  }

  // Takes an entry off the front of a reply; `offset` is that of the entry before it.
  std::pair<std::string, std::uint64_t> take_entry(std::string_view& rest, fuse_opcode operation,
                                                   std::uint64_t& offset) {
    if (operation == FUSE_READDIRPLUS) {
      const auto entry = value_of<fuse_entry_out>(rest);
      const auto dirent = value_of<fuse_dirent>(rest.substr(sizeof(entry)));
      require(entry.nodeid == 0 || entry.nodeid == dirent.ino);
      rest.remove_prefix(sizeof(entry));
    }
    const auto entry = value_of<fuse_dirent>(rest);
    require(entry.off == offset + 1);
    offset = entry.off;
    const std::string name(rest.substr(FUSE_NAME_OFFSET, entry.namelen));
    require(name.size() == entry.namelen && (offset <= 2 || is_valid_name(name)));
    rest.remove_prefix(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + entry.namelen));
    return {name, entry.ino};
  }

  // Where names are in order, as they must be, each is found.
  void check_names(std::uint64_t node, std::span<const std::pair<std::string, std::uint64_t>> all) {
    require(all.size() >= 2 && all[0].first == "." && all[1].first == "..");
    const auto names = all.subspan(2);
    const bool is_ascending = std::ranges::adjacent_find(names, [](const auto& a, const auto& b) {
                                return a.first >= b.first;
                              }) == names.end();
    require(is_ascending || is_patched_);
    for (const auto& [name, number] : names) {
      const auto answer = kernel_.send(FUSE_LOOKUP, node, name + '\0');
      expect(answer.error, number, {});
      if (answer.error != 0 || !is_ascending) continue;
      require(value_of<fuse_entry_out>(answer.body).nodeid == number);
    }
  }

  // Asks for the size first, as programs do. The virtual attributes may change meanwhile.
  std::optional<std::string> xattr(std::uint64_t node, const std::string& name) {
    fuse_getxattr_in arguments = {};
    const auto ask = [&] {
      auto answer = kernel_.call(FUSE_GETXATTR, node, arguments, name + '\0');
      expect(answer.error, node, {ENODATA, ERANGE, EOPNOTSUPP});
      return answer;
    };
    auto answer = ask();
    if (answer.error != 0) return std::nullopt;
    const std::uint32_t size = value_of<fuse_getxattr_out>(answer.body).size;
    if (size == 0) return "";
    const bool is_virtual = name.starts_with("user.zvfs.");
    arguments.size = size - 1;
    if (!is_virtual) require(ask().error == ERANGE);
    arguments.size = size;
    answer = ask();
    require(answer.error == 0 && (is_virtual || answer.body.size() == size));
    return answer.body;
  }

  // Each attribute that is listed can be had.
  void list_xattrs(std::uint64_t node) {
    fuse_getxattr_in arguments = {};
    arguments.size = XattrSet::kMaxValueSize;
    const auto answer = kernel_.call(FUSE_LISTXATTR, node, arguments);
    expect(answer.error, node, {EOPNOTSUPP});
    if (answer.error != 0) return;
    require(answer.body.empty() || answer.body.back() == '\0');
    for (std::string_view rest = answer.body; !rest.empty();) {
      const std::string name(rest.substr(0, rest.find('\0')));
      rest.remove_prefix(name.size() + 1);
      if (!name.starts_with("user.zvfs.")) require(xattr(node, name).has_value());
    }
  }

  std::optional<std::uint64_t> seek_to(std::uint64_t node, std::uint64_t offset, int whence) {
    fuse_lseek_in arguments = {};
    arguments.offset = offset;
    arguments.whence = static_cast<std::uint32_t>(whence);
    const auto answer = kernel_.call(FUSE_LSEEK, node, arguments);
    expect(answer.error, node, {EINVAL, ENXIO});
    if (answer.error != 0) return std::nullopt;
    const std::uint64_t found = value_of<fuse_lseek_out>(answer.body).offset;
    require(found >= offset && found <= attributes(node).value().size);
    return found;
  }

  void seek(std::uint64_t node, std::uint64_t offset) {
    const auto hole = seek_to(node, offset, SEEK_HOLE);
    if (!hole) return;
    if (const auto data = seek_to(node, *hole, SEEK_DATA)) require(*data > *hole);
  }

  // Requests that need no image, or would change it.
  void others(std::uint64_t node, std::uint32_t y) {
    fuse_open_in open = {};
    open.flags = y % 4;
    const auto opened = kernel_.call(y % 8 < 4 ? FUSE_OPEN : FUSE_OPENDIR, node, open);
    require(opened.error == 0 || opened.error == (y % 8 < 4 && y % 4 != 0 ? EROFS : ENOSYS));
    require(kernel_.send(FUSE_STATFS, node, "").error == 0);
    require(kernel_.call(FUSE_SETATTR, node, fuse_setattr_in{}).error == EROFS);
    require(kernel_.send(FUSE_UNLINK, node, std::string("big\0", 4)).error == EROFS);
  }

  // The page cache of the kernel: takes only what a read of the file gives.
  int store(InodeNumber number, std::uint64_t offset, ByteSpan content) {
    const Inode file = image_->inode(number).value();
    require(offset % 4096 == 0 && !content.empty());
    require(offset <= file.record.size && content.size() <= file.record.size - offset);
    const auto slices = image_->read(file, offset, content.size());
    if (!slices) return 0;
    ByteVector bytes;
    for (const FileSlice& slice : *slices) {
      bytes.insert(bytes.end(), slice.bytes.begin(), slice.bytes.end());
    }
    require(std::ranges::equal(bytes, content));
    return 0;
  }

  const std::unique_ptr<const Image> image_;
  const bool is_patched_;
  const bool is_cache_large_;
  InodeSet known_{inode_count(image_->header())};
  const Filesystem filesystem_{*image_, &known_};
  RequestStats stats_;
  Readahead readahead_{*image_, {.threads = 0, .max_window_bytes = 1 << 20}};
  PageFiller filler_{*image_, known_,
                     [this](InodeNumber number, std::uint64_t offset, ByteSpan content) {
                       return store(number, offset, content);
                     },
                     [] { return false; }};
  const Inspector inspector_{*image_, stats_, filler_, readahead_};
  FakeKernel kernel_{filesystem_, {stats_, readahead_, inspector_, &filler_}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const std::size_t limit = reader.u8() % kMaxPatches;
  const testing::ImagePatches patches(reader, limit);
  const std::uint8_t flags = reader.u8();
  const bool is_cache_large = flags % 2 == 0;
  testing::ImageForge forge;
  forge.has_digests = (flags & 2) != 0;
  patches.add_to(forge);
  auto image = testing::open_with_own_root(
      forge.build(), {.cache_size_bytes = is_cache_large ? 16 * kMiB : 4 * kKiB});
  if (!image) return 0;
  Mount(std::move(*image), !patches.empty(), is_cache_large).serve(reader);
  return 0;
}
