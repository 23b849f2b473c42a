#include "mkimage/rules/metadata_rules.h"

namespace zvfs {
void MetadataRules::rewrite(InodeRecord& record) const {
  if (uid) record.uid = *uid;
  if (gid) record.gid = *gid;
  if (mode && !is_symlink(record)) record.mode = mode->apply(record.mode);
  if (mtime && (time_rule == TimeRule::kSet || mtime_of(record) > *mtime)) {
    record.mtime_seconds = mtime->seconds;
    record.mtime_nanoseconds = mtime->nanoseconds;
  }
}

}  // namespace zvfs
