#include "mkimage/rules/entry_rules.h"

namespace zvfs {

InodeRecord EntryRules::made_up_directory(Timestamp time) const {
  InodeRecord record;
  record.mode = mode_of(FileType::kDirectory, 0755);
  record.set_mtime(made_up_time(time));
  metadata.rewrite(record);
  return record;
}

}  // namespace zvfs
