#include "zvfs/check/stream_check.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <archive_entry.h>

#include "mkimage/archives/archive_reader.h"
#include "zvfs/check/foreign_stream_check.h"
#include "zvfs/check/member_comparison.h"
#include "zvfs/check/table_scan.h"
#include "zvfs/check/tar_stream.h"
#include "zvfs/walk/dentry_finder.h"

namespace zvfs {
namespace {

class StreamCheck {
 public:
  StreamCheck(const CheckContext& context, const Image& image)
      : context_(context),
        image_(image),
        finder_(image),
        seen_(image.raw().index().rows(Table::kDentries)) {}

  void run() {
    if (const auto done = read_stream(); !done) {
      return context_.problems.add("tar stream: {}", done.error().message);
    }
    check_end();
    for (const auto& [row, message] : differences_) {
      context_.problems.add("tar stream: {}", message);
    }
  }

 private:
  Result<void> read_stream() {
    auto owned = std::make_unique<TarStream>(image_, context_.threads);
    const TarStream& stream = *owned;
    const auto tar = ZVFS_TRY(ArchiveReader::open(std::move(owned), ArchiveReader::Formats::kTar));
    ZVFS_TRY(compare_members(*tar));
    if (!stream.is_exhausted()) {
      context_.problems.add("tar stream: the archive ends before its last frame");
    }
    return {};
  }

  Result<void> compare_members(ArchiveReader& tar) {
    while (archive_entry* const entry = ZVFS_TRY(tar.next())) {
      const char* const name = ::archive_entry_pathname(entry);
      const std::string path = name == nullptr ? "" : name;
      const std::uint64_t offset = tar.header_offset();
      if (context_.progress != nullptr)
        context_.progress->add(offset - std::exchange(last_offset_, offset));
      const auto found = finder_.find(path);
      if (!found) {
        context_.problems.add("tar stream: {} (at {}): {}", path, offset, found.error().message);
        continue;
      }
      const auto same = MemberComparison(image_, finder_, tar, *found).compare(entry);
      note(*found, same ? "" : fmt::format("{} (at {}): {}", path, offset, same.error().message));
    }
    return {};
  }

  // The last of several members with the same name counts, as in extraction.
  void note(const FoundDentry& found, std::string difference) {
    if (found.row != FoundDentry::kRoot) seen_[found.row] = true;
    if (difference.empty()) {
      differences_.erase(found.row);
    } else {
      differences_.insert_or_assign(found.row, std::move(difference));
    }
  }

  void check_end() {
    IndexReader::Cursor strings(image_.raw().index());
    TableScan<DentryRecord> rows(image_.raw(), Table::kDentries);
    while (rows.next()) {
      const DentryRecord& dentry = rows.record();
      if (seen_[rows.row()] || dentry.type == FileType::kSocket) continue;
      const auto name = strings.bytes(Table::kStrings, dentry.name_offset, dentry.name_length);
      context_.problems.add("tar stream: dentry {} (inode {}, '{}') has no member", rows.row(),
                            dentry.inode, name ? as_text(*name) : "");
    }
  }

  const CheckContext& context_;
  const Image& image_;
  DentryFinder finder_;
  std::uint64_t last_offset_ = 0;                     // of the last member in the stream
  std::vector<bool> seen_;                            // dentries with a member
  std::map<std::uint64_t, std::string> differences_;  // of the last member, by dentry
};

}  // namespace

void check_stream(const CheckContext& context, const Image& image) {
  const bool is_foreign = (image.header().compat & IndexHeader::kForeignStream) != 0;
  if (is_foreign) return check_foreign_stream(context, image);
  StreamCheck(context, image).run();
}

}  // namespace zvfs
