#include "mkimage/archives/cpio_members.h"

#include <algorithm>
#include <string_view>
#include <sys/stat.h>

#include "base/quoting.h"
#include "base/units.h"
#include "mkimage/archives/decompressed_file.h"

namespace zvfs {
namespace {

using Type = TarMember::Type;

// Linux's PATH_MAX is 4 KiB; those of the image are shorter than this, too.
constexpr std::size_t kMaxText = 1 * kMiB;
// Archives in a row are as many as they like, but one within another is hostile.
constexpr std::size_t kMaxDepth = 8;
constexpr std::string_view kTrailer = "TRAILER!!!";

Type type_of_mode(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return Type::kDirectory;
    case S_IFLNK:
      return Type::kSymlink;
    case S_IFCHR:
      return Type::kCharacterDevice;
    case S_IFBLK:
      return Type::kBlockDevice;
    case S_IFIFO:
      return Type::kFifo;
    case S_IFSOCK:
      return Type::kSocket;
    default:
      return Type::kFile;
  }
}

std::uint32_t sum_of(ByteSpan bytes) {
  std::uint32_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<std::uint8_t>(byte);
  return sum;
}

}  // namespace

CpioMembers::CpioMembers(std::shared_ptr<BufferedStream> source,
                         std::shared_ptr<BufferedStream> rest, Warnings& warnings)
    : warnings_(warnings) {
  if (rest != nullptr) sources_.push_back(std::move(rest));
  sources_.push_back(std::move(source));
}

Result<MemberSource::Next> CpioMembers::next() {
  if (format_) ZVFS_TRY(skip_data());
  while (!ended_) {
    if (!format_ && !ZVFS_TRY(find_archive())) break;
    if (auto member = ZVFS_TRY(read_member())) return member;
    format_.reset();
    first_names_.clear();
  }
  ended_ = true;
  return Next();
}

// Moves to the first header of the next archive; false if there is none.
Result<bool> CpioMembers::find_archive() {
  while (!sources_.empty()) {
    ZVFS_TRY(source().skip_zeros());
    const ByteSpan head = ZVFS_TRY(source().peek(CpioHeader::kMagicSize));
    format_ = CpioHeader::format_of(head);
    if (format_) return true;
    if (head.empty()) {
      sources_.pop_back();
    } else if (!ZVFS_TRY(enter_compressed())) {
      return false;
    }
  }
  return false;
}

// False if what follows is not a compressed archive either.
Result<bool> CpioMembers::enter_compressed() {
  const std::uint64_t begin = source().position();
  if (sources_.size() > kMaxDepth) {
    return fail(ErrorCode::kTooLarge, "more than {} cpio archives within another", kMaxDepth);
  }
  auto inner = ZVFS_TRY(DecompressedFile::open(sources_.back(), warnings_));
  const bool is_compressed = inner->is_compressed();
  inner->take_rest();  // which is read here
  auto content = std::make_shared<BufferedStream>(std::move(inner));
  if (is_compressed) {
    ZVFS_TRY(content->skip_zeros());
    if (CpioHeader::format_of(ZVFS_TRY(content->peek(CpioHeader::kMagicSize)))) {
      sources_.push_back(std::move(content));
      return true;
    }
  }
  warnings_.report(
      Warning::Severity::kChanged, ".",
      fmt::format("data after the end of the cpio archive, at {}, is left out", begin));
  return false;
}

// Nothing at the end of the archive.
Result<MemberSource::Next> CpioMembers::read_member() {
  const std::size_t size = CpioHeader::size(*format_);
  header_begin_ = source().position();
  const ByteSpan bytes = ZVFS_TRY(source().peek(size));
  if (bytes.size() < size) return damaged("it is truncated");
  const auto header = CpioHeader::parse(bytes.first(size), *format_);
  if (!header) return damaged(header.error().message);
  source().consume(size);
  header_ = *header;
  std::string path = ZVFS_TRY(take_text(header_.name_size, "a name"));
  ZVFS_TRY(take_padding(size + header_.name_size));
  data_left_ = header_.file_size;
  in_data_ = true;
  sum_ = 0;
  if (path != kTrailer) return begin(std::move(path));
  ZVFS_TRY(skip_data());
  return Next();
}

