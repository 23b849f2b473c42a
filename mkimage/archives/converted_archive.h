#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/archives/entry_filter.h"
#include "tar/tar_entry.h"
#include "tar/tar_writer.h"

namespace zvfs {

/// An archive of any format as the pax archive that we would write: its members in the same order,
/// with the rules for entries applied. Not thread-safe.
class ConvertedArchive final : public ByteStream {
 public:
  /// Borrows rules, what goes to the index alone, and warnings.
  ConvertedArchive(std::unique_ptr<ArchiveReader> reader, const EntryRules& rules,
                   IndexExtras& index_extras, Warnings& warnings)
      : reader_(std::move(reader)),
        filter_(rules, warnings),
        warnings_(warnings),
        out_(index_extras, warnings) {}

  /// Errors: those of ArchiveReader; a member whose data cannot be read has zeros in its place,
  /// and is reported.
  Result<ByteSpan> next() override;

 private:
  // Of files without data, but with several names, all but the first, by the first as the source
  // has it: in cpio archives the data may come with the last name.
  using Links = std::map<std::string, std::vector<std::string>>;

  Result<void> read_member();
  void begin(archive_entry* member);
  void begin_file_with_links(TarEntry entry, Links::iterator first);
  void begin_data(TarEntry entry);
  Result<void> read_data();
  Result<void> read_block();
  void finish_data();

  std::unique_ptr<ArchiveReader> reader_;
  EntryFilter filter_;
  Warnings& warnings_;
  TarWriter out_;
  std::size_t given_ = 0;  // of out_, by the last call
  bool source_ended_ = false;
  bool ended_ = false;

  TarEntry entry_;  // whose data is read
  bool in_data_ = false;
  bool data_ended_ = false;
  std::uint64_t position_ = 0;   // in its data
  std::uint64_t zeros_end_ = 0;  // until there it is zeros, and behind them:
  ByteSpan block_;               // of the reader's

  Links links_;
  std::vector<std::string> links_behind_;  // to the file whose data is read
};

}  // namespace zvfs
