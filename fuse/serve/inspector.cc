#include "fuse/serve/inspector.h"

#include "base/json.h"
#include "format/task.h"

namespace zvfs {
namespace {

// This many fit in the value of an extended attribute, which has at most 64 KiB.
constexpr std::size_t kMaxFramesShown = 500;
// Looked at for one request: what takes a fraction of a second.
constexpr std::uint64_t kMaxSegments = 262'144;

Json requests_json(const RequestStats& stats) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<Operation>(i);
    const RequestStats::Counters& counters = stats.of(operation);
    Json histogram = Json::array();
    for (const auto& bucket : counters.histogram) histogram.add(bucket.load());
    json.put(name_of(operation), Json::object({{"count", counters.count.load()},
                                               {"errors", counters.errors.load()},
                                               {"nanoseconds", counters.nanoseconds.load()},
                                               {"log2_microseconds", histogram}}));
  }
  return json;
}

Json frame_json(const DataFrame& frame, std::uint64_t bytes_of_file) {
  return Json::object({{"number", frame.number.value},
                       {"kind", to_string(frame.location.kind)},
                       {"coded_bytes", frame.location.coded_size},
                       {"decoded_bytes", frame.location.decoded_size},
                       {"file_bytes", bytes_of_file}});
}

}  // namespace

Result<std::optional<std::string>> Inspector::attribute(InodeNumber inode,
                                                        std::string_view name) const {
  using Value = std::optional<std::string>;
  if (name == kStatsName && inode == kRootInode) return Value(stats());
  if (name != kFramesName) return Value();
  const Inode file = ZVFS_TRY(image_.inode(inode));
  if (!file.record.is_regular()) return Value();
  return Value(ZVFS_TRY(frames_of(file)));
}

std::string Inspector::stats() const {
  const FrameCacheStats cache = image_.cache_stats();
  const FrameReaderStats reader = image_.reader_stats();
  const PageFillerStats fill = filler_.stats();
  const ReadaheadStats ahead = readahead_.stats();
  const Json json = Json::object({
      {"requests", requests_json(requests_)},
      {"bytes_served", requests_.bytes_read()},
      {"cache", Json::object({{"hits", cache.hits},
                              {"misses", cache.misses},
                              {"evictions", cache.evictions},
                              {"bytes", cache.charged_bytes},
                              {"frames", cache.frames}})},
      {"decoding", Json::object({{"frames", reader.decodes},
                                 {"bytes", reader.decoded_bytes},
                                 {"coded_bytes", reader.coded_bytes},
                                 {"failures", reader.failures}})},
      {"page_cache_fill", Json::object({{"pushes", fill.pushes},
                                        {"bytes", fill.bytes},
                                        {"unknown_inodes", fill.unknown},
                                        {"frames_ahead", fill.frames_ahead},
                                        {"dropped", fill.dropped},
                                        {"memory_pauses", fill.memory_pauses}})},
      {"readahead", Json::object({{"pieces", ahead.pieces}, {"cancelled", ahead.cancelled}})},
  });
  return json.dump();
}

Result<std::string> Inspector::frames_of(const Inode& file) const {
  IndexReader::Cursor cursor(image_.raw().index());
  Json frames = Json::array();
  std::uint64_t count = 0;
  double coded_share = 0;  // coded bytes, in proportion to the file's part of each frame
  std::uint64_t data_bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t segments = 0;
  FileSegment segment;
  while (offset < file.record.size && segments++ < kMaxSegments) {
    if (!is_task_wanted()) return fail(ErrorCode::kCancelled, "not wanted any more");
    segment = ZVFS_TRY(image_.segment_at(file, offset, segment.next_extent));
    if (!segment.is_data) {
      offset = segment.end;
      continue;
    }
    const DataFrame frame =
        ZVFS_TRY(image_.raw().frame_table().find(cursor, segment.stream, segment.first_frame));
    const std::uint64_t bytes =
        std::min(segment.end - offset, frame.end().value - segment.stream.value);
    if (++count <= kMaxFramesShown) frames.add(frame_json(frame, bytes));
    coded_share += static_cast<double>(frame.location.coded_size) * static_cast<double>(bytes) /
                   frame.location.decoded_size;
    data_bytes += bytes;
    offset += bytes;
  }
  Json json = Json::object(
      {{"frames", frames},
       {"frame_count", count},
       {"data_bytes", data_bytes},
       {"coded_bytes", static_cast<std::uint64_t>(coded_share)},
       {"ratio", coded_share > 0 ? static_cast<double>(data_bytes) / coded_share : 1.0}});
  if (offset < file.record.size) json.put("cut_at", offset);
  return json.dump();
}

}  // namespace zvfs
