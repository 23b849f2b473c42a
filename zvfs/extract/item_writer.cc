#include "zvfs/extract/item_writer.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utility>

#include "base/file_io.h"
#include "base/units.h"
#include "zvfs/extract/piecewise_file.h"

namespace zvfs {
namespace {

Result<void> write_at(int fd, std::uint64_t offset, ByteSpan bytes) {
  return pwrite_all(fd, offset, bytes, "cannot write");
}

// Copies all data of a file, frame by frame as Image returns it, and leaves its holes.
Result<void> copy_data(const Image& image, const Inode& inode, int fd) {
  FileSegment segment;
  for (std::uint64_t offset = 0; offset < inode.record.size;) {
    segment = ZVFS_TRY(image.segment_at(inode, offset, segment.next_extent));
    const std::uint64_t end = segment.is_data ? std::min(segment.end, offset + kMiB) : segment.end;
    if (segment.is_data) {
      std::uint64_t at = offset;
      const auto slices = ZVFS_TRY(image.read(inode, offset, end - offset));
      for (const FileSlice& slice : slices) {
        ZVFS_TRY(write_at(fd, at, slice.bytes));
        at += slice.bytes.size();
      }
    }
    offset = end;
  }
  return {};
}

bool has_extents(const Inode& inode) { return inode.record.has_extent_list(); }

dev_t device_of(const Inode& inode) {
  if (!inode.record.is_device()) return 0;
  return ::makedev(inode.record.device_major(), inode.record.device_minor());
}

}  // namespace

// --- Any type, in one go

void ItemWriter::write_whole(ExtractItem& item) { end(item, make(item)); }

Result<void> ItemWriter::make(const ExtractItem& item) {
  const Inode& inode = item.inode;
  if (inode.record.is_regular()) return make_regular(item, nullptr);
  const DescriptorPtr directory = ZVFS_TRY(output_.descriptor(*item.where.directory));
  const NodePlace place = place_of(item.where, directory->get());
  const mode_t mode = mode_to_make(item);
  if (inode.record.is_symlink()) {
    const std::string target = ZVFS_TRY(image_.symlink_target(inode));
    ZVFS_TRY(make_symlink(place, target));
  } else {
    ZVFS_TRY(make_special(place, (inode.record.mode & S_IFMT) | mode, device_of(inode)));
  }
  restorer_.restore_at(directory->get(), item.where.name, inode, item.where.directory->surroundings,
                       mode, teller(item));
  return {};
}

Result<void> ItemWriter::make_regular(const ExtractItem& item, const FilePiece* only_piece) {
  const DescriptorPtr directory = ZVFS_TRY(output_.descriptor(*item.where.directory));
  NewFile file = ZVFS_TRY(open_new(item, directory));
  ZVFS_TRY(only_piece != nullptr ? write_at(file.fd(), only_piece->offset, only_piece->bytes)
                                 : copy_data(image_, item.inode, file.fd()));
  restore_attributes(item, file.fd());
  return file.keep();
}

Result<NewFile> ItemWriter::open_new(const ExtractItem& item, DescriptorPtr directory) {
  const NodePlace place = place_of(item.where, directory->get());
  NewFile file(std::move(directory), item.where.name);
  file.made(ZVFS_TRY(make_file(place, mode_to_make(item))));
  // The file may end in a hole, and pieces may come in any order.
  if (has_extents(item.inode) || item.piecewise != nullptr) {
    if (::ftruncate(file.fd(), static_cast<off_t>(item.inode.record.size)) != 0) {
      return fail_errno(errno, "cannot set its size");
    }
  }
  return file;
}

// --- Piece by piece

void ItemWriter::write_piece(ExtractItem& item, const FilePiece& piece) {
  if (item.piecewise == nullptr) return end(item, make_regular(item, &piece));
  end_piece(item, item.piecewise->has_failed() ? Result<void>() : add_piece(item, piece));
}

void ItemWriter::lose_piece(ExtractItem& item, const Error& error) {
  const Result<void> lost = Unexpected(error);
  if (item.piecewise == nullptr) return end(item, lost);
  end_piece(item, lost);
}

Result<void> ItemWriter::add_piece(const ExtractItem& item, const FilePiece& piece) {
  const auto open = [&]() -> Result<NewFile> {
    return open_new(item, ZVFS_TRY(output_.descriptor(*item.where.directory)));
  };
  const int fd = ZVFS_TRY(item.piecewise->open_once(open));
  if (fd >= 0) ZVFS_TRY(write_at(fd, piece.offset, piece.bytes));
  return {};
}

void ItemWriter::end_piece(ExtractItem& item, const Result<void>& written) {
  if (!written && item.piecewise->fail()) report_.lost(item.where.path(), written.error());
  if (!item.piecewise->finish_piece()) return;
  if (item.piecewise->has_failed()) return abandon(item);
  NewFile file = item.piecewise->close();
  restore_attributes(item, file.fd());
  end(item, file.keep());
}

void ItemWriter::abandon(ExtractItem& item) noexcept {
  if (item.piecewise == nullptr || !item.where.directory) return;
  item.piecewise->close();  // and removes it, before the directory is finished
  item.where.directory = {};
}

void ItemWriter::lose_unfinished(ExtractItem& item) {
  if (!item.where.directory) return;
  if (item.piecewise == nullptr || item.piecewise->fail()) {
    report_.lost(item.where.path(), {ErrorCode::kCorrupt, "the frames do not hold all its data"});
  }
  abandon(item);
  item.where.directory = {};
}

// --- The end

void ItemWriter::end(ExtractItem& item, const Result<void>& made) {
  if (made) {
    if (item.first_name) item.first_name->is_restored = true;
    if (item.inode.record.is_regular()) report_.bytes_done += item.inode.record.size;
  } else if (item.inode.record.is_device() && made.error().code == ErrorCode::kUnsupported) {
    report_.incomplete(item.where.path(), made.error().message);
  } else {
    report_.lost(item.where.path(), made.error());
  }
  item.where.directory = {};
}

void ItemWriter::make_link(HardLink& link) {
  const auto make = [&]() -> Result<void> {
    const OutputName& target = link.target->where;
    if (!link.target->is_restored) {
      return fail(ErrorCode::kIo, "hard link to {}, which was not restored", target.path());
    }
    const DescriptorPtr directory = ZVFS_TRY(output_.descriptor(*link.where.directory));
    const DescriptorPtr target_directory = ZVFS_TRY(output_.descriptor(*target.directory));
    return zvfs::make_link(place_of(link.where, directory->get()), target_directory->get(),
                           target.name);
  };
  if (const Result<void> made = make(); !made) report_.lost(link.where.path(), made.error());
  link.where.directory = {};
}

// --- Attributes

void ItemWriter::restore_attributes(const ExtractItem& item, int fd) {
  restorer_.restore(fd, item.inode, item.where.directory->surroundings, mode_to_make(item),
                    teller(item));
}

mode_t ItemWriter::mode_to_make(const ExtractItem& item) const {
  return restorer_.mode_to_make(item.inode, item.where.directory->surroundings);
}

NodePlace ItemWriter::place_of(const OutputName& where, int directory_fd) const {
  return {.directory_fd = directory_fd, .name = where.name, .existing = options_.existing};
}

AttributeRestorer::Failed ItemWriter::teller(const ExtractItem& item) {
  return [&](std::string_view what) { report_.incomplete(item.where.path(), what); };
}

}  // namespace zvfs
