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
  /// Borrows `files`, which reads the files that options name.
  explicit EntryOptions(OptionFiles& files) : files_(files) {}

  /// Adds the options to `options`, which must not parse after this object ends.
  void add_to(OptionSet& options);

  /// The rules that were given; call after parsing. `source_date_epoch` is the value of that
  /// environment variable, or null: without --mtime, later times become it
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
