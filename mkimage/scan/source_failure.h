#pragma once

#include <string_view>

#include "base/result.h"
#include "base/warnings.h"

namespace zvfs {

/// The error of a call on a file of the source that failed with `error_number`: NotFound when the
/// file is gone; else Io, with errno's text after `message`.
[[nodiscard]] Unexpected fail_on_source(int error_number, std::string_view message);

/// What such an error says of the file: one that is gone has changed, as for GNU tar.
[[nodiscard]] Warning::Severity severity_of(const Error& error);

}  // namespace zvfs
