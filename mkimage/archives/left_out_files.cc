#include "mkimage/archives/left_out_files.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

#include "base/file_io.h"
#include "base/path_names.h"
#include "base/temporary_file.h"
#include "base/units.h"
#include "codecs/checksum.h"
#include "tar/tar_header.h"
#include "tar/tar_member.h"
#include "tar/tar_parser.h"

namespace zvfs {
namespace {

constexpr std::size_t kHeaderReadSize = 16 * kKiB;

std::uint64_t key_of(std::string_view path) { return xxh64(as_bytes(path)); }

}  // namespace

void LeftOutFiles::add(const TarEntry& file) {
  ByteVector headers;
  append_tar_header(member_of(file, file.path), headers);
  const std::uint64_t size = headers.size() + tar_padded(file.data_size);
  std::uint64_t& begin = begins_[key_of(plain_path(file.path))];
  keeps_ = size <= kMaxSize - size_;
  begin = keeps_ ? size_ : kNotKept;
  if (keeps_ && !write(headers)) begin = kNotKept;
}

void LeftOutFiles::append(ByteSpan data) {
  if (keeps_) static_cast<void>(write(data).has_value());
}

// After a failed write, nothing more is kept.
Result<void> LeftOutFiles::write(ByteSpan bytes) {
  keeps_ = false;
  const std::uint64_t begin = std::exchange(size_, kMaxSize);
  if (!file_.is_open()) file_ = ZVFS_TRY(make_temporary_file());
  ZVFS_TRY(write_temporary(file_.get(), bytes));
  size_ = begin + bytes.size();
  keeps_ = true;
  return {};
}

void LeftOutFiles::add_link(const std::string& path, const std::string& target) {
  links_.insert_or_assign(path, first_name(target));
}

const std::string& LeftOutFiles::first_name(const std::string& path) const {
  const auto link = links_.find(path);
  return link == links_.end() ? path : link->second;
}

void LeftOutFiles::set_name(const std::string& path, std::string name) {
  names_.insert_or_assign(first_name(path), std::move(name));
}

std::optional<std::string> LeftOutFiles::name_of(const std::string& path) const {
  const auto name = names_.find(first_name(path));
  if (name == names_.end()) return std::nullopt;
  return name->second;
}

Result<TarEntry> LeftOutFiles::find(const std::string& path) const {
  const std::string& name = first_name(path);
  const auto begin = begins_.find(key_of(name));
  if (begin == begins_.end()) return fail(ErrorCode::kNotFound, "no such file precedes it");
  if (begin->second == kNotKept) return fail(ErrorCode::kTooLarge, "too large to keep");
  TarParser parser;
  ByteVector buffer(kHeaderReadSize);
  for (std::uint64_t at = begin->second;;) {
    const std::uint64_t size = std::min<std::uint64_t>(kHeaderReadSize, size_ - at);
    if (size == 0) return fail(ErrorCode::kCorrupt, "a temporary file ends early");
    ByteSpan bytes = MutableByteSpan(buffer).first(size);
    ZVFS_TRY(read(at, MutableByteSpan(buffer).first(size)));
    at += size;
    while (!bytes.empty()) {
      const TarParser::Step step = ZVFS_TRY(parser.take(bytes));
      bytes = bytes.subspan(step.size);
      if (step.member == nullptr) continue;
      TarEntry entry = *step.member;
      if (plain_path(entry.path) != name) {
        return fail(ErrorCode::kNotFound, "no such file precedes it");
      }
      entry.data_begin += begin->second;
      return entry;
    }
  }
}

Result<void> LeftOutFiles::read(std::uint64_t offset, MutableByteSpan out) const {
  const std::size_t size = ZVFS_TRY(read_full(file_.get(), offset, out, "a temporary file"));
  if (size != out.size()) return fail(ErrorCode::kIo, "a temporary file ends early");
  return {};
}

}  // namespace zvfs
