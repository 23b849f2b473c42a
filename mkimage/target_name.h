#pragma once

#include <string>
#include <string_view>

#include "codecs/codec.h"

namespace zvfs {

/// What is wrong with the name of an image whose suffix promises another format than it gets, such
/// as x.tgz, or x.tar.zst with lz4: "the name promises gzip, but ..."; empty if nothing is.
std::string problem_of_name(std::string_view path, Codec codec);

}  // namespace zvfs
