#include "mkimage/entry_options.h"

#include <charconv>
#include <string_view>
#include <sys/stat.h>

#include "base/quoting.h"
#include "mkimage/rules/owner_name.h"

namespace zvfs {
namespace {

std::uint16_t current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return static_cast<std::uint16_t>(mask);
}

Result<Timestamp> parse_source_date_epoch(std::string_view text) {
  Timestamp time;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, time.seconds);
  if (parsed.ec == std::errc() && parsed.ptr == end && time.seconds >= 0) return time;
  return fail(ErrorCode::kInvalidArgument,
              "SOURCE_DATE_EPOCH: '{}' in the environment is not a number", shown_name(text));
}

}  // namespace

void EntryOptions::add_to(OptionSet& options) {
  add_selection(options);
  add_shape(options);
  add_metadata(options);
  add_xattrs(options);
}

void EntryOptions::add_selection(OptionSet& options) {
  options.heading("Choosing entries");
  options.each(
      "--exclude PATTERN",
      [this](const std::string& pattern) { return rules_.excludes.add(pattern); },
      "Leave out what matches PATTERN, as in .gitignore:\n*.o, /build, cache/, !keep.o");
  options.each(
      "-X,--exclude-from FILE",
      [this](const std::string& path) -> Result<void> {
        return rules_.excludes.add_lines(ZVFS_TRY(files_.read("--exclude-from", path)));
      },
      "Leave out what the patterns in FILE match, one per line");
  options.flag("-x,--one-file-system", one_file_system_,
               "Keep mount points, but not what is mounted on them");
}

void EntryOptions::add_shape(OptionSet& options) {
  options.heading("Placing and adding entries");
  options.option("--strip-components COUNT", rules_.shape.strip_components,
                 "Remove COUNT leading names from each path, as tar does;\nentries with no name "
                 "left are dropped");
  options.option("--prefix PREFIX", prefix_, "Place everything below PREFIX, a path in the image");
  options.each(
      "--pseudo DEFINITION",
      [this](const std::string& definition) { return rules_.pseudo.add(definition); },
      "Add or modify an entry, as mksquashfs -p does:\n'/dev/null c 666 0 0 1 3'; runs no "
      "commands");
  options.each(
      "--pseudo-file FILE",
      [this](const std::string& path) -> Result<void> {
        return rules_.pseudo.add_lines(ZVFS_TRY(files_.read("--pseudo-file", path)));
      },
      "Read definitions for --pseudo from FILE, one per line");
}

void EntryOptions::add_metadata(OptionSet& options) {
  options.heading("Metadata");
  options.option("--owner USER", owner_, "Set the owner of everything: a name or number");
  options.option("--group GROUP", group_, "Set the group of everything: a name or number");
  options.option("--mode MODE", mode_, "Change permissions as chmod does: u=rwX,go=rX");
  options.option("--mtime TIME", mtime_,
                 "Set all modification times: @SECONDS, or a date such as\n'2024-02-29 12:30Z'; "
                 "local time without Z or +01:00");
  options.flag("--clamp-mtime", clamp_mtime_, "Apply --mtime only to entries that are newer");
}

void EntryOptions::add_xattrs(OptionSet& options) {
  options.flag("--no-xattrs", rules_.xattrs.none,
               "Leave out extended attributes, ACLs and capabilities");
  options.option("--xattrs-include GLOB", rules_.xattrs.include,
                 "Keep only attributes that match GLOB: 'user.*'");
  options.option("--xattrs-exclude GLOB", rules_.xattrs.exclude,
                 "Leave out attributes that match GLOB: 'security.*'");
}

Result<EntryRules> EntryOptions::rules(const char* source_date_epoch) {
  MetadataRules& metadata = rules_.metadata;
  if (prefix_) ZVFS_TRY(for_option("--prefix", rules_.shape.set_prefix(*prefix_)));
  if (owner_) metadata.uid = ZVFS_TRY(for_option("--owner", parse_user(*owner_)));
  if (group_) metadata.gid = ZVFS_TRY(for_option("--group", parse_group(*group_)));
  if (mode_) {
    metadata.mode = ZVFS_TRY(for_option("--mode", ModeChange::parse(*mode_, current_umask())));
  }
  ZVFS_TRY(set_times(source_date_epoch));
  if (one_file_system_) rules_.mount_points = MountPoints::kKeepEmpty;
  return rules_;
}

Result<void> EntryOptions::set_times(const char* source_date_epoch) {
  using TimeRule = MetadataRules::TimeRule;
  MetadataRules& metadata = rules_.metadata;
  if (mtime_) {
    metadata.mtime = ZVFS_TRY(for_option("--mtime", Timestamp::parse(*mtime_)));
    if (clamp_mtime_) metadata.time_rule = TimeRule::kClamp;
  } else if (source_date_epoch != nullptr && *source_date_epoch != '\0') {
    metadata.mtime = ZVFS_TRY(parse_source_date_epoch(source_date_epoch));
    // The variable may be set for builds that want their layers unchanged, too.
    metadata.time_rule = clamp_mtime_ ? TimeRule::kClamp : TimeRule::kClampIfNew;
  } else if (clamp_mtime_) {
    return fail(ErrorCode::kInvalidArgument, "--clamp-mtime: needs --mtime");
  }
  return {};
}

}  // namespace zvfs