Result<MemberSource::Next> CpioMembers::begin(std::string path) {
  path_ = path;
  auto entry = ZVFS_TRY(entry_of(path));
  const bool has_other_names = header_.nlink > 1;
  return Next({std::move(path), std::move(entry), has_other_names});
}

Result<TarEntry> CpioMembers::entry_of(const std::string& path) {
  TarEntry entry;
  entry.path = path;
  entry.type = type_of_mode(header_.mode);
  entry.metadata.permissions = static_cast<std::uint16_t>(header_.mode & kPermissionBits);
  entry.metadata.uid = header_.uid;
  entry.metadata.gid = header_.gid;
  entry.metadata.mtime.seconds = static_cast<std::int64_t>(header_.mtime);
  entry.device_major = header_.rdev_major;
  entry.device_minor = header_.rdev_minor;
  if (entry.type == Type::kSymlink) {
    entry.link_path = ZVFS_TRY(take_text(header_.file_size, "a symlink's target"));
    data_left_ = 0;
  }
  const bool is_file = entry.type == Type::kFile;
  if (header_.nlink > 1 && entry.type != Type::kDirectory) ZVFS_TRY(set_first_name(entry));
  if (is_file) entry.size = entry.data_size = header_.file_size;
  return entry;
}

// Makes a hard link of the entry if it is another name of an earlier one.
Result<void> CpioMembers::set_first_name(TarEntry& entry) {
  const FileId id(header_.device, header_.inode);
  const auto known = first_names_.find(id);
  if (known == first_names_.end()) {
    first_names_.emplace(id, FirstName{entry.path, header_.nlink - 1});
    return {};
  }
  entry.type = Type::kHardLink;
  entry.link_path = known->second.path;
  if (--known->second.names_left == 0) first_names_.erase(known);
  return {};
}

Result<MemberSource::Block> CpioMembers::read() {
  source().consume(std::exchange(taken_, 0));
  if (data_left_ == 0) return Block{header_.file_size, {}, true};
  const ByteSpan all = ZVFS_TRY(source().peek(1));
  if (all.empty()) return damaged("it is truncated");
  const ByteSpan bytes = all.first(std::min<std::uint64_t>(all.size(), data_left_));
  const std::uint64_t offset = header_.file_size - data_left_;
  const bool has_sum = format_ == CpioFormat::kNewWithSums && S_ISREG(header_.mode);
  if (has_sum) sum_ += sum_of(bytes);
  data_left_ -= bytes.size();
  taken_ = bytes.size();
  if (data_left_ > 0) return Block{offset, bytes};
  if (has_sum && sum_ != header_.sum) {
    return damaged(fmt::format("the sum of its bytes is {:08x}, not {:08x}", sum_, header_.sum));
  }
  return Block{offset, bytes};
}

// Takes what is left of the member's data, and the padding behind it.
Result<void> CpioMembers::skip_data() {
  while (!ZVFS_TRY_IN(path_, read()).at_end) {
  }
  if (std::exchange(in_data_, false)) ZVFS_TRY(take_padding(header_.file_size));
  return {};
}

Result<std::string> CpioMembers::take_text(std::size_t size, const char* what) {
  if (size > kMaxText) {
    return damaged(fmt::format("{} of {} bytes exceeds {}", what, size, kMaxText));
  }
  const ByteSpan bytes = ZVFS_TRY(source().peek(size));
  if (bytes.size() < size) return damaged("it is truncated");
  const std::string_view text = as_text(bytes.first(size));
  std::string result(text.substr(0, text.find('\0')));
  source().consume(size);
  return result;
}

// After `size` bytes of a header with its name, or of data.
Result<void> CpioMembers::take_padding(std::uint64_t size) {
  const std::size_t alignment = CpioHeader::alignment(*format_);
  const std::size_t padding = (alignment - size % alignment) % alignment;
  const ByteSpan bytes = ZVFS_TRY(source().peek(padding));
  if (bytes.size() < padding) return damaged("it is truncated");
  source().consume(padding);
  return {};
}

Unexpected CpioMembers::damaged(std::string_view why) const {
  return fail(ErrorCode::kCorrupt, "cpio archive, at {}: {}", header_begin_, why);
}

}  // namespace zvfs
