#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace zvfs {

/// What the frames of an image are made with.
enum class Codec : std::uint8_t {
  kZstd,      ///< zstd, stored and fill frames: the image is a `.tar.zst`.
  kLz4,       ///< The same kinds, as LZ4 frames: the image is a `.tar.lz4`.
  kAdaptive,  ///< As kZstd, but LZ4 where it costs little space (docs/codecs.md).
};

/// The name of a codec, as users write it: "zstd", "lz4" or "adaptive".
std::string_view to_string(Codec codec);

/// The codec with that name, or nothing.
std::optional<Codec> codec_of_name(std::string_view name);

/// The levels of a codec: those of zstd, or of lz4 for kLz4. Negative levels trade ratio for speed;
/// there is no level 0.
struct LevelRange {
  int min;
  int max;
  int standard;  ///< The default.

  [[nodiscard]] bool contains(int level) const {
    return level != 0 && level >= min && level <= max;
  }
};
LevelRange levels_of(Codec codec);

/// How frames are made. A plain value.
struct EncoderOptions {
  Codec codec = Codec::kZstd;
  int level = 9;  ///< In levels_of(codec).
};

}  // namespace zvfs
