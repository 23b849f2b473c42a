#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs::testing {

/// Bytes in memory, in runs of a size. Not thread-safe.
class ByteRuns final : public ByteStream {
 public:
  ByteRuns(std::string bytes, std::size_t run) : bytes_(std::move(bytes)), run_(run) {}

  Result<ByteSpan> next() override {
    const ByteSpan all = as_bytes(bytes_);
    const ByteSpan run = all.subspan(at_, std::min(run_, all.size() - at_));
    at_ += run.size();
    return run;
  }

 private:
  const std::string bytes_;
  const std::size_t run_;
  std::size_t at_ = 0;
};

}  // namespace zvfs::testing
