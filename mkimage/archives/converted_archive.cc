#include "mkimage/archives/converted_archive.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quoting.h"
#include "base/units.h"

namespace zvfs {
namespace {

// Of all members together. A few bytes of an archive can promise a member of any size.
constexpr std::uint64_t kMaxMissingBytes = std::uint64_t{1} << 30;

// A tar names the file of each hard link, of which other formats have the number: with 100 bytes
// for a link to a path of 64 KiB.
constexpr std::uint64_t kLinkPathsAtLeast = 64 * kMiB;
constexpr std::uint64_t kLinkPathsPerMember = 1 * kKiB;

using Severity = Warning::Severity;
using Type = TarMember::Type;

}  // namespace

Result<ByteSpan> ConvertedArchive::next() {
  out_.drop_front(given_);
  while (out_.bytes().size() < kStreamRunSize && !ended_) {
    if (in_data_) {
      ZVFS_TRY(read_data());
    } else if (!links_behind_.empty()) {
      ZVFS_TRY(append_link_behind());
    } else {
      ZVFS_TRY(read_member());
    }
  }
  given_ = out_.bytes().size() / kTarBlockSize * kTarBlockSize;
  return out_.bytes().first(given_);
}

Result<void> ConvertedArchive::read_member() {
  if (!source_ended_) {
    if (auto member = ZVFS_TRY(source_->next())) {
      ++members_;
      return begin(*std::move(member));
    }
    source_ended_ = true;
  }
  if (ZVFS_TRY(filter_.append_more(out_))) return {};
  out_.append_zeros(kTarEndSize);
  ended_ = true;
  return {};
}

Result<void> ConvertedArchive::begin(SourceMember member) {
  Result<TarEntry>& entry = member.entry;
  if (!entry) {
    warnings_.report(Severity::kUnreadable, member.path, entry.error().message);
    return {};
  }
  // Links are known by their names in the source.
  const auto first = entry->type == Type::kHardLink ? links_.find(entry->link_path) : links_.end();
  std::optional<TarEntry> data_of_others;
  if (first != links_.end() && entry->data_size > 0) data_of_others = *entry;
  if (!filter_.apply(*entry)) {
    if (data_of_others) begin_file_with_links(*std::move(data_of_others), first);
    return {};
  }
  for (TarEntry::Note& note : entry->notes) {
    warnings_.report(note.severity, entry->path, std::move(note.message));
  }
  filter_.append_parents(out_);
  if (entry->type == Type::kFile && entry->data_size == 0 && member.has_other_names) {
    links_.insert_or_assign(member.path, std::vector<std::string>());
  }
  if (first != links_.end()) first->second.push_back(entry->path);
  if (data_of_others) {
    begin_file_with_links(*std::move(data_of_others), first);
    return {};
  }
  if (entry->type == Type::kHardLink) ZVFS_TRY(count_link(*entry));
  out_.append(*entry);
  if (entry->type == Type::kFile && entry->data_size > 0) begin_data(*std::move(entry));
  return {};
}

Result<void> ConvertedArchive::count_link(const TarEntry& link) {
  link_paths_ += link.link_path.size();
  const std::uint64_t limit = kLinkPathsAtLeast + kLinkPathsPerMember * members_;
  if (link_paths_ <= limit) return {};
  return fail(ErrorCode::kTooLarge,
              "{}: the files of hard links up to here have paths of {} bytes, more than {}",
              shown_name(link.path), link_paths_, limit);
}

// `entry` is as in the source. It brings the data of a file whose other names came before it,
// without data. The first of these becomes the file, since `entry` may be left out.
void ConvertedArchive::begin_file_with_links(TarEntry entry, Links::iterator first) {
  entry.type = Type::kFile;
  entry.path = first->first;
  entry.link_path.clear();
  std::vector<std::string> links = std::move(first->second);
  links_.erase(first);
  if (!filter_.apply(entry)) return;
  links_behind_ = std::move(links);
  std::ranges::reverse(links_behind_);
  out_.append(entry);
  begin_data(std::move(entry));
}

void ConvertedArchive::begin_data(TarEntry entry) {
  entry_ = std::move(entry);
  in_data_ = true;
  data_ended_ = false;
  position_ = 0;
  zeros_end_ = 0;
  block_ = {};
}

// Appends the next part of the member: zeros where its source has a hole or ends early, a block of
// data, or its end.
Result<void> ConvertedArchive::read_data() {
  if (position_ < zeros_end_) {
    const std::uint64_t size = std::min<std::uint64_t>(zeros_end_ - position_, kStreamRunSize);
    out_.append_zeros(static_cast<std::size_t>(size));
    position_ += size;
  } else if (!block_.empty()) {
    out_.append_bytes(block_);
    position_ += block_.size();
    block_ = {};
  } else if (data_ended_) {
    finish_data();
  } else {
    return read_block();
  }
  return {};
}

Result<void> ConvertedArchive::read_block() {
  const auto block = source_->read();
  if (block && !block->at_end) {
    zeros_end_ = std::clamp(block->offset, position_, entry_.data_size);
    const std::uint64_t room = entry_.data_size - zeros_end_;
    block_ = block->bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block->bytes.size(), room)));
    return {};
  }
  if (!block && block.error().code != ErrorCode::kInvalidArgument) {
    return Unexpected(Error(block.error()).within(shown_name(entry_.path)));
  }
  if (!block) {
    warnings_.report(Severity::kUnreadable, entry_.path,
                     block.error().message + "; the image has zeros instead");
  } else if (position_ < entry_.data_size) {
    warnings_.report(Severity::kUnreadable, entry_.path,
                     fmt::format("its data ends at {} of {} bytes; the rest is zeros", position_,
                                 entry_.data_size));
  }
  missing_bytes_ += entry_.data_size - position_;
  if (missing_bytes_ > kMaxMissingBytes) {
    return fail(ErrorCode::kCorrupt, "{}: more than 1 GiB that the archive promises is missing",
                shown_name(entry_.path));
  }
  zeros_end_ = entry_.data_size;
  data_ended_ = true;
  return {};
}

void ConvertedArchive::finish_data() {
  out_.append_zeros(tar_padding(entry_.data_size));
  in_data_ = false;
}

Result<void> ConvertedArchive::append_link_behind() {
  TarEntry link = entry_;
  link.type = Type::kHardLink;
  link.path = std::move(links_behind_.back());
  link.link_path = entry_.path;
  links_behind_.pop_back();
  ZVFS_TRY(count_link(link));
  out_.append(link);
  return {};
}

}  // namespace zvfs
