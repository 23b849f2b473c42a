#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "format/image.h"
#include "tests/support/image_forge.h"
#include "tests/support/made_tar.h"

namespace zvfs::testing {

/// A small image whose stream is a tar archive, both made by hand: a test changes the archive or
/// the index, so that they differ.
///
///     /            1
///     /dir         2   at 0 in the stream
///     /dir/file    3   at 512, its 600 bytes from 1,024 on; also /hard, at 2,048
///     /link        4   at 2,560; symlink to dir/file
///
/// All belong to 7:8 and are of second 99; the file is of mode 640.
struct TarImage {
  static constexpr std::size_t kSize = 600;

  TarImage() {
    forge.inodes.clear();
    forge.dentries.clear();
    forge.strings.clear();
    forge.extents.clear();
    forge.xattr_sets.clear();
    forge.xattr_data.clear();
    forge.frame_bound = 64 << 10;
    add_inode(0040755, 0, 3).parent = 1;
    add_inode(0040755, 3, 1).parent = 1;
    InodeRecord& file = add_inode(0100640, 1024, 0);
    file.size = kSize;
    file.allocated = kSize;
    file.nlink = 2;
    add_dentry("dir", 2, FileType::kDirectory);
    add_dentry("hard", 3, FileType::kRegular);
    add_dentry("link", 4, FileType::kSymlink);
    add_dentry("file", 3, FileType::kRegular);
    add_inode(0120777, forge.add_string("dir/file"), 0).size = 8;

    directory("dir/");
    file_member("dir/file", content());
    hard_link("hard", "dir/file");
    symlink("link", "dir/file");
    tar.end();
  }

  static std::string content() {
    const ByteVector bytes = text_bytes(kSize, 5);
    return std::string(as_text(bytes));
  }

  void directory(std::string_view name) {
    tar.header(name, {.type = '5', .mode = 0755, .uid = 7, .gid = 8, .mtime = 99});
  }
  void file_member(std::string_view name, std::string_view content) {
    tar.header(name, {.size = content.size(), .mode = 0640, .uid = 7, .gid = 8, .mtime = 99});
    tar.data(content);
  }
  void hard_link(std::string_view name, std::string_view target) {
    tar.header(name, {.type = '1', .link = target, .mode = 0640, .uid = 7, .gid = 8, .mtime = 99});
  }
  void symlink(std::string_view name, std::string_view target) {
    tar.header(name, {.type = '2', .link = target, .mode = 0777, .uid = 7, .gid = 8, .mtime = 99});
  }
  /// The members anew.
  void clear_tar() { tar.bytes.clear(); }

  void add_dentry(std::string_view name, std::uint32_t number, FileType type) {
    forge.dentries.push_back(
        {forge.add_string(name), number, static_cast<std::uint16_t>(name.size()), type});
  }
  InodeRecord& add_inode(std::uint16_t mode, std::uint64_t data, std::uint32_t count) {
    InodeRecord& record = forge.inodes.emplace_back();
    record.mode = mode;
    record.uid = 7;
    record.gid = 8;
    record.nlink = 1;
    record.mtime_seconds = 99;
    record.data = data;
    record.count = count;
    return record;
  }

  /// Puts a socket, which has no member, in place of /link.
  void turn_link_into_socket() {
    add_inode(0140644, 0, 0);
    forge.dentries.at(2).inode = 5;
    forge.dentries.at(2).type = FileType::kSocket;
    clear_tar();
    directory("dir/");
    file_member("dir/file", content());
    hard_link("hard", "dir/file");
    tar.end();
  }

  /// Makes the data frames of `forge`: the archive, as it is now, and `trailer` in a frame of its
  /// own.
  void lay_out(const ByteVector& trailer = {}) {
    const ByteSpan bytes = as_bytes(tar.bytes);
    forge.frames = {{ByteVector(bytes.begin(), bytes.end()), {}, {}}};
    forge.frame_files = {3};
    forge.first_files = {0, 1};
    if (!trailer.empty()) {
      forge.frames.push_back({trailer, {}, {}});
      forge.first_files.push_back(1);
    }
  }

  /// The image of the archive and the index, as they are now. `trailer` is as in lay_out().
  [[nodiscard]] std::unique_ptr<Image> open(const ByteVector& trailer = {}) {
    lay_out(trailer);
    return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
  }

  MadeTar tar;
  ImageForge forge;
};

}  // namespace zvfs::testing
