#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/member_source.h"

namespace zvfs {

/// The members of an archive that libarchive reads. Not thread-safe.
class ArchiveMembers final : public MemberSource {
 public:
  explicit ArchiveMembers(std::unique_ptr<ArchiveReader> reader) : reader_(std::move(reader)) {}

  Result<Next> next() override;
  Result<Block> read() override;

 private:
  std::unique_ptr<ArchiveReader> reader_;
};

}  // namespace zvfs
