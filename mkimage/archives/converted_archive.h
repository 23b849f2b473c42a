#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/archives/entry_filter.h"
#include "mkimage/archives/member_source.h"
#include "tar/tar_entry.h"
#include "tar/tar_writer.h"

namespace zvfs {

/// Converts an archive of any format to the pax archive that we would write: its members in the
/// same order, with the rules for entries applied. Not thread-safe.
class ConvertedArchive final : public ByteStream {
 public:
  /// Borrows rules, index extras and warnings.
  ConvertedArchive(std::unique_ptr<MemberSource> source, const EntryRules& rules,
                   IndexExtras& index_extras, Warnings& warnings)
      : source_(std::move(source)),
        filter_(rules, warnings),
        warnings_(warnings),
        out_(index_extras, warnings) {}

  /// Errors: those of MemberSource; Corrupt (more than 1 GiB of data is missing), TooLarge (hard
  /// links to files of too long paths). If a member's
  /// data cannot be read, zeros replace it, and it is reported.
  Result<ByteSpan> next() override;

 private:
  // The further names of files without data, by the first name, all as in the source: in cpio
  // archives the data may come with the last name.
  using Links = std::map<std::string, std::vector<std::string>>;

  Result<void> read_member();
  Result<void> begin(SourceMember member);
  void begin_file_with_links(TarEntry entry, Links::iterator first);
  void begin_data(TarEntry entry);
  Result<void> read_data();
  Result<void> read_block();
  void finish_data();
  Result<void> append_link_behind();
  Result<void> count_link(const TarEntry& link);

  std::unique_ptr<MemberSource> source_;
  EntryFilter filter_;
  Warnings& warnings_;
  TarWriter out_;
  std::size_t given_ = 0;  // of out_, by the last call
  bool source_ended_ = false;
  bool ended_ = false;

  TarEntry entry_;  // the member being read
  bool in_data_ = false;
  bool data_ended_ = false;
  std::uint64_t missing_bytes_ = 0;  // so far, of all members
  std::uint64_t position_ = 0;       // in its data
  std::uint64_t zeros_end_ = 0;      // zeros up to here, and after them:
  ByteSpan block_;                   // of the source's

  Links links_;
  std::vector<std::string> links_behind_;  // to the file whose data was read last, in reverse order
  std::uint64_t members_ = 0;
  std::uint64_t link_paths_ = 0;  // bytes of all hard links' targets
};

}  // namespace zvfs
