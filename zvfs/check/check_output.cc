#include "zvfs/check/check_output.h"

#include <cstdio>

#include <fmt/core.h>

#include "base/json.h"
#include "base/quoting.h"
#include "base/units.h"

namespace zvfs {
namespace {

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class CheckText final : public CheckOutput {
 public:
  explicit CheckText(std::string_view image_path) : image_path_(image_path) {}

  void problem(std::string_view message) override { fmt::print("{}\n", quote_name(message)); }
  void damaged_file(std::string_view path) override {
    fmt::print("damaged file: {}\n", path.empty() ? "." : quote_name(path));
  }
  void finish(const CheckReport& report, double seconds) override {
    if (!report.is_clean()) {
      fmt::print("{}: {}, {}; {} of {} frames intact\n", quote_name(image_path_),
                 plural(report.problems, "problem"), plural(report.damaged_files, "damaged file"),
                 report.whole_frames, report.frames);
      return;
    }
    const double speed = static_cast<double>(report.decoded_bytes) / std::max(seconds, 0.001);
    fmt::print("{}: clean; {}, {}, {} decoded in {:.1f} s, {}/s\n", quote_name(image_path_),
               plural(report.inodes, "inode"), plural(report.frames, "frame"),
               human_size(report.decoded_bytes), seconds,
               human_size(static_cast<std::uint64_t>(speed)));
  }

 private:
  const std::string_view image_path_;
};

class CheckJson final : public CheckOutput {
 public:
  explicit CheckJson(std::string_view image_path) : image_path_(image_path) {}

  void problem(std::string_view message) override { element("message", message); }
  void damaged_file(std::string_view path) override {
    begin_files();
    element("path", path);
  }
  void finish(const CheckReport& report, double seconds) override {
    begin_files();
    const Json numbers = Json::object({{"clean", report.is_clean()},
                                       {"problem_count", report.problems},
                                       {"inodes", report.inodes},
                                       {"frames", report.frames},
                                       {"whole_frames", report.whole_frames},
                                       {"decoded_bytes", report.decoded_bytes},
                                       {"seconds", seconds}});
    fmt::print("],{}\n", numbers.dump().substr(1));
  }

 private:
  void begin() {
    if (has_begun_) return;
    has_begun_ = true;
    Json object = Json::object();
    object.put_text("image", image_path_);
    const std::string text = object.dump();
    fmt::print("{},\"problems\":[", std::string_view(text).substr(0, text.size() - 1));
  }
  void begin_files() {
    begin();
    if (in_files_) return;
    fmt::print("],\"damaged_files\":[");
    in_files_ = true;
    is_first_ = true;
  }
  void element(std::string_view key, std::string_view text) {
    begin();
    Json object = Json::object();
    object.put_text(key, text);
    fmt::print("{}\n{}", is_first_ ? "" : ",", object.dump());
    is_first_ = false;
  }
  const std::string_view image_path_;
  bool has_begun_ = false;  // stays false until the first output, since a check may fail
  bool is_first_ = true;
  bool in_files_ = false;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_text(std::string_view image_path) {
  return std::make_unique<CheckText>(image_path);
}

std::unique_ptr<CheckOutput> make_check_json(std::string_view image_path) {
  return std::make_unique<CheckJson>(image_path);
}

}  // namespace zvfs
