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

/// A tar archive with the rules for entries applied. Excluded members are left out, and so are
/// bytes that belong to no member. The headers of the others are written anew, in the order of the
/// source, followed by the members that the rules add. If a file is left out, the first hard link
/// to it that is not becomes the file. Not thread-safe.
class RewrittenTar final : public ByteStream {
 public:
  /// Borrows rules, index extras and warnings. `extras` are those of the source, if it is an image.
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
  // What to do with the data of the parser's current member.
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
  std::uint64_t kept_begin_ = 0;  // of the data to append, in left_out_
  std::uint64_t kept_size_ = 0;
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace zvfs
