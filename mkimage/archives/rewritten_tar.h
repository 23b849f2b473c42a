#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/archives/entry_filter.h"
#include "mkimage/archives/image_extras.h"
#include "mkimage/archives/left_out_files.h"
#include "tar/tar_parser.h"
#include "tar/tar_writer.h"

namespace zvfs {

/// A tar archive with the rules for entries applied: members are left out, and the headers of the
/// others written anew, in the order of the source, before what the rules add. What is no member is
/// left out, too. Of a file that is left out, the first hard link that is not becomes the file.
/// Not thread-safe.
class RewrittenTar final : public ByteStream {
 public:
  /// Borrows rules, what goes to the index alone, and warnings. `extras` are those of the image
  /// that the source is.
  RewrittenTar(std::unique_ptr<ByteStream> source, const EntryRules& rules, ImageExtras extras,
               IndexExtras& index_extras, Warnings& warnings)
      : source_(std::move(source)),
        extras_(std::move(extras)),
        filter_(rules, warnings),
        warnings_(warnings),
        out_(index_extras, warnings) {}

  /// Errors: those of the source, of TarParser and of EntryFilter.
  Result<ByteSpan> next() override;

 private:
  // What becomes of the data of the member that the parser is in.
  enum class Data : std::uint8_t { kSkip, kCopy, kKeep };

  Result<bool> read();
  Result<void> end();
  void add_index_extras();
  void add_member(TarEntry entry);
  void add_link_to_left_out(TarEntry link);
  void leave_out(const TarEntry& entry);
  [[nodiscard]] bool apply_rules(TarEntry& entry);
  void append(const TarEntry& entry);
  Result<void> append_kept_data();

  std::unique_ptr<ByteStream> source_;
  ImageExtras extras_;
  EntryFilter filter_;
  Warnings& warnings_;
  TarParser parser_;
  PaxRecords global_records_;  // as they were appended
  ByteSpan unread_;            // of the source's last run
  TarWriter out_;
  Data data_ = Data::kSkip;
  LeftOutFiles left_out_;
  std::uint64_t kept_begin_ = 0;  // in left_out_, of data that is to be appended
  std::uint64_t kept_size_ = 0;
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace zvfs
