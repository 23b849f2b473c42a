#include "tar/tar_parser.h"

#include <algorithm>
#include <cassert>

#include "base/quoting.h"
#include "base/units.h"

namespace zvfs {
namespace {

// A global header of 64 KiB can say as much about each member of 512 bytes. No program is known to
// write more than a few hundred bytes into one.
constexpr std::uint64_t kRepeatedAtLeast = 64 * kMiB;
constexpr std::uint64_t kRepeatedPerByte = 4;

bool is_zero(ByteSpan bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace

Result<TarParser::Step> TarParser::take(ByteSpan bytes) {
  assert(!bytes.empty());
  switch (state_) {
    case State::kData:
      return take_data(bytes);
    case State::kExtendedBody:
      return take_body(bytes);
    case State::kGarbage:
      position_ += bytes.size();
      return Step{bytes.size(), Part::kEnd};
    default:
      return take_block(bytes);
  }
}

TarParser::Step TarParser::take_data(ByteSpan bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), data_left_));
  position_ += size;
  data_left_ -= size;
  may_be_end_ = may_be_end_ && is_zero(bytes.first(size));
  if (data_left_ == 0) state_ = State::kHeader;
  return {size, Part::kData};
}

Result<TarParser::Step> TarParser::take_body(ByteSpan bytes) {
  const std::uint64_t left = body_left_ + padding_left_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left));
  const auto body = static_cast<std::size_t>(std::min<std::uint64_t>(size, body_left_));
  body_.insert(body_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(body));
  body_left_ -= body;
  padding_left_ -= size - body;
  position_ += size;
  if (size == left) {
    reader_.add_extended(body_type_, body_);
    state_ = State::kHeader;
  }
  return Step{size};
}

// Blocks may come in pieces; each is processed once it is complete.
Result<TarParser::Step> TarParser::take_block(ByteSpan bytes) {
  const std::size_t size = std::min(bytes.size(), kTarBlockSize - block_size_);
  std::copy_n(bytes.begin(), size, block_.begin() + static_cast<std::ptrdiff_t>(block_size_));
  position_ += size;
  block_size_ += size;
  if (block_size_ < kTarBlockSize) return Step{size};
  block_size_ = 0;
  return process_block(size);
}

Result<TarParser::Step> TarParser::process_block(std::size_t size) {
  const TarBlock block(block_);
  if (state_ == State::kSparseBlock) {
    auto next = reader_.add_sparse_block(block);
    if (!next) return broken(headers_begin_, next.error().message);
    return await(*next, size);
  }
  if (state_ == State::kMapBlock) {
    auto next = reader_.add_map_block(block_);
    if (!next) return broken(headers_begin_, next.error().message);
    return await(*next, size);
  }
  if (!block.is_zero() && block.has_checksum()) return process_header(size);
  if (block.is_zero() && !expects_link_data()) return process_zeros(size);
  return process_no_header(size);
}

Result<TarParser::Step> TarParser::process_header(std::size_t size) {
  const TarBlock block(block_);
  if (!in_headers_) headers_begin_ = position_ - kTarBlockSize;
  ZVFS_TRY(check_repeated());
  if (!in_archive_) ++archives_;
  in_archive_ = true;
  zero_blocks_ = 0;
  link_size_ = 0;
  may_be_end_ = false;
  if (TarMemberReader::is_extended(block.type())) {
    in_headers_ = true;
    if (block.type() != 'g') awaits_member_ = true;
    ZVFS_TRY(begin_body(block));
    return Step{size};
  }
  auto next = reader_.begin(block);
  if (!next) return broken(headers_begin_, next.error().message);
  in_headers_ = true;
  return await(*next, size);
}

Result<void> TarParser::check_repeated() const {
  const std::uint64_t limit = kRepeatedAtLeast + kRepeatedPerByte * position_;
  if (reader_.repeated_cost() <= limit) return {};
  return fail(ErrorCode::kTooLarge,
              "tar archive, at {}: global pax headers make attributes of {} bytes, more than {}",
              headers_begin_, reader_.repeated_cost(), limit);
}

