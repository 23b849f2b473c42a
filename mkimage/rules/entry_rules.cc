#include "mkimage/rules/entry_rules.h"

namespace zvfs {

InodeRecord EntryRules::made_up_directory(Timestamp time) const {
  InodeRecord record;
  record.mode = 0040755;
  const Timestamp made = made_up_time(time);
  record.mtime_seconds = made.seconds;
  record.mtime_nanoseconds = made.nanoseconds;
  metadata.rewrite(record);
  return record;
}

}  // namespace zvfs
