#pragma once

#include <optional>
#include <string>

#include "base/option_set.h"
#include "base/result.h"
#include "mkimage/option_files.h"
#include "mkimage/rules/entry_rules.h"

namespace zvfs {

/// The options of mkimage that make up its EntryRules.
class EntryOptions {
 public:
  /// Borrows `files`, through which options read what they name.
  explicit EntryOptions(OptionFiles& files) : files_(files) {}

  /// Adds them to `options`, which must not parse after this has ended.
  void add_to(OptionSet& options);

  /// What was given, after the options were parsed. `source_date_epoch` is the environment variable
  /// of that name, or null: unless there is --mtime, times later than it become it
  /// (https://reproducible-builds.org/specs/source-date-epoch/).
  /// Errors: InvalidArgument, a usage error.
  Result<EntryRules> rules(const char* source_date_epoch);

 private:
  void add_selection(OptionSet& options);
  void add_shape(OptionSet& options);
  void add_metadata(OptionSet& options);
  void add_xattrs(OptionSet& options);
  Result<void> set_times(const char* source_date_epoch);

  OptionFiles& files_;
  EntryRules rules_;
  std::optional<std::string> prefix_;
  std::optional<std::string> owner_;
  std::optional<std::string> group_;
  std::optional<std::string> mode_;
  std::optional<std::string> mtime_;
  bool clamp_mtime_ = false;
  bool one_file_system_ = false;
};

}  // namespace zvfs
