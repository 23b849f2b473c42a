#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/byte_stream.h"
#include "mkimage/entry_filter.h"
#include "mkimage/tar_parser.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// A tar archive with the rules for entries applied: members are left out, and the headers of the
/// others written anew, in the order of the source, before what the rules add. What is no member is
/// left out, too.
/// Not thread-safe.
class RewrittenTar final : public ByteStream {
 public:
  /// Borrows rules and troubles.
  RewrittenTar(std::unique_ptr<ByteStream> source, const EntryRules& rules, Troubles& troubles)
      : source_(std::move(source)), filter_(rules, troubles), troubles_(troubles) {}

  /// Errors: those of the source, of TarParser and of EntryFilter.
  Result<ByteSpan> next() override;

 private:
  Result<bool> read();
  Result<void> end();
  void add_member(TarEntry entry);

  std::unique_ptr<ByteStream> source_;
  EntryFilter filter_;
  Troubles& troubles_;
  TarParser parser_;
  ByteVector out_;
  bool copies_data_ = false;  // of the member that the parser is in
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace zvfs
