#include "format/frame_reader.h"

#include <algorithm>
#include <utility>

#include "codecs/stored_frame.h"
#include "format/digests/frame_digests.h"
#include "format/task.h"

namespace zvfs {
namespace {

std::string name_of(FrameKey key, const FrameLocation& location) {
  return fmt::format("{} frame {} at {:#x}",
                     key.space == FrameKey::Space::kIndex ? "index" : "data", key.number,
                     location.offset.value);
}

Result<void> must_equal(const Sha256Digest& found, const Sha256Digest& expected) {
  if (found == expected) return {};
  return fail(ErrorCode::kCorrupt, "its bytes have the digest {}, not {}", to_text(found),
              to_text(expected));
}

}  // namespace

FrameReader::FrameReader(const ImageSource& source, std::uint64_t image_start, FrameCache& cache,
                         FrameMemory& memory, const FrameDigests* digests)
    : source_(source),
      image_start_(image_start),
      cache_(cache),
      memory_(memory),
      digests_(digests),
      gate_(std::max(cache.capacity_bytes(), kLeastDecoding)) {}

Result<void> FrameReader::read_raw(ImageOffset offset, MutableByteSpan out) const {
  return source_.read(image_start_ + offset.value, out);
}

Result<FramePtr> FrameReader::read(FrameKey key, FrameClass frame_class,
                                   const FrameLocation& location) {
  if (FramePtr frame = cache_.find(key)) return frame;
  // Before the load, not in it: others may join a load that has begun.
  if (!is_task_wanted()) return fail(ErrorCode::kCancelled, "not wanted any more");
  const ExpectedDigest digest = ZVFS_TRY(expected_digest(key));
  return cache_.load(key, frame_class, location.decoded_size, [&]() -> Result<FramePtr> {
    const DecodeGate::Pass pass(gate_,
                                FrameMemory::cost_of(location.decoded_size) + location.coded_size);
    const auto frame = std::make_shared<Frame>(memory_, location.decoded_size);
    ZVFS_TRY(decode_admitted(key, location, digest, frame->mutable_bytes()));
    return FramePtr(frame);
  });
}

Result<void> FrameReader::decode(FrameKey key, const FrameLocation& location, MutableByteSpan out) {
  const ExpectedDigest digest = ZVFS_TRY(expected_digest(key));
  const DecodeGate::Pass pass(gate_, location.coded_size);
  return decode_admitted(key, location, digest, out);
}

// Before the gate, not behind it: the digest of a data frame is in an index frame, which may have
// to be decoded first.
Result<FrameReader::ExpectedDigest> FrameReader::expected_digest(FrameKey key) const {
  if (digests_ == nullptr) return ExpectedDigest();
  return ExpectedDigest(ZVFS_TRY(digests_->of(key)));
}

Result<void> FrameReader::decode_admitted(FrameKey key, const FrameLocation& location,
                                          const ExpectedDigest& digest, MutableByteSpan out) {
  Result<void> done = is_stored(location.kind) ? read_stored(location, digest, out)
                                               : decode_coded(location, digest, out);
  if (!done) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    return Unexpected(std::move(done).error().within(name_of(key, location)));
  }
  decodes_.fetch_add(1, std::memory_order_relaxed);
  decoded_bytes_.fetch_add(location.decoded_size, std::memory_order_relaxed);
  coded_bytes_.fetch_add(location.coded_size, std::memory_order_relaxed);
  return {};
}

Result<void> FrameReader::compare(FrameKey key, const FrameLocation& location,
                                  const Sha256Digest& digest) {
  const DecodeGate::Pass pass(gate_, location.coded_size);
  std::unique_ptr<Workspace> workspace = take_workspace();
  auto coded = read_verified(location, digest, *workspace);
  return_workspace(std::move(workspace));
  if (!coded) return Unexpected(std::move(coded).error().within(name_of(key, location)));
  return {};
}

