#include "mkimage/report/report_json.h"

#include "base/json.h"

namespace zvfs {
namespace {

Json frames_json(const SizeStatistics& sizes) {
  Json json = Json::object();
  for (std::uint8_t kind = 0; kind < kFrameKindCount; ++kind) {
    const SizeStatistics::Frames& frames = sizes.frames[kind];
    if (frames.count == 0) continue;
    json.put(to_string(FrameKind{kind}), Json::object({{"count", frames.count},
                                                       {"decoded_size", frames.decoded_size},
                                                       {"coded_size", frames.coded_size}}));
  }
  return json;
}

Json extensions_json(const SizeStatistics& sizes) {
  Json json = Json::array();
  for (const SizeStatistics::Extension& extension : sizes.extensions) {
    Json item = Json::object();
    item.put_text("extension", extension.name);
    item.put("files", extension.files);
    item.put("size", extension.size);
    item.put("coded_size", extension.coded_size);
    json.add(std::move(item));
  }
  return json;
}

Json largest_json(const SizeStatistics& sizes) {
  Json json = Json::array();
  for (const SizeStatistics::File& file : sizes.largest) {
    Json item = Json::object();
    item.put_text("path", file.path);
    item.put("size", file.size);
    item.put("coded_size", file.coded_size);
    json.add(std::move(item));
  }
  return json;
}

constexpr std::string_view name_of(Warning::Severity severity) {
  switch (severity) {
    case Warning::Severity::kNote:
      return "note";
    case Warning::Severity::kChanged:
      return "changed";
    case Warning::Severity::kUnreadable:
      return "unreadable";
  }
  return "";
}

Json warnings_json(const WarningLog& warnings) {
  Json json = Json::array();
  for (const Warning& warning : warnings.kept()) {
    Json item = Json::object();
    item.put_text("path", warning.path);
    item.put("severity", name_of(warning.severity));
    item.put_text("message", warning.message);
    json.add(std::move(item));
  }
  return json;
}

Json seconds_json(const BuildReport& report) {
  Json seconds = Json::object();
  for (const auto& [stage, time] : report.stages) seconds.put(stage, time.count());
  seconds.put("total", report.elapsed.count());
  return seconds;
}

void put_report(const BuildReport& report, Json& json) {
  json.put("files", report.files);
  json.put("directories", report.directories);
  json.put("symlinks", report.symlinks);
  json.put("special_files", report.others);
  json.put("hard_links", report.hard_links);
  json.put("copies", Json::object({{"files", report.copies.files}, {"size", report.copies.size}}));
  json.put("content_size", report.content_size);
  json.put("allocated_size", report.allocated_size);
  json.put("stream_size", report.stream_size);
  json.put("image_size", report.image_size);
  json.put("index_size", report.index_size);
  if (report.root) json.put("root", report.root->text());
  json.put("changed", report.changed);
  json.put("unreadable", report.unreadable);
  if (report.sizes) {
    json.put("frames", frames_json(*report.sizes));
    json.put("extensions", extensions_json(*report.sizes));
    json.put("largest", largest_json(*report.sizes));
  }
  json.put("seconds", seconds_json(report));
}

}  // namespace

std::string report_json(const BuildEnd& end) {
  Json json = Json::object();
  json.put("version", ZVFS_VERSION);
  json.put_text("image", end.image);
  json.put("exit_status", end.exit_status);
  if (!end.report) json.put_text("error", end.report.error().message);
  json.put("warnings", warnings_json(end.warnings));
  json.put("warnings_left_out", end.warnings.left_out());
  if (end.report) put_report(*end.report, json);
  return json.dump_indented() + '\n';
}

}  // namespace zvfs
