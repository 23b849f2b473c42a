#include "tar/tar_writer.h"

#include <utility>

#include "tar/pax_records.h"
#include "tar/tar_header.h"

namespace zvfs {

void TarWriter::append(const TarEntry& entry) {
  if (entry.type == TarMember::Type::kSocket) return index_extras_.add_socket(entry);
  std::string path = entry.path;
  if (entry.type == TarMember::Type::kDirectory && !path.ends_with('/')) path += '/';
  append(member_of(entry, path));
}

void TarWriter::append(const TarMember& member) {
  const std::uint64_t begin = std::exchange(global_begin_, std::nullopt).value_or(position());
  const PaxFit fit = append_tar_header(member, bytes_);
  if (fit == PaxFit::kWhole) return;
  warnings_.report(Warning::Severity::kNote, member.path, std::string(kXattrsBeyondTar));
  index_extras_.set_xattrs(
      begin, XattrSet(std::vector<Xattr>(member.xattrs.begin(), member.xattrs.end())));
}

void TarWriter::append_global(const PaxRecords& records) {
  if (!global_begin_) global_begin_ = position();
  append_global_header(records, bytes_);
}

MutableByteSpan TarWriter::append_zeros(std::size_t size) {
  bytes_.resize(bytes_.size() + size);
  return MutableByteSpan(bytes_).last(size);
}

void TarWriter::drop_front(std::size_t size) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
  dropped_ += size;
}

}  // namespace zvfs
