#include "mkimage/archives/rewritten_tar.h"

#include <algorithm>
#include <utility>

#include "base/path_names.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

using Severity = Warning::Severity;
using Type = TarMember::Type;

}  // namespace

Result<ByteSpan> RewrittenTar::next() {
  out_.drop_front(out_.bytes().size());
  while (out_.bytes().empty() && !ended_) {
    if (kept_size_ > 0) {
      ZVFS_TRY(append_kept_data());
    } else if (source_ended_ || !ZVFS_TRY(read())) {
      ZVFS_TRY(end());
    }
  }
  return out_.bytes();
}

// Appends a part of what follows the members of the source.
Result<void> RewrittenTar::end() {
  if (!std::exchange(source_ended_, true)) {
    ZVFS_TRY(parser_.finish());
    add_index_extras();
  }
  if (ZVFS_TRY(filter_.append_more(out_))) return {};
  out_.append_zeros(kTarEndSize);
  ended_ = true;
  return {};
}

void RewrittenTar::add_index_extras() {
  for (TarEntry& socket : extras_.sockets) {
    if (filter_.apply(socket)) append(socket);
  }
  extras_ = {};
}

// Takes of a run of the source what makes a run here; false at the end.
Result<bool> RewrittenTar::read() {
  if (unread_.empty()) unread_ = ZVFS_TRY(source_->next());
  if (unread_.empty()) return false;
  while (!unread_.empty() && kept_size_ == 0 && out_.bytes().size() < kStreamRunSize) {
    const TarParser::Step step = ZVFS_TRY(parser_.take(unread_));
    const ByteSpan bytes = unread_.first(step.size);
    unread_ = unread_.subspan(step.size);
    if (step.part == TarParser::Part::kData && data_ == Data::kCopy) out_.append_bytes(bytes);
    if (step.part == TarParser::Part::kData && data_ == Data::kKeep) left_out_.append(bytes);
    if (step.member != nullptr) add_member(*step.member);
  }
  return true;
}

void RewrittenTar::add_member(TarEntry entry) {
  data_ = Data::kSkip;
  if (entry.type == Type::kHardLink && filter_.leaves_out(entry.link_path)) {
    return add_link_to_left_out(std::move(entry));
  }
  if (!extras_.xattrs.empty() && entry.type != Type::kHardLink) {
    const auto all = extras_.xattrs.find(plain_path(entry.path));
    if (all != extras_.xattrs.end()) entry.xattrs = *all->second;
  }
  if (!apply_rules(entry)) return leave_out(entry);
  append(entry);
  if (entry.type == Type::kFile) data_ = Data::kCopy;
}

// Keeps what later hard links may name.
void RewrittenTar::leave_out(const TarEntry& entry) {
  if (entry.type == Type::kFile) {
    left_out_.add(entry);
    data_ = Data::kKeep;
  } else if (entry.type == Type::kHardLink) {
    left_out_.set_name(plain_path(entry.path), filter_.placed(entry.link_path));
  }
}

void RewrittenTar::add_link_to_left_out(TarEntry link) {
  const std::string path = plain_path(link.path);
  const std::string target = plain_path(link.link_path);
  if (filter_.leaves_out(link.path)) return left_out_.add_link(path, target);
  if (const auto name = left_out_.name_of(target)) {
    link.link_path.clear();
    link.type = Type::kFile;  // so the rules place no link target
    if (!apply_rules(link)) return;
    link.type = Type::kHardLink;
    link.link_path = *name;
    return append(link);
  }
  auto file = left_out_.find(target);
  if (!file) {
    return warnings_.report(Severity::kChanged, link.path,
                            fmt::format("left out: hard link to '{}', which is left out: {}",
                                        shown_name(link.link_path), file.error().message));
  }
  file->path = link.path;
  if (!apply_rules(*file)) return;
  append(*file);
  left_out_.set_name(target, file->path);
  kept_begin_ = file->data_begin;
  kept_size_ = tar_padded(file->data_size);
}

bool RewrittenTar::apply_rules(TarEntry& entry) {
  if (!filter_.apply(entry)) return false;
  for (TarEntry::Note& note : std::exchange(entry.notes, {})) {
    warnings_.report(note.severity, entry.path, std::move(note.message));
  }
  return true;
}

void RewrittenTar::append(const TarEntry& entry) {
  filter_.append_parents(out_);
  if (parser_.global_records() != global_records_) {
    global_records_ = parser_.global_records();
    if (!global_records_.empty()) out_.append_global(global_records_);
  }
  out_.append(entry);
}

Result<void> RewrittenTar::append_kept_data() {
  const std::uint64_t size = std::min(kept_size_, kStreamRunSize);
  ZVFS_TRY(left_out_.read(kept_begin_, out_.append_zeros(static_cast<std::size_t>(size))));
  kept_begin_ += size;
  kept_size_ -= size;
  return {};
}

}  // namespace zvfs
