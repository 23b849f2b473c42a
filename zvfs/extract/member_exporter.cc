#include "zvfs/extract/member_exporter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quoting.h"
#include "base/units.h"
#include "tar/tar_header.h"

namespace zvfs {
namespace {

// A batch ends with the member that exceeds one of these.
constexpr std::size_t kMembers = 4096;
constexpr std::size_t kFrames = 1024;
constexpr std::size_t kPathBytes = std::size_t{16} << 20;
// A tar header lists all extents of a file, and is built in memory.
constexpr std::size_t kMostExtents = std::size_t{1} << 20;

// Per batch, to limit the memory for a large file. Later frames are not decoded ahead.
constexpr std::size_t kMostFrames = std::size_t{1} << 20;

constexpr std::uint64_t kChunkSize = kMiB;

std::string member_path(const WalkEntry& entry) {
  if (entry.path.empty()) return "./";
  return std::string(entry.path) + (entry.inode.record.is_directory() ? "/" : "");
}

}  // namespace

MemberExporter::MemberExporter(const Image& image, const TarExport& to, std::uint64_t window_bytes)
    : image_(image), to_(to), window_bytes_(window_bytes), cursor_(image.raw().index()) {}

// --- The entries of the walk

Result<Descend> MemberExporter::enter(const WalkEntry& entry) {
  if (entry.reason == WalkEntry::Reason::kOnTheWay) return Descend::kMatches;
  if (entry.inode.record.is_socket()) {
    to_.message(quote_name(entry.path) + ": socket left out; tar cannot store sockets");
    return Descend::kNot;
  }
  if (const auto added = add(entry); !added) {
    ZVFS_TRY(lost(entry.path, Error(added.error())));
  } else if (members_.size() >= kMembers || frames_.size() >= kFrames || extents_ >= kMostExtents ||
             path_bytes_ >= kPathBytes) {
    ZVFS_TRY(write_batch());
  }
  return Descend::kAll;
}

Result<void> MemberExporter::lost(std::string_view path, Error error) {
  to_.message((path.empty() ? "." : quote_name(path)) + ": " + error.message);
  is_whole_ = false;
  return {};
}

Result<void> MemberExporter::add(const WalkEntry& entry) {
  Member member{member_path(entry), entry.inode, {}, {}, 0};
  const InodeRecord& record = entry.inode.record;
  if (!entry.inode.record.is_directory() && record.nlink > 1) {
    const auto known = first_names_.find(entry.inode.number.value);
    if (known != first_names_.end()) member.link_path = link_paths_.path(known->second);
  }
  if (entry.inode.record.is_regular() && member.link_path.empty()) ZVFS_TRY(add_data(member));
  if (!entry.inode.record.is_directory() && record.nlink > 1 && member.link_path.empty()) {
    ZVFS_TRY(remember(entry.inode.number, member.path));
  }
  path_bytes_ += member.path.size() + member.link_path.size();
  members_.push_back(std::move(member));
  return {};
}

Result<void> MemberExporter::remember(InodeNumber file, const std::string& path) {
  first_names_.emplace(file.value, ZVFS_TRY(link_paths_.add(path)));
  return {};
}

Result<void> MemberExporter::add_data(Member& member) {
  const std::size_t frames_before = frames_.size();
  const auto add_all = [&]() -> Result<void> {
    FileSegment segment;
    for (std::uint64_t offset = 0; offset < member.inode.record.size;) {
      segment = ZVFS_TRY(image_.segment_at(member.inode, offset, segment.next_extent));
      offset = segment.end;
      if (!segment.is_data) continue;
      if (member.extents.size() == kMostExtents) {
        return fail(ErrorCode::kTooLarge, "more than {} extents do not fit in a tar header",
                    kMostExtents);
      }
      const std::uint32_t place = ZVFS_TRY(add_frames(segment));
      if (member.extents.empty()) member.place = place;
      member.extents.push_back({segment.begin, segment.end - segment.begin, 0, 0});
    }
    return {};
  };
  Result<void> added = add_all();
  if (!added) frames_.resize(frames_before);
  extents_ += added ? member.extents.size() : 0;
  return added;
}

// Adds the frames that hold the segment, and returns the place of the first one.
Result<std::uint32_t> MemberExporter::add_frames(const FileSegment& segment) {
  const FrameSpan span = ZVFS_TRY(image_.raw().frame_table().span(
      cursor_, segment.stream, segment.end - segment.begin, segment.first_frame));
  const bool is_shared = !frames_.empty() && frames_.back() == span.first;
  const std::size_t place = frames_.size() - (is_shared ? 1 : 0);
  for (std::uint32_t number = span.first.value + (is_shared ? 1 : 0);
       number <= span.last.value && frames_.size() < kMostFrames; ++number) {
    frames_.push_back({number});
  }
  return static_cast<std::uint32_t>(place);
}

// --- Writing

Result<void> MemberExporter::finish() {
  ZVFS_TRY(write_batch());
  return write_bytes(ByteVector(kTarEndSize));
}

Result<void> MemberExporter::write_batch() {
  std::optional<FramePrefetcher> prefetcher;
  if (!frames_.empty()) {
    prefetcher.emplace(image_, to_.threads, window_bytes_, std::exchange(frames_, {}));
  }
  for (const Member& member : members_) {
    ZVFS_TRY_IN(quote_name(member.path), write(member, prefetcher ? &*prefetcher : nullptr));
  }
  members_.clear();
  extents_ = 0;
  path_bytes_ = 0;
  return {};
}

Result<void> MemberExporter::write(const Member& member, FramePrefetcher* prefetcher) {
  const InodeRecord& record = member.inode.record;
  TarMember header = describe(record, member.path);
  if (!member.link_path.empty()) {
    header.type = TarMember::Type::kHardLink;
    header.link_path = member.link_path;
    return write_header(header);
  }
  const XattrSet xattrs = ZVFS_TRY(image_.xattrs(member.inode));
  header.xattrs = xattrs.xattrs();
  std::string target;
  if (member.inode.record.is_symlink()) target = ZVFS_TRY(image_.symlink_target(member.inode));
  header.link_path = target;
  if (!member.inode.record.is_regular()) return write_header(header);

  for (const ExtentRecord& extent : member.extents) header.size += extent.length;
  header.sparse = header.size < record.size;
  header.real_size = record.size;
  header.extents = member.extents;
  ZVFS_TRY(write_header(header));
  ZVFS_TRY(write_data(member, prefetcher));
  return write_bytes(ByteVector(tar_padding(header.size)));
}

Result<void> MemberExporter::write_header(const TarMember& header) {
  ByteVector bytes;
  append_tar_header(header, bytes);
  return write_bytes(bytes);
}

Result<void> MemberExporter::write_data(const Member& member, FramePrefetcher* prefetcher) {
  std::uint32_t place = member.place;
  const Frame* frame = nullptr;
  for (const ExtentRecord& extent : member.extents) {
    const std::uint64_t end = extent.file_offset + extent.length;
    for (std::uint64_t offset = extent.file_offset; offset < end;) {
      const std::uint64_t length = std::min(kChunkSize, end - offset);
      if (prefetcher != nullptr) prefetcher->visit(place);
      const auto slices = ZVFS_TRY(image_.read(member.inode, offset, length));
      for (const FileSlice& slice : slices) {
        if (slice.frame.get() != frame && std::exchange(frame, slice.frame.get()) != nullptr) {
          ++place;
        }
        ZVFS_TRY(write_bytes(slice.bytes));
      }
      offset += length;
    }
  }
  return {};
}

Result<void> MemberExporter::write_bytes(ByteSpan bytes) {
  ZVFS_TRY(to_.write(bytes));
  if (to_.bytes_done != nullptr) *to_.bytes_done += bytes.size();
  return {};
}

}  // namespace zvfs