Result<void> TarParser::begin_body(const TarBlock& header) {
  const auto size = header.size();
  if (!size || *size < 0) {
    return broken(position_, "the size of an extended header is not a number");
  }
  if (static_cast<std::uint64_t>(*size) > kMaxExtendedHeader) {
    return fail(ErrorCode::kTooLarge, "an extended header of {} bytes exceeds {} (at {})", *size,
                kMaxExtendedHeader, headers_begin_);
  }
  body_.clear();
  body_type_ = header.type();
  body_left_ = static_cast<std::uint64_t>(*size);
  padding_left_ = tar_padding(body_left_);
  state_ = State::kExtendedBody;
  if (body_left_ == 0) {
    reader_.add_extended(body_type_, {});
    state_ = State::kHeader;
  }
  return {};
}

// After one of the member's own blocks: waits for another one, or hands out the member.
Result<TarParser::Step> TarParser::await(TarMemberReader::Next next, std::size_t size) {
  if (next != TarMemberReader::Next::kNothing) {
    state_ = next == TarMemberReader::Next::kMapBlock ? State::kMapBlock : State::kSparseBlock;
    return Step{size};
  }
  if (auto done = reader_.finish(position_); !done) {
    return broken(headers_begin_, done.error().message);
  }
  const bool is_label = reader_.is_volume_label();
  reader_.entry().header_begin = headers_begin_;
  in_headers_ = false;
  awaits_member_ = false;
  link_size_ = reader_.link_size();
  data_left_ = tar_padded(reader_.entry().data_size);
  state_ = data_left_ > 0 ? State::kData : State::kHeader;
  return Step{size, Part::kHeaders, is_label ? nullptr : &reader_.entry()};
}

Result<TarParser::Step> TarParser::process_zeros(std::size_t size) {
  if (awaits_member_) return broken(headers_begin_, "an extended header without a member");
  in_headers_ = false;
  link_size_ = 0;
  if (++zero_blocks_ == 2) {
    has_end_mark_ = true;
    in_archive_ = false;
    reader_.end_archive();
  }
  return Step{size, Part::kEnd};
}

// Most programs write no data for a hard link, even if its header has a size, so a header that
// follows is one. Otherwise it has data for certain if it has a pax header: the format says so.
bool TarParser::expects_link_data() const { return link_size_ > 0 && reader_.has_link_data(); }

// Neither a header nor an end mark: the data of a hard link, or bytes after the end.
Result<TarParser::Step> TarParser::process_no_header(std::size_t size) {
  const std::uint64_t begin = position_ - kTarBlockSize;
  if (link_size_ > 0) {
    may_be_end_ = TarBlock(block_).is_zero();
    data_left_ = tar_padded(link_size_) - kTarBlockSize;
    link_size_ = 0;
    state_ = data_left_ > 0 ? State::kData : State::kHeader;
    return Step{size, Part::kData};
  }
  if (has_end_mark_ && !in_archive_) {
    garbage_begin_ = begin;
    state_ = State::kGarbage;
    return Step{size, Part::kEnd};
  }
  if (begin == 0) return fail(ErrorCode::kCorrupt, "not a tar archive");
  return broken(begin, "a header with a wrong checksum");
}

Result<void> TarParser::finish() const {
  if (position_ == 0) return fail(ErrorCode::kCorrupt, "the archive is empty");
  const bool after_end = has_end_mark_ && !in_archive_;
  const bool between_members = state_ == State::kHeader && block_size_ == 0 && !awaits_member_;
  const bool at_end = state_ == State::kData && may_be_end_;
  if (after_end || state_ == State::kGarbage || between_members || at_end) return {};
  return broken(position_, "the archive is truncated");
}

Unexpected TarParser::broken(std::uint64_t offset, std::string_view what) const {
  const std::string& path = reader_.entry().path;
  const bool in_member = !path.empty() && offset == headers_begin_;
  return fail(ErrorCode::kCorrupt, "tar archive, at {}{}{}: {}", offset, in_member ? ", " : "",
              in_member ? shown_name(path) : "", what);
}

}  // namespace zvfs
