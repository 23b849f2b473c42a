#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "zvfs/diff/comparable_tree.h"

namespace zvfs::testing {

/// Content in memory, in runs that end where a test wants. A run of zeros is a hole.
class FakeContent final : public ComparableContent {
 public:
  /// `ends` are those of the runs, ascending, the last one the content's. Without any it is one
  /// run.
  explicit FakeContent(std::string content, std::vector<std::uint64_t> ends = {})
      : content_(std::move(content)), ends_(std::move(ends)) {
    if (ends_.empty()) ends_.push_back(content_.size());
  }

  Result<ContentRun> run_at(std::uint64_t offset) override {
    const std::uint64_t end = *std::ranges::upper_bound(ends_, offset);
    const bool is_hole =
        content_.substr(offset, end - offset).find_first_not_of('\0') == std::string::npos;
    return ContentRun{end, is_hole, std::nullopt};
  }
  Result<ByteSpan> read(std::uint64_t offset, std::uint64_t length) override {
    ++reads;
    if (offset + length > fails_at) return fail(ErrorCode::kIo, "read failed");
    return as_bytes(content_).subspan(offset, length);
  }

  std::uint64_t fails_at = ~std::uint64_t{0};  ///< No byte from here on can be read.
  int reads = 0;

 private:
  const std::string content_;
  std::vector<std::uint64_t> ends_;
};

/// A tree in memory, which a test may make as wrong as an image can be. Names stay in the order
/// in which they were added.
class FakeTree final : public ComparableTree {
 public:
  struct Node {
    InodeRecord record;
    std::vector<Name> names = {};
    std::string text = {};  ///< A file's content, or a symlink's target.
    XattrSet xattrs = {};
    bool is_unreadable = false;  ///< No inode can be had.
    bool is_damaged = false;     ///< The inode can be had, but nothing else.
  };

  FakeTree() { nodes[1].record = record_of(0040755); }

  InodeNumber directory(InodeNumber parent, std::string_view name) {
    return add(parent, name, {record_of(0040755)});
  }
  InodeNumber file(InodeNumber parent, std::string_view name, std::string content) {
    Node node{record_of(0100644)};
    node.record.size = content.size();
    node.text = std::move(content);
    return add(parent, name, std::move(node));
  }
  InodeNumber symlink(InodeNumber parent, std::string_view name, std::string target) {
    Node node{record_of(0120777)};
    node.text = std::move(target);
    return add(parent, name, std::move(node));
  }
  InodeNumber of_mode(InodeNumber parent, std::string_view name, std::uint16_t mode) {
    return add(parent, name, {record_of(mode)});
  }
  /// A further name.
  void link(InodeNumber parent, std::string_view name, InodeNumber number) {
    nodes[parent.value].names.push_back({std::string(name), number});
    if (!nodes[number.value].record.is_directory()) ++nodes[number.value].record.nlink;
  }
  Node& operator[](InodeNumber number) { return nodes[number.value]; }

  Result<InodeRecord> inode(InodeNumber number) override {
    const auto found = nodes.find(number.value);
    if (found == nodes.end()) return fail(ErrorCode::kCorrupt, "no inode {}", number.value);
    if (found->second.is_unreadable) return fail(ErrorCode::kIo, "inode {}", number.value);
    return found->second.record;
  }
  Result<std::vector<Name>> names(InodeNumber directory, std::uint32_t first) override {
    const Node& node = *ZVFS_TRY(whole(directory));
    const std::size_t begin = std::min<std::size_t>(first, node.names.size());
    const std::size_t end = std::min(begin + names_at_a_time, node.names.size());
    return std::vector<Name>(node.names.begin() + static_cast<std::ptrdiff_t>(begin),
                             node.names.begin() + static_cast<std::ptrdiff_t>(end));
  }
  Result<std::string> symlink_target(InodeNumber number) override {
    return ZVFS_TRY(whole(number))->text;
  }
  Result<XattrSet> xattrs(InodeNumber number) override { return ZVFS_TRY(whole(number))->xattrs; }
  Result<std::unique_ptr<ComparableContent>> open(InodeNumber number, InodeNumber,
                                                  const std::string& name) override {
    opened.push_back(name);
    return std::unique_ptr<ComparableContent>(
        std::make_unique<FakeContent>(ZVFS_TRY(whole(number))->text));
  }

  std::map<std::uint32_t, Node> nodes;
  std::size_t names_at_a_time = 2;
  std::vector<std::string> opened;  ///< Names of the files whose content was asked for.

 private:
  static InodeRecord record_of(std::uint16_t mode) {
    InodeRecord record;
    record.mode = mode;
    record.nlink = 1;
    return record;
  }
  InodeNumber add(InodeNumber parent, std::string_view name, Node node) {
    const InodeNumber number{static_cast<std::uint32_t>(nodes.size()) + 1};
    nodes[number.value] = std::move(node);
    nodes[parent.value].names.push_back({std::string(name), number});
    return number;
  }
  Result<const Node*> whole(InodeNumber number) const {
    const Node& node = nodes.at(number.value);
    if (node.is_damaged) return fail(ErrorCode::kCorrupt, "damaged inode {}", number.value);
    return &node;
  }
};

}  // namespace zvfs::testing
