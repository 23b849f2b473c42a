#pragma once

#include <cstdint>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "format/image.h"
#include "zvfs/extract/attribute_restorer.h"
#include "zvfs/extract/extract_batch.h"
#include "zvfs/extract/extract_options.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/extract/node_maker.h"
#include "zvfs/extract/output_tree.h"

namespace zvfs {

/// A piece of a file's data, and where it goes.
struct FilePiece {
  std::uint64_t offset;  ///< In the file, in bytes.
  ByteSpan bytes;
};

/// Makes the files of an extraction. What fails is told to the report, by name, and no part of
/// such a file is left behind. Lets go of an item's directory as soon as the item is done, so
/// that the directory can be finished. Thread-safe, but an item belongs to one thread, unless it
/// is piecewise.
class ItemWriter {
 public:
  /// Borrows all.
  ItemWriter(const Image& image, OutputTree& output, const AttributeRestorer& restorer,
             const ExtractOptions& options, ExtractReport& report)
      : image_(image), output_(output), restorer_(restorer), options_(options), report_(report) {}

  /// Makes the item, which may be of any type, at one go.
  void write_whole(ExtractItem& item);

  /// Writes one of the pieces of a regular file: of a piecewise one in any order.
  void write_piece(ExtractItem& item, const FilePiece& piece);

  /// One of the pieces cannot be had.
  void lose_piece(ExtractItem& item, const Error& error);

  /// Removes what there is of a piecewise file whose last piece will not come.
  void abandon(ExtractItem& item);

  /// Makes a further name, after all items of its batch.
  void make_link(HardLink& link);

 private:
  Result<void> make(const ExtractItem& item);
  Result<void> make_regular(const ExtractItem& item, const FilePiece* only_piece);
  Result<UniqueFd> open_new(const ExtractItem& item, int directory_fd);
  Result<void> add_piece(const ExtractItem& item, const FilePiece& piece);
  void end_piece(ExtractItem& item, const Result<void>& written);
  void end(ExtractItem& item, const Result<void>& made);
  void restore_attributes(const ExtractItem& item, int fd);
  [[nodiscard]] mode_t mode_to_make(const ExtractItem& item) const;
  [[nodiscard]] NodePlace place_of(const OutputName& where, int directory_fd) const;
  [[nodiscard]] AttributeRestorer::Failed teller(const ExtractItem& item);

  const Image& image_;
  OutputTree& output_;
  const AttributeRestorer& restorer_;
  const ExtractOptions& options_;
  ExtractReport& report_;
};

}  // namespace zvfs
