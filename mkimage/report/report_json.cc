#include "mkimage/report/report_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace zvfs {
namespace {

using Json = nlohmann::ordered_json;

Json frames_json(const SizeStatistics& sizes) {
  Json json = Json::object();
  for (std::uint8_t kind = 0; kind < kFrameKindCount; ++kind) {
    const SizeStatistics::Frames& frames = sizes.frames[kind];
    if (frames.count == 0) continue;
    json[std::string(to_string(FrameKind{kind}))] = {{"count", frames.count},
                                                     {"decoded_size", frames.decoded_size},
                                                     {"coded_size", frames.coded_size}};
  }
  return json;
}

Json extensions_json(const SizeStatistics& sizes) {
  Json json = Json::array();
  for (const SizeStatistics::Extension& extension : sizes.extensions) {
    Json item;
    put_text(item, "extension", extension.name);
    item["files"] = extension.files;
    item["size"] = extension.size;
    item["coded_size"] = extension.coded_size;
    json.push_back(std::move(item));
  }
  return json;
}

Json largest_json(const SizeStatistics& sizes) {
  Json json = Json::array();
  for (const SizeStatistics::File& file : sizes.largest) {
    Json item;
    put_text(item, "path", file.path);
    item["size"] = file.size;
    item["coded_size"] = file.coded_size;
    json.push_back(std::move(item));
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
    Json item;
    put_text(item, "path", warning.path);
    item["severity"] = name_of(warning.severity);
    put_text(item, "message", warning.message);
    json.push_back(std::move(item));
  }
  return json;
}

void put_report(const BuildReport& report, Json& json) {
  json["files"] = report.files;
  json["directories"] = report.directories;
  json["symlinks"] = report.symlinks;
  json["special_files"] = report.others;
  json["hard_links"] = report.hard_links;
  json["copies"] = {{"files", report.copies.files}, {"size", report.copies.size}};
  json["content_size"] = report.content_size;
  json["allocated_size"] = report.allocated_size;
  json["stream_size"] = report.stream_size;
  json["image_size"] = report.image_size;
  json["index_size"] = report.index_size;
  json["changed"] = report.changed;
  json["unreadable"] = report.unreadable;
  if (report.sizes) {
    json["frames"] = frames_json(*report.sizes);
    json["extensions"] = extensions_json(*report.sizes);
    json["largest"] = largest_json(*report.sizes);
  }
  Json& seconds = json["seconds"] = Json::object();
  for (const auto& [stage, time] : report.stages) seconds[stage] = time.count();
  seconds["total"] = report.elapsed.count();
}

}  // namespace

std::string report_json(const BuildEnd& end) {
  Json json;
  json["version"] = ZVFS_VERSION;
  put_text(json, "image", end.image);
  json["exit_status"] = end.exit_status;
  if (!end.report) put_text(json, "error", end.report.error().message);
  json["warnings"] = warnings_json(end.warnings);
  json["warnings_left_out"] = end.warnings.left_out();
  if (end.report) put_report(*end.report, json);
  return json.dump(2) + '\n';
}

}  // namespace zvfs
