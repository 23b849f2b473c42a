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

/// A piece of a file's data and its place in the file.
struct FilePiece {
  std::uint64_t offset;  ///< In the file, in bytes.
  ByteSpan bytes;
};

/// Makes the files of an extraction. Reports a file that fails by its path, and leaves no part of
/// it behind, nor when an exception (no memory) ends the work. Releases an item's directory as soon
/// as the item is done, so that the directory can be finished. Thread-safe, but an item belongs to
/// one thread unless it is piecewise.
class ItemWriter {
 public:
  /// Borrows all.
  ItemWriter(const Image& image, OutputTree& output, const AttributeRestorer& restorer,
             const ExtractOptions& options, ExtractReport& report)
      : image_(image), output_(output), restorer_(restorer), options_(options), report_(report) {}

  /// Makes an item of any type in one go.
  void write_whole(ExtractItem& item);

  /// Writes a piece of a regular file. Pieces of a piecewise file may come in any order.
  void write_piece(ExtractItem& item, const FilePiece& piece);

  /// A piece cannot be read.
  void lose_piece(ExtractItem& item, const Error& error);

  /// Removes an incomplete piecewise file whose remaining pieces will not come.
  static void abandon(ExtractItem& item) noexcept;

  /// Reports a file as lost if it is neither made nor reported yet, and removes what there is of
  /// it. Call when no piece of the batch is left.
  void lose_unfinished(ExtractItem& item);

  /// Makes another name of a file. Call after all items of the batch.
  void make_link(HardLink& link);

 private:
  Result<void> make(const ExtractItem& item);
  Result<void> make_regular(const ExtractItem& item, const FilePiece* only_piece);
  Result<NewFile> open_new(const ExtractItem& item, DescriptorPtr directory);
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
