#include "zvfs/repair/stream_salvage.h"

#include <algorithm>
#include <utility>

#include "base/path_names.h"
#include "codecs/checksum.h"
#include "tar/tar_block.h"
#include "tar/tar_member.h"

namespace zvfs {
namespace {

bool is_header(ByteSpan bytes) {
  constexpr std::size_t kMagicOffset = 257;
  const TarBlock block(bytes.first<kTarBlockSize>());
  return as_text(bytes).substr(kMagicOffset, 5) == "ustar" && block.has_checksum();
}

// True if mkimage may have made that header. It leaves the names of users and groups empty for
// files on disk. This tells its archives from those of most other programs, including archives
// stored in them as files.
bool may_be_ours(ByteSpan header) {
  if (header.size() != kTarBlockSize) return false;
  using namespace std::string_view_literals;
  constexpr std::size_t kMagicOffset = 257;
  const std::string_view magic_and_names = as_text(header).substr(kMagicOffset, 8 + 32 + 32);
  return magic_and_names.starts_with(
             "ustar\0"
             "00"sv) &&
         magic_and_names.find_first_not_of('\0', 8) == std::string_view::npos;
}

}  // namespace

std::uint64_t path_key(std::string_view path) { return xxh64(as_bytes(plain_path(path))); }

StreamSalvage::StreamSalvage(OldIndex* index, bool has_gaps, Dropped on_dropped)
    : index_(index),
      remembers_paths_(has_gaps || index != nullptr),
      on_dropped_(std::move(on_dropped)) {}

void StreamSalvage::begin_frame(bool follows_gap, std::optional<StreamOffset> place) {
  frame_begin_ = at_;
  std::optional<std::uint64_t> missing;
  if (place) missing = place->value - old_at_.value_or(0);
  if (place) old_at_ = place->value;
  if (missing ? *missing > 0 : follows_gap) enter_gap(missing);
}

void StreamSalvage::take(ByteSpan bytes) {
  while (!bytes.empty()) {
    const std::size_t size = mode_ == Mode::kParse  ? parse(bytes)
                             : mode_ == Mode::kSkip ? skip(bytes)
                                                    : search(bytes);
    bytes = bytes.subspan(size);
  }
}

SalvagePlan StreamSalvage::finish() {
  if (open_begin_ < at_ || member_) drop();
  plan_.is_whole = !is_damaged_ && plan_.has_end_mark;
  if (plan_.is_whole) plan_.kept = {{0, at_}};
  return std::move(plan_);
}

// Something is missing before this place: `size` bytes, if that is known.
void StreamSalvage::enter_gap(std::optional<std::uint64_t> size) {
  const bool is_in_data = member_ || mode_ == Mode::kSkip;
  const std::uint64_t data_left = member_ ? member_->end - at_ : skip_left_;
  const bool is_within = is_in_data && size && *size <= data_left;
  drop();
  skip_left_ = is_within ? data_left - *size : 0;
  mode_ = is_within ? Mode::kSkip : Mode::kSearch;
  if (is_within && skip_left_ == 0) start_parser();
}

std::size_t StreamSalvage::parse(ByteSpan bytes) {
  const auto step = parser_.take(bytes);
  if (step) {
    advance(step->size);
    follow(*step);
    // The last block of the headers, unless that is a sparse map.
    const bool is_header = step->member != nullptr && !step->member->sparse;
    if (is_header && !may_be_ours(bytes.first(step->size))) plan_.is_ours = false;
    return step->size;
  }
  // The archive is broken: continue at the next block.
  const std::size_t to_block = kTarBlockSize - (at_ - frame_begin_) % kTarBlockSize;
  const std::size_t size = std::min(bytes.size(), to_block);
  advance(size);
  drop();
  mode_ = Mode::kSearch;
  return size;
}

std::size_t StreamSalvage::skip(ByteSpan bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), skip_left_));
  skip_left_ -= size;
  advance(size);
  open_begin_ = at_;
  if (skip_left_ == 0) start_parser();
  return size;
}

