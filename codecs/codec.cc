#include "codecs/codec.h"

#include <array>

#include <lz4hc.h>
#include <zstd.h>

namespace zvfs {
namespace {

constexpr std::array kCodecs = {Codec::kZstd, Codec::kLz4, Codec::kAdaptive};
constexpr int kStandardLevel = 9;  // of both libraries

// As in the lz4 tool's --fast=n, level -n is acceleration n + 1 of LZ4_compress_fast().
constexpr int kLz4MinLevel = -65536;

}  // namespace

std::string_view to_string(Codec codec) {
  switch (codec) {
    case Codec::kZstd:
      return "zstd";
    case Codec::kLz4:
      return "lz4";
    case Codec::kAdaptive:
      return "adaptive";
  }
  return "unknown";
}

std::optional<Codec> codec_of_name(std::string_view name) {
  for (const Codec codec : kCodecs) {
    if (to_string(codec) == name) return codec;
  }
  return std::nullopt;
}

LevelRange levels_of(Codec codec) {
  if (codec == Codec::kLz4) return {kLz4MinLevel, LZ4HC_CLEVEL_MAX, kStandardLevel};
  return {ZSTD_minCLevel(), ZSTD_maxCLevel(), kStandardLevel};
}

}  // namespace zvfs
