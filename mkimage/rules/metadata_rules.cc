#include "mkimage/rules/metadata_rules.h"

namespace zvfs {
void MetadataRules::rewrite(InodeRecord& record) const {
  if (uid) record.uid = *uid;
  if (gid) record.gid = *gid;
  if (mode && !record.is_symlink()) record.mode = mode->apply(record.mode);
  if (mtime && (time_rule == TimeRule::kSet || record.mtime() > *mtime)) record.set_mtime(*mtime);
}

}  // namespace zvfs
