#include "tar/tar_member_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/quoting.h"
#include "tar/posix_acl.h"

namespace zvfs {
namespace {

using Next = TarMemberReader::Next;
using Type = TarMember::Type;

std::string until_nul(ByteSpan body) {
  const std::string_view text = as_text(body);
  return std::string(text.substr(0, text.find('\0')));
}

bool fits(const Xattr& xattr) {
  return !xattr.name.empty() && xattr.name.size() <= kMaxNameLength &&
         xattr.name.find('\0') == std::string::npos &&
         xattr.value.size() <= XattrSet::kMaxValueSize;
}

// Whether data follows a header of that type; for hard links, see TarMemberReader::link_size().
bool has_data(char type) { return type < '1' || type > '6'; }

}  // namespace

bool TarMemberReader::is_extended(char type) {
  return type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K';
}

void TarMemberReader::add_extended(char type, ByteSpan body) {
  if (type == 'L') {
    gnu_path_ = until_nul(body);
  } else if (type == 'K') {
    gnu_link_path_ = until_nul(body);
  } else if (type == 'g') {
    add_global(body);
  } else {
    if (!local_) begin_local();
    if (const auto added = local_->add(body); !added) {
      early_notes_.push_back({Warning::Severity::kChanged, added.error().message});
    }
  }
}

void TarMemberReader::add_global(ByteSpan body) {
  PaxAttributes attributes = std::exchange(global_, {});
  if (const auto added = attributes.add(body); !added) {
    early_notes_.push_back({Warning::Severity::kChanged, added.error().message});
  }
  if (attributes.cost() > kMaxGlobalCost) {
    attributes = {};
    early_notes_.push_back(
        {Warning::Severity::kChanged,
         fmt::format("the global pax headers before it exceed {} bytes and are ignored",
                     kMaxGlobalCost)});
  }
  set_global(std::move(attributes));
}

void TarMemberReader::set_global(PaxAttributes attributes) {
  global_ = std::move(attributes);
  global_cost_ = global_.entry_cost();
  repeated_cost_ += global_.cost();
  global_xattrs_.reset();
}

// A member's attributes are the global ones, except for records that no entry has.
void TarMemberReader::begin_local() {
  PaxRecords others = std::exchange(global_.others, {});
  local_ = global_;
  global_.others = std::move(others);
}

Result<Next> TarMemberReader::begin(const TarBlock& block) {
  entry_ = TarEntry();
  repeated_cost_ += global_cost_;
  is_volume_label_ = block.type() == 'V';
  entry_.notes = std::exchange(early_notes_, {});
  read_names(block);
  read_type(block);
  entry_.metadata.permissions = static_cast<std::uint16_t>(block.mode().value_or(0) & 07777);
  read_owner(block);
  read_time(block);
  read_xattrs();
  read_device(block);
  ZVFS_TRY(read_size(block));
  const Next next = ZVFS_TRY(read_sparse(block));
  has_link_data_ = local_ && link_size_ > 0;
  if (local_) entry_.other_records = std::move(local_->others);
  local_.reset();
  gnu_path_.reset();
  gnu_link_path_.reset();
  return next;
}

void TarMemberReader::read_names(const TarBlock& block) {
  const PaxAttributes& said = pax();
  if (said.sparse_path) {
    entry_.path = *said.sparse_path;
  } else if (said.path) {
    entry_.path = *said.path;
  } else {
    entry_.path = gnu_path_ ? *std::move(gnu_path_) : block.path();
  }
  if (said.link_path) {
    entry_.link_path = *said.link_path;
  } else {
    entry_.link_path = gnu_link_path_ ? *std::move(gnu_link_path_) : std::string(block.link_name());
  }
}

void TarMemberReader::read_type(const TarBlock& block) {
  const char type = block.type();
  if (type >= '1' && type <= '6') {
    entry_.type = static_cast<Type>(type);
  } else if (type == 'D') {  // of an incremental dump; its data are the names in it
    entry_.type = Type::kDirectory;
  } else {
    // The older programs mark a directory by the slash alone, but none gives a directory holes.
    const bool has_holes = type == 'S' || pax().sparse_real_size;
    entry_.type = entry_.path.ends_with('/') && !has_holes ? Type::kDirectory : Type::kFile;
    if (type == 'M') {
      note("is the rest of a file that begins in another volume; shown as a file of its own");
    } else if (type != '0' && type != '\0' && type != '7' && type != 'S') {
      note(fmt::format("unknown type '{}', treated as a regular file",
                       shown_name(std::string_view(&type, 1))));
    }
  }
}

void TarMemberReader::read_owner(const TarBlock& block) {
  entry_.metadata.uid = id_of(pax().uid, block.uid(), "uid");
  entry_.metadata.gid = id_of(pax().gid, block.gid(), "gid");
  entry_.user_name = pax().user_name.value_or(std::string(block.user_name()));
  entry_.group_name = pax().group_name.value_or(std::string(block.group_name()));
}

// From a pax record or the header's field, which may be negative: GNU tar writes -2 unchanged.
std::uint32_t TarMemberReader::id_of(std::optional<std::uint64_t> pax,
                                     std::optional<std::int64_t> header, std::string_view what) {
  if (pax && *pax <= std::numeric_limits<std::uint32_t>::max()) {
    return static_cast<std::uint32_t>(*pax);
  }
  if (!pax && header && *header >= std::numeric_limits<std::int32_t>::min() &&
      *header <= std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    return static_cast<std::uint32_t>(*header);
  }
  note(fmt::format("its {} exceeds 32 bits and becomes {}", what, kNobody));
  return kNobody;
}

void TarMemberReader::read_time(const TarBlock& block) {
  if (pax().mtime) {
    entry_.metadata.mtime = *pax().mtime;
  } else if (const auto mtime = block.mtime()) {
    entry_.metadata.mtime.seconds = *mtime;
  } else {
    note("its time is not a number and becomes 1970");
  }
}

// star has large numbers in records.
void TarMemberReader::read_device(const TarBlock& block) {
  const auto number = [](std::optional<std::uint64_t> pax, std::optional<std::int64_t> header) {
    return static_cast<std::uint32_t>(pax ? *pax : static_cast<std::uint64_t>(header.value_or(0)));
  };
  entry_.device_major = number(pax().device_major, block.device_major());
  entry_.device_minor = number(pax().device_minor, block.device_minor());
}

void TarMemberReader::read_xattrs() {
  if (!local_ && !global_xattrs_) global_xattrs_ = xattrs_of(global_);
  const MemberXattrs found = local_ ? xattrs_of(*local_) : *global_xattrs_;
  entry_.xattrs = found.set;
  for (const std::string& text : found.notes) note(text);
  // The header may have the owning group's bits there, as libarchive writes them.
  if (found.permissions) {
    entry_.metadata.permissions = (entry_.metadata.permissions & 07000) | *found.permissions;
  }
}

TarMemberReader::MemberXattrs TarMemberReader::xattrs_of(const PaxAttributes& said) {
  MemberXattrs result;
  std::vector<Xattr> xattrs;
  for (const auto& [name, value] : said.xattrs) {
    const ByteSpan bytes = as_bytes(value);
    xattrs.push_back({name, ByteVector(bytes.begin(), bytes.end())});
  }
  // Programs that write both forms write the same value in both.
  for (const auto& [name, value] : said.encoded_xattrs) {
    if (said.xattrs.contains(name)) continue;
    const ByteSpan bytes = as_bytes(value);
    xattrs.push_back({name, ByteVector(bytes.begin(), bytes.end())});
  }
  add_acl(kAccessAclName, said.access_acl, xattrs, result);
  add_acl(kDefaultAclName, said.default_acl, xattrs, result);
  if (std::erase_if(xattrs, [](const Xattr& xattr) { return !fits(xattr); }) > 0) {
    result.notes.emplace_back("an extended attribute exceeds the limits of Linux; left out");
  }
  if (!xattrs.empty()) result.set = XattrSet(std::move(xattrs));
  return result;
}

void TarMemberReader::add_acl(std::string_view name, const std::optional<std::string>& text,
                              std::vector<Xattr>& xattrs, MemberXattrs& result) {
  if (!text) return;
  auto xattr = acl_xattr(*text);
  if (!xattr) {
    result.notes.push_back(shown_name(xattr.error().message) + "; left out");
    return;
  }
  std::erase_if(xattrs, [&](const Xattr& other) { return other.name == name; });
  if (xattr->empty()) return;
  if (name == kAccessAclName) {
    result.permissions = acl_permissions(*xattr);
    if (is_minimal_acl(*xattr)) return;
  }
  xattrs.push_back({std::string(name), *std::move(xattr)});
}

Result<void> TarMemberReader::read_size(const TarBlock& block) {
  link_size_ = 0;
  const auto header = block.size();
  if (!pax().size && (!header || *header < 0)) {
    return fail(ErrorCode::kCorrupt, "its size is not a number");
  }
  const std::uint64_t size = pax().size ? *pax().size : static_cast<std::uint64_t>(*header);
  if (size > kMaxFileSize) return fail(ErrorCode::kCorrupt, "its size {} is too large", size);
  if (entry_.type == Type::kHardLink) link_size_ = size;
  if (has_data(block.type())) entry_.data_size = size;
  if (entry_.type == Type::kFile) entry_.size = size;
  return {};
}

Result<Next> TarMemberReader::read_sparse(const TarBlock& block) {
  if (entry_.type != Type::kFile) return Next::kNothing;
  if (block.type() == 'S' && (block.is_gnu() || block.is_star())) return read_old_sparse(block);
  if (!pax().sparse_real_size) return Next::kNothing;
  entry_.sparse = true;
  if (*pax().sparse_real_size > kMaxFileSize) {
    return fail(ErrorCode::kCorrupt, "its size {} is too large", *pax().sparse_real_size);
  }
  map_.begin(*pax().sparse_real_size);
  if (pax().sparse_major.value_or(0) >= 1) return Next::kMapBlock;
  const std::vector<std::uint64_t>& numbers = pax().sparse_map;
  if (numbers.size() % 2 != 0) return fail(ErrorCode::kCorrupt, "its sparse map is truncated");
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    ZVFS_TRY(map_.add(numbers[i], numbers[i + 1]));
  }
  return Next::kNothing;
}

