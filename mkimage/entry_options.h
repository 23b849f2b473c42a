#pragma once

#include <optional>
#include <string>

#include "mkimage/option_files.h"
#include "mkimage/rules/entry_rules.h"

namespace CLI {
class App;
}

namespace zvfs {

/// The options of mkimage that make up its EntryRules.
class EntryOptions {
 public:
  /// Borrows `files`, through which options read what they name.
  explicit EntryOptions(OptionFiles& files) : files_(files) {}

  /// Adds them to `app`, which must not outlive this.
  void add_to(CLI::App& app);

  /// What was given, after `app` has parsed the arguments. `source_date_epoch` is the environment
  /// variable of that name, or null: unless there is --mtime, times later than it become it
  /// (https://reproducible-builds.org/specs/source-date-epoch/).
  /// Throws CLI::ValidationError, which is a usage error.
  EntryRules rules(const char* source_date_epoch);

 private:
  void add_selection(CLI::App& app);
  void add_shape(CLI::App& app);
  void add_metadata(CLI::App& app);
  void add_xattrs(CLI::App& app);
  void set_times(const char* source_date_epoch);

  OptionFiles& files_;
  EntryRules rules_;
  std::optional<std::string> owner_;
  std::optional<std::string> group_;
  std::optional<std::string> mode_;
  std::optional<std::string> mtime_;
  bool clamp_mtime_ = false;
  bool one_file_system_ = false;
};

}  // namespace zvfs
