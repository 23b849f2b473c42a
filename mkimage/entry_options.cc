#include "mkimage/entry_options.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "mkimage/rules/owner_name.h"

namespace zvfs {
namespace {

constexpr const char* kSelection = "What goes into the image";
constexpr const char* kShape = "Where it goes, and what is added";
constexpr const char* kMetadata = "Metadata in the image";

// The value of a Result, or a usage error.
template <typename T>
T value_of(const char* option, Result<T> result) {
  if (!result) throw CLI::ValidationError(option, result.error().message);
  return std::move(result).value();
}
void check(const char* option, const Result<void>& result) {
  if (!result) throw CLI::ValidationError(option, result.error().message);
}

std::uint16_t current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return static_cast<std::uint16_t>(mask);
}

Timestamp parse_source_date_epoch(std::string_view text) {
  constexpr const char* kName = "SOURCE_DATE_EPOCH";
  Timestamp time;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, time.seconds);
  if (parsed.ec != std::errc() || parsed.ptr != end || time.seconds < 0) {
    throw CLI::ValidationError(kName, fmt::format("'{}' in the environment is not a number", text));
  }
  return time;
}

}  // namespace

void EntryOptions::add_to(CLI::App& app) {
  add_selection(app);
  add_shape(app);
  add_metadata(app);
  add_xattrs(app);
}

// Options that may be repeated are triggered one by one, since their order counts.
void EntryOptions::add_selection(CLI::App& app) {
  app.add_option_function<std::string>(
         "--exclude",
         [this](const std::string& pattern) { check("--exclude", rules_.excludes.add(pattern)); },
         "Leave out what matches; patterns are as in .gitignore:\n*.o, /build, cache/, !keep.o")
      ->type_name("PATTERN")
      ->group(kSelection)
      ->trigger_on_parse();
  app.add_option_function<std::string>(
         "-X,--exclude-from",
         [this](const std::string& path) {
           check("--exclude-from", rules_.excludes.add_lines(files_.read("--exclude-from", path)));
         },
         "Leave out what the patterns in FILE match, one a line")
      ->type_name("FILE")
      ->group(kSelection)
      ->trigger_on_parse();
  app.add_flag("-x,--one-file-system", one_file_system_, "Keep mount points empty")
      ->group(kSelection);
}

void EntryOptions::add_shape(CLI::App& app) {
  app.add_option("--strip-components", rules_.shape.strip_components,
                 "Take COUNT leading names off each path, as tar does;\nwhat has no more is left "
                 "out")
      ->type_name("COUNT")
      ->group(kShape);
  app.add_option_function<std::string>(
         "--prefix",
         [this](const std::string& directory) {
           check("--prefix", rules_.shape.set_prefix(directory));
         },
         "Place all below this directory of the image")
      ->type_name("PREFIX")
      ->group(kShape);
  app.add_option_function<std::string>(
         "--pseudo",
         [this](const std::string& definition) {
           check("--pseudo", rules_.pseudo.add(definition));
         },
         "Add or modify an entry, as mksquashfs -p does:\n'/dev/null c 666 0 0 1 3'; runs no "
         "commands")
      ->type_name("DEFINITION")
      ->group(kShape)
      ->trigger_on_parse();
  app.add_option_function<std::string>(
         "--pseudo-file",
         [this](const std::string& path) {
           check("--pseudo-file", rules_.pseudo.add_lines(files_.read("--pseudo-file", path)));
         },
         "The same of each line of FILE")
      ->type_name("FILE")
      ->group(kShape)
      ->trigger_on_parse();
}

void EntryOptions::add_metadata(CLI::App& app) {
  app.add_option("--owner", owner_, "Let USER, a name or number, own all")
      ->type_name("USER")
      ->group(kMetadata);
  app.add_option("--group", group_, "Let GROUP, a name or number, own all")
      ->type_name("GROUP")
      ->group(kMetadata);
  app.add_option("--mode", mode_, "Change permissions as chmod does: u=rwX,go=rX")
      ->type_name("MODE")
      ->group(kMetadata);
  app.add_option("--mtime", mtime_,
                 "Give all this time: @SECONDS, or '2024-02-29 12:30Z';\nlocal time without Z or "
                 "+01:00")
      ->type_name("TIME")
      ->group(kMetadata);
  app.add_flag("--clamp-mtime", clamp_mtime_, "Give --mtime only to what is later than that")
      ->group(kMetadata);
}

void EntryOptions::add_xattrs(CLI::App& app) {
  app.add_flag("--no-xattrs", rules_.xattrs.none,
               "Leave out extended attributes, ACLs and capabilities")
      ->group(kMetadata);
  app.add_option("--xattrs-include", rules_.xattrs.include,
                 "Keep only attributes that match GLOB: 'user.*'")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)  // which would be operands
      ->group(kMetadata);
  app.add_option("--xattrs-exclude", rules_.xattrs.exclude,
                 "Leave out attributes that match GLOB: 'security.*'")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)  // which would be operands
      ->group(kMetadata);
}

EntryRules EntryOptions::rules(const char* source_date_epoch) {
  MetadataRules& metadata = rules_.metadata;
  if (owner_) metadata.uid = value_of("--owner", parse_user(*owner_));
  if (group_) metadata.gid = value_of("--group", parse_group(*group_));
  if (mode_) metadata.mode = value_of("--mode", ModeChange::parse(*mode_, current_umask()));
  set_times(source_date_epoch);
  if (one_file_system_) rules_.mount_points = MountPoints::kKeepEmpty;
  return rules_;
}

void EntryOptions::set_times(const char* source_date_epoch) {
  MetadataRules& metadata = rules_.metadata;
  if (mtime_) {
    metadata.mtime = value_of("--mtime", Timestamp::parse(*mtime_));
    if (clamp_mtime_) metadata.time_rule = MetadataRules::TimeRule::kClamp;
  } else if (source_date_epoch != nullptr && *source_date_epoch != '\0') {
    metadata.mtime = parse_source_date_epoch(source_date_epoch);
    // The environment is also that of builds which want their layers as they are.
    metadata.time_rule =
        clamp_mtime_ ? MetadataRules::TimeRule::kClamp : MetadataRules::TimeRule::kClampIfNew;
  } else if (clamp_mtime_) {
    throw CLI::ValidationError("--clamp-mtime", "needs --mtime");
  }
}

}  // namespace zvfs
