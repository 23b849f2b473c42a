#include "mkimage/rewritten_tar.h"

#include <utility>

namespace zvfs {

Result<ByteSpan> RewrittenTar::next() {
  out_.clear();
  while (out_.empty() && !ended_) {
    if (source_ended_ || !ZVFS_TRY(read())) ZVFS_TRY(end());
  }
  return ByteSpan(out_);
}

// Appends a part of what follows the members of the source.
Result<void> RewrittenTar::end() {
  if (!std::exchange(source_ended_, true)) ZVFS_TRY(parser_.finish());
  if (ZVFS_TRY(filter_.append_more(out_))) return {};
  out_.resize(kTarEndSize);
  ended_ = true;
  return {};
}

// Takes a run of the source; false when there is none.
Result<bool> RewrittenTar::read() {
  ByteSpan bytes = ZVFS_TRY(source_->next());
  if (bytes.empty()) return false;
  while (!bytes.empty()) {
    const TarParser::Step step = ZVFS_TRY(parser_.take(bytes));
    if (step.part == TarParser::Part::kData && copies_data_) {
      out_.insert(out_.end(), bytes.begin(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(step.size));
    }
    if (step.member != nullptr) add_member(*step.member);
    bytes = bytes.subspan(step.size);
  }
  return true;
}

void RewrittenTar::add_member(TarEntry entry) {
  copies_data_ = false;
  if (!filter_.apply(entry)) return;
  for (TarEntry::Note& note : entry.notes) {
    troubles_.report(note.severity, entry.path, std::move(note.message));
  }
  filter_.append_parents(out_);
  append_entry_headers(entry, out_);
  copies_data_ = entry.type == TarMember::Type::kFile;
}

}  // namespace zvfs