Result<void> FrameReader::read_coded(FrameKey key, const FrameLocation& location,
                                     MutableByteSpan out) const {
  const ExpectedDigest digest = ZVFS_TRY(expected_digest(key));
  ZVFS_TRY(read_raw(location.offset, out));
  if (digest) ZVFS_TRY_IN(name_of(key, location), must_equal(Sha256::of(out), *digest));
  return {};
}

Result<void> FrameReader::decode_coded(const FrameLocation& location, const ExpectedDigest& digest,
                                       MutableByteSpan out) {
  std::unique_ptr<Workspace> workspace = take_workspace();
  Result<void> done;
  if (auto coded = read_verified(location, digest, *workspace)) {
    done = workspace->decoder.decode(location.kind, *coded, location.checksum, out);
  } else {
    done = Unexpected(std::move(coded).error());
  }
  return_workspace(std::move(workspace));
  return done;
}

// The coded bytes of a frame, in the workspace.
Result<MutableByteSpan> FrameReader::read_verified(const FrameLocation& location,
                                                   const ExpectedDigest& digest,
                                                   Workspace& workspace) const {
  if (workspace.coded.size() < location.coded_size) workspace.coded.resize(location.coded_size);
  const MutableByteSpan coded = MutableByteSpan(workspace.coded).first(location.coded_size);
  ZVFS_TRY(read_raw(location.offset, coded));
  if (!digest) return coded;
  if (!workspace.hash) workspace.hash.emplace();
  workspace.hash->update(coded);
  ZVFS_TRY(must_equal(workspace.hash->finish(), *digest));
  return coded;
}

// Reads the content straight to its place: one copy, from the page cache.
Result<void> FrameReader::read_stored(const FrameLocation& location, const ExpectedDigest& digest,
                                      MutableByteSpan out) const {
  if (location.coded_size != stored_frame_size(location.kind, out.size())) {
    return fail(ErrorCode::kCorrupt, "{} bytes are not a {} frame of {}", location.coded_size,
                to_string(location.kind), out.size());
  }
  const StoredFrame frame(location.kind, out);
  ZVFS_TRY(source_.read_scattered(image_start_ + location.offset.value, frame.parts()));
  if (digest) {
    Sha256 hash;
    for (const ByteSpan part : frame.parts()) hash.update(part);
    ZVFS_TRY(must_equal(hash.finish(), *digest));
  }
  return frame.verify(location.checksum);
}

std::unique_ptr<FrameReader::Workspace> FrameReader::take_workspace() {
  {
    MutexLock lock(mutex_);
    if (!idle_workspaces_.empty()) {
      std::unique_ptr<Workspace> workspace = std::move(idle_workspaces_.back());
      idle_workspaces_.pop_back();
      idle_bytes_ -= workspace->coded.capacity();
      return workspace;
    }
  }
  return std::make_unique<Workspace>();
}

void FrameReader::return_workspace(std::unique_ptr<Workspace> workspace) {
  constexpr std::size_t kMaxIdle = 16;  // about 160 KiB each, and a frame's coded bytes
  ByteVector surplus;                   // declared first: freed after the lock, as is a workspace
  MutexLock lock(mutex_);
  if (idle_workspaces_.size() >= kMaxIdle) return;
  if (idle_bytes_ + workspace->coded.capacity() > gate_.budget_bytes() / 4) {
    surplus = std::exchange(workspace->coded, {});
  }
  idle_bytes_ += workspace->coded.capacity();
  idle_workspaces_.push_back(std::move(workspace));
}

void FrameReader::release_memory() {
  std::vector<std::unique_ptr<Workspace>> released;  // declared first: freed after the lock
  MutexLock lock(mutex_);
  released.swap(idle_workspaces_);
  idle_bytes_ = 0;
}

std::size_t FrameReader::idle_bytes() const {
  MutexLock lock(mutex_);
  return idle_bytes_;
}

FrameReaderStats FrameReader::stats() const {
  return {decodes_.load(std::memory_order_relaxed), decoded_bytes_.load(std::memory_order_relaxed),
          coded_bytes_.load(std::memory_order_relaxed), failures_.load(std::memory_order_relaxed)};
}

}  // namespace zvfs