std::size_t StreamSalvage::search(ByteSpan bytes) {
  std::size_t size = 0;
  while (bytes.size() - size >= kTarBlockSize && !resumes_at(bytes.subspan(size, kTarBlockSize))) {
    size += kTarBlockSize;
  }
  const bool found = bytes.size() - size >= kTarBlockSize;
  if (!found) size = bytes.size();
  advance(size);
  open_begin_ = at_;
  if (!found) return size;
  searched_ = true;
  is_first_doubtful_ = !plan_.is_ours;
  start_parser();
  return size;
}

bool StreamSalvage::resumes_at(ByteSpan block) const {
  return is_header(block) && (!plan_.is_ours || may_be_ours(block));
}

void StreamSalvage::start_parser() {
  parser_ = TarParser();
  parser_begin_ = at_;
  open_begin_ = at_;
  mode_ = Mode::kParse;
}

void StreamSalvage::follow(const TarParser::Step& step) {
  if (step.member != nullptr) {
    member_ = Member{*step.member, 0, {old_at_.value_or(0)}};
    const std::uint64_t data_end = step.member->data_begin + step.member->data_size;
    member_->end = parser_begin_ + data_end + tar_padding(data_end);
    recognise(*step.member);
  } else if (step.part == TarParser::Part::kEnd) {
    if (!plan_.has_end_mark) plan_.end = at_;
    plan_.has_end_mark = parser_.has_end_mark();
    open_begin_ = at_;
  } else if (step.part == TarParser::Part::kData && !member_) {
    keep();  // data after a hard link
  }
  if (member_ && at_ >= member_->end) close_member();
}

// GNU tar may also begin with "./", if told to pack that; but then all other names begin with it,
// too.
void StreamSalvage::recognise(const TarEntry& member) {
  const bool is_first = parser_begin_ + member.header_begin == 0;
  if (is_first) {
    plan_.begins_archive = plan_.is_ours = member.path == "./";
    if (plan_.begins_archive) is_first_doubtful_ = false;
  }
  const std::string_view slash = member.type == TarMember::Type::kDirectory ? "/" : "";
  const bool has_plain_path = is_first || member.path == plain_path(member.path).append(slash);
  if (!has_plain_path || !member.user_name.empty() || !member.group_name.empty() ||
      !member.other_records.empty() || !member.notes.empty()) {
    plan_.is_ours = false;
  }
}

void StreamSalvage::close_member() {
  if (!is_credible(*member_)) return drop();
  if (remembers_paths_) plan_.paths.insert(path_key(member_->entry.path));
  plan_.has_end_mark = false;
  plan_.end = at_;
  keep();
}

bool StreamSalvage::is_credible(const Member& member) {
  const bool is_doubtful = std::exchange(is_first_doubtful_, false);
  const TarEntry& entry = member.entry;
  if (entry.type == TarMember::Type::kHardLink && remembers_paths_ &&
      !plan_.paths.contains(path_key(entry.link_path))) {
    return false;
  }
  if (!searched_) return true;
  if (index_ != nullptr) return index_->confirms(entry, member.data);
  return !is_doubtful;
}

// Keeps the bytes that are still open.
void StreamSalvage::keep() {
  plan_.resumed = is_damaged_;
  if (!plan_.kept.empty() && plan_.kept.back().end == open_begin_) {
    plan_.kept.back().end = at_;
  } else if (open_begin_ < at_) {
    plan_.kept.push_back({open_begin_, at_});
  }
  open_begin_ = at_;
  member_.reset();
}

// Drops the bytes that are still open.
void StreamSalvage::drop() {
  is_damaged_ = true;
  if (member_) {
    ++plan_.dropped;
    on_dropped_(plain_path(member_->entry.path));
  }
  open_begin_ = at_;
  member_.reset();
}

void StreamSalvage::advance(std::size_t size) {
  at_ += size;
  if (old_at_) *old_at_ += size;
}

}  // namespace zvfs