// The formats with the map in the header and blocks behind it: GNU tar's old one, and star's.
Result<Next> TarMemberReader::read_old_sparse(const TarBlock& block) {
  is_star_sparse_ = !block.is_gnu();
  const auto real_size = block.sparse_real_size();
  const bool has_record = is_star_sparse_ && pax().star_real_size;
  if (!has_record && (!real_size || *real_size < 0)) {
    return fail(ErrorCode::kCorrupt, "its size with holes is not a number");
  }
  entry_.sparse = true;
  map_.begin(has_record ? *pax().star_real_size : static_cast<std::uint64_t>(*real_size));
  if (map_.real_size() > kMaxFileSize) {
    return fail(ErrorCode::kCorrupt, "its size {} is too large", map_.real_size());
  }
  for (std::size_t i = 0; i < TarBlock::kSparseInHeader; ++i) {
    if (const auto run = block.sparse_run(i)) ZVFS_TRY(add_run(*run));
  }
  return block.sparse_continues() ? Next::kSparseBlock : Next::kNothing;
}

Result<void> TarMemberReader::add_run(const TarBlock::Run& run) {
  if (run.offset < 0 || run.length < 0) {
    return fail(ErrorCode::kCorrupt, "its sparse map has a negative number");
  }
  return map_.add(static_cast<std::uint64_t>(run.offset), static_cast<std::uint64_t>(run.length));
}

