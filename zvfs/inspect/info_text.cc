#include "zvfs/inspect/info_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/json.h"
#include "base/quoting.h"
#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::string_view kLz4FramesName = "lz4 frames";
constexpr std::string_view kDigestsName = "digests";

std::size_t digits(std::uint64_t number) { return fmt::format("{}", number).size(); }

std::uint64_t rounded(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

// The coded size as a part of the decoded size: "23%".
std::string percent(double coded_bytes, std::uint64_t decoded_bytes) {
  if (decoded_bytes == 0) return "-";
  return fmt::format("{:.0f}%", 100 * coded_bytes / static_cast<double>(decoded_bytes));
}

// --- The page

std::string counted(std::uint64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

void add_field(std::string_view name, std::string_view value, std::string& page) {
  page += fmt::format("  {:<12} {}\n", name, value);
}

std::string features_text(const IndexHeader& header) {
  std::string text;
  const auto add = [&](std::string_view feature) {
    if (!text.empty()) text += ", ";
    text += feature;
  };
  if ((header.incompat & IndexHeader::kLz4Frames) != 0) add(kLz4FramesName);
  // The image could be opened, so it does not need these.
  if (header.ro_compat != 0) add(fmt::format("ro-compat {:#x}", header.ro_compat));
  if ((header.compat & IndexHeader::kForeignStream) != 0) add("foreign stream");
  if (header.has_digests()) add(kDigestsName);
  const std::uint32_t unknown = header.compat & ~IndexHeader::kKnownCompat;
  if (unknown != 0) add(fmt::format("compat {:#x}", unknown));
  return text.empty() ? "none" : text;
}

std::string files_text(const ImageInfo& info) {
  std::string text = counted(info.files, "file", "files");
  const auto add = [&](std::uint64_t count, std::string_view one, std::string_view several) {
    if (count > 0) text += ", " + counted(count, one, several);
  };
  add(info.directories, "directory", "directories");
  add(info.symlinks, "symlink", "symlinks");
  add(info.specials, "special file", "special files");
  add(info.hard_links, "hard link", "hard links");
  add(info.header.table(Table::kXattrSets).rows, "extended attribute set",
      "extended attribute sets");
  return text;
}

std::string content_text(const ImageInfo& info) {
  std::string text = human_size(info.allocated_size);
  if (info.allocated_size != info.header.content_size) {
    text += fmt::format(" ({} with holes)", human_size(info.header.content_size));
  }
  return text;
}

void add_table_row(std::string_view what, const FrameTotals& totals, std::string& page) {
  if (totals.frames == 0) return;
  page += fmt::format("  {:<12} {:>10} {:>9} {:>9} {:>9.2f}\n", what, totals.frames,
                      human_size(totals.decoded_bytes), human_size(totals.coded_bytes),
                      ratio_of(totals.decoded_bytes, totals.coded_bytes));
}

void add_frames(const ImageInfo& info, std::string& page) {
  page += fmt::format("\n  {:<12} {:>10} {:>9} {:>9} {:>9}\n", "kind", "frames", "decoded", "coded",
                      "ratio");
  for (std::uint8_t kind = 0; kind < kFrameKindCount; ++kind) {
    add_table_row(to_string(FrameKind{kind}), info.by_kind[kind], page);
  }
  page += fmt::format("\n  {:<12} {:>10} {:>9} {:>9} {:>9}\n", "decoded size", "frames", "decoded",
                      "coded", "ratio");
  for (std::size_t n = 0; n < info.by_size.size(); ++n) {
    add_table_row(fmt::format("up to {}", human_size(std::uint64_t{1} << n)), info.by_size[n],
                  page);
  }
}

// --- JSON

void put_totals(const FrameTotals& totals, Json& object) {
  object.put("frames", totals.frames);
  object.put("decoded_bytes", totals.decoded_bytes);
  object.put("coded_bytes", totals.coded_bytes);
}

Json kinds_json(const ImageInfo& info) {
  Json kinds = Json::object();
  for (std::uint8_t kind = 0; kind < kFrameKindCount; ++kind) {
    if (info.by_kind[kind].frames == 0) continue;
    Json totals = Json::object();
    put_totals(info.by_kind[kind], totals);
    kinds.put(to_string(FrameKind{kind}), std::move(totals));
  }
  return kinds;
}

Json sizes_json(const ImageInfo& info) {
  Json sizes = Json::array();
  for (std::size_t n = 0; n < info.by_size.size(); ++n) {
    if (info.by_size[n].frames == 0) continue;
    Json row = Json::object({{"up_to", std::uint64_t{1} << n}});
    put_totals(info.by_size[n], row);
    sizes.add(std::move(row));
  }
  return sizes;
}

Json frames_json(const ImageInfo& info) {
  Json frames = Json::object();
  put_totals(info.frames, frames);
  frames.put("bound", info.header.frame_bound);
  if (info.frames.frames == 0) return frames;
  frames.put("by_kind", kinds_json(info));
  frames.put("by_size", sizes_json(info));
  return frames;
}

Json features_json(const IndexHeader& header) {
  Json names = Json::array();
  if ((header.incompat & IndexHeader::kLz4Frames) != 0) names.add(kLz4FramesName);
  if (header.has_digests()) names.add(kDigestsName);
  return Json::object({{"names", names},
                       {"compat", header.compat},
                       {"ro_compat", header.ro_compat},
                       {"incompat", header.incompat}});
}

}  // namespace

std::string info_page(const ImageInfo& info, std::string_view name) {
  const IndexHeader& header = info.header;
  std::string page = fmt::format("{}\n", quote_name(name));
  add_field("format", fmt::format("zvfs image, version {}", IndexHeader::kVersion), page);
  add_field("features", features_text(header), page);
  add_field("built by", header.builder.empty() ? "unknown" : quote_name(header.builder), page);
  add_field("codec", fmt::format("{} (level not recorded)", info.codec()), page);
  add_field("holds", files_text(info), page);
  add_field("content", content_text(info), page);
  add_field("image",
            fmt::format("{} ({} bytes), ratio {:.2f}", human_size(header.image_size),
                        header.image_size, ratio_of(info.allocated_size, header.image_size)),
            page);
  if (info.start > 0) add_field("begins", fmt::format("at byte {} of the file", info.start), page);
  add_field(
      "data",
      fmt::format("{} in {}, of up to {} decoded", human_size(header.data_size),
                  counted(header.frame_count, "frame", "frames"), human_size(header.frame_bound)),
      page);
  add_field("index",
            fmt::format("{} in {}; {} decoded", human_size(info.index_size),
                        counted(header.index_frame_count, "frame", "frames"),
                        human_size(header.tables_size)),
            page);
  add_field("seek table", human_size(info.seek_table_size), page);
  if (info.root) add_field("root", info.root->text(), page);
  add_frames(info, page);
  return page;
}

std::string info_json(const ImageInfo& info, std::string_view name) {
  const IndexHeader& header = info.header;
  Json object = Json::object();
  object.put_text("image", name);
  object.put("version", IndexHeader::kVersion);
  object.put("features", features_json(header));
  object.put_text("builder", header.builder);
  object.put("codec", info.codec());
  object.put("start", info.start);
  if (info.root) object.put("root", info.root->text());
  object.put("image_size", header.image_size);
  object.put("data_size", header.data_size);
  object.put("index_size", info.index_size);
  object.put("seek_table_size", info.seek_table_size);
  object.put("stream_size", header.stream_size);
  object.put("content_size", header.content_size);
  object.put("allocated_size", info.allocated_size);
  object.put("ratio", ratio_of(info.allocated_size, header.image_size));
  object.put("files", info.files);
  object.put("directories", info.directories);
  object.put("symlinks", info.symlinks);
  object.put("special_files", info.specials);
  object.put("hard_links", info.hard_links);
  object.put("xattr_sets", header.table(Table::kXattrSets).rows);
  object.put("data_frames", frames_json(info));
  object.put("index_frames", Json::object({{"frames", header.index_frame_count},
                                           {"frame_size", header.index_frame_size},
                                           {"decoded_bytes", header.tables_size}}));
  return object.dump();
}

// --- Lines

InfoLines::InfoLines(const IndexHeader& header, SizeStyle style)
    : style_(style),
      number_width_(std::max(digits(header.frame_count), std::string_view("frame").size())),
      offset_width_(std::max<std::size_t>(digits(header.stream_size), 9)),
      size_width_(style == SizeStyle::kHuman ? 7 : std::max<std::size_t>(offset_width_, 8)) {}

std::string InfoLines::size_text(std::uint64_t size_bytes) const {
  return style_ == SizeStyle::kHuman ? human_size(size_bytes) : fmt::format("{}", size_bytes);
}

std::string InfoLines::frame_heading() const {
  return fmt::format("{:>{}} {:<10} {:>{}} {:>9} {:>{}} {:>9} {:>5} {:>6} {:>8}", "frame",
                     number_width_, "kind", "at", offset_width_, "coded", "stream", offset_width_,
                     "decoded", "ratio", "files", "checksum");
}

std::string InfoLines::frame(const DataFrame& frame) const {
  const FrameLocation& location = frame.location;
  return fmt::format("{:>{}} {:<10} {:>{}} {:>9} {:>{}} {:>9} {:>5} {:>6} {:08x}",
                     frame.number.value, number_width_, to_string(location.kind),
                     location.offset.value, offset_width_, size_text(location.coded_size),
                     frame.begin.value, offset_width_, size_text(location.decoded_size),
                     percent(location.coded_size, location.decoded_size),
                     frame.end_file - frame.first_file, location.checksum);
}

std::string InfoLines::file_heading() const {
  return fmt::format("{:>{}} {:>{}} {:>5} {}", "coded", size_width_, "size", size_width_, "ratio",
                     "path");
}

std::string InfoLines::file(const FileFootprint& footprint, std::uint64_t size,
                            std::string_view path) const {
  return fmt::format("{:>{}} {:>{}} {:>5} {}", size_text(rounded(footprint.coded_bytes)),
                     size_width_, size_text(size), size_width_,
                     percent(footprint.coded_bytes, size), quote_name(path));
}

std::string frame_json(const DataFrame& frame) {
  const Json object = Json::object({{"frame", frame.number.value},
                                    {"kind", to_string(frame.location.kind)},
                                    {"offset", frame.location.offset.value},
                                    {"coded_bytes", frame.location.coded_size},
                                    {"stream_offset", frame.begin.value},
                                    {"decoded_bytes", frame.location.decoded_size},
                                    {"files", frame.end_file - frame.first_file},
                                    {"checksum", fmt::format("{:08x}", frame.location.checksum)}});
  return object.dump();
}

std::string file_json(const FileFootprint& footprint, const Inode& inode, std::string_view path) {
  Json object = Json::object();
  object.put_text("path", path);
  object.put("inode", inode.number.value);
  object.put("size", inode.record.size);
  object.put("coded_bytes", rounded(footprint.coded_bytes));
  if (footprint.has_data) {
    object.put("first_frame", footprint.first_frame.value);
    object.put("last_frame", footprint.last_frame.value);
  }
  return object.dump();
}

}  // namespace zvfs