Result<Next> TarMemberReader::add_sparse_block(const TarBlock& block) {
  if (is_star_sparse_) ZVFS_TRY(take_map_block());
  for (std::size_t i = 0; i < TarBlock::kSparseInBlock; ++i) {
    if (const auto run = block.more_sparse_run(i)) ZVFS_TRY(add_run(*run));
  }
  return block.more_sparse_continues() ? Next::kSparseBlock : Next::kNothing;
}

Result<Next> TarMemberReader::add_map_block(ByteSpan block) {
  ZVFS_TRY(take_map_block());
  return ZVFS_TRY(map_.add_text(block)) ? Next::kNothing : Next::kMapBlock;
}

// The size in the header counts these blocks, too.
Result<void> TarMemberReader::take_map_block() {
  if (entry_.data_size < kTarBlockSize) {
    return fail(ErrorCode::kCorrupt, "its sparse map exceeds its data");
  }
  entry_.data_size -= kTarBlockSize;
  return {};
}

Result<void> TarMemberReader::finish(std::uint64_t stream_offset) {
  entry_.data_begin = stream_offset;
  if (!entry_.sparse) return {};
  if (map_.data_size() != entry_.data_size) {
    return fail(ErrorCode::kCorrupt, "its sparse map covers {} bytes, but its data has {}",
                map_.data_size(), entry_.data_size);
  }
  entry_.size = map_.real_size();
  entry_.sparse = map_.data_size() != map_.real_size();
  if (!entry_.sparse) return {};
  entry_.extents = map_.take_extents();
  for (ExtentRecord& extent : entry_.extents) {
    extent.stream_offset = stream_offset;
    stream_offset += extent.length;
  }
  return {};
}

void TarMemberReader::note(std::string message) {
  entry_.notes.push_back({Warning::Severity::kChanged, std::move(message)});
}

}  // namespace zvfs
