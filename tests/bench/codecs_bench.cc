// bench-codecs: measures codecs/ on frames, compared with direct calls of the libraries.
//
//   encode/<codec>/<level>/<data>/<size>    FrameEncoder
//   decode/...                              FrameDecoder, on frames of that encoder
//   libzstd-encode, libzstd-decode, liblz4-encode, liblz4-decode   the library, on the same
//   lz4frame-decode                         liblz4's frame decoder
//   all_equal, xxh64, looks_random          kernels
//
// Each reports bytes of content per second and, as "ratio", content to coded bytes. On a noisy
// machine: --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true.
#include <cstdlib>
#include <functional>
#include <map>

#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lz4hc.h>
#include <zstd.h>

#include "codecs/checksum.h"
#include "codecs/compressibility.h"
#include "codecs/frame_decoder.h"
#include "codecs/frame_encoder.h"
#include "codecs/lz4_framing.h"
#include "codecs/simd.h"
#include "tests/bench/bench_data.h"

namespace zvfs::bench {
namespace {

struct Case {
  EncoderOptions options;
  std::string data;
  std::size_t size;
};

std::string name_of(const Case& which) {
  return fmt::format("{}/{}/{}/{}", to_string(which.options.codec), which.options.level, which.data,
                     which.size);
}

struct Coded {
  FrameKind kind;
  std::uint32_t checksum;
  ByteVector bytes;
};

// All frames of a case, encoded. They are kept, since encoding takes seconds at the highest levels.
const std::vector<Coded>& encode_all(const Case& which) {
  static std::map<std::string, std::vector<Coded>> cache;
  std::vector<Coded>& coded = cache[name_of(which)];
  if (!coded.empty()) return coded;
  FrameEncoder encoder(which.options);
  for (const ByteVector& content : frames_of(which.data, which.size)) {
    const EncodedFrame frame = encoder.encode(content).value();
    coded.push_back({frame.kind, frame.checksum, {frame.bytes.begin(), frame.bytes.end()}});
  }
  return coded;
}

// Frames made by a library: `make` fills a buffer and returns the size.
using Make = std::function<std::size_t(ByteSpan content, MutableByteSpan out)>;
std::vector<Coded> make_all(const Case& which, const Make& make) {
  std::vector<Coded> made;
  for (const ByteVector& content : frames_of(which.data, which.size)) {
    ByteVector out(content.size() + content.size() / 128 + 1024);
    out.resize(make(content, out));
    made.push_back({FrameKind::kZstd, 0, std::move(out)});
  }
  return made;
}

// Runs `work` on one frame after another, and reports their speed and ratio.
template <typename Work>
void measure(benchmark::State& state, const Case& which, const std::vector<Coded>& coded,
             const Work& work) {
  std::size_t next = 0;
  for (auto _ : state) {
    work(next);
    next = (next + 1) % coded.size();
  }
  std::size_t coded_size = 0;
  for (const Coded& frame : coded) coded_size += frame.bytes.size();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(which.size));
  state.counters["ratio"] =
      static_cast<double>(which.size * coded.size()) / static_cast<double>(coded_size);
}

void require(bool good) {
  if (!good) std::abort();
}

// --- codecs/

void encode(benchmark::State& state, const Case& which) {
  const std::vector<ByteVector>& frames = frames_of(which.data, which.size);
  FrameEncoder encoder(which.options);
  measure(state, which, encode_all(which), [&](std::size_t i) {
    benchmark::DoNotOptimize(encoder.encode(frames[i]).value().bytes.data());
  });
}

void decode(benchmark::State& state, const Case& which) {
  const std::vector<Coded>& frames = encode_all(which);
  FrameDecoder decoder;
  ByteVector out(which.size);
  measure(state, which, frames, [&](std::size_t i) {
    const Coded& frame = frames[i];
    require(decoder.decode(frame.kind, frame.bytes, frame.checksum, out).has_value());
  });
  state.SetLabel(std::string(to_string(frames.front().kind)));
}

// --- The libraries

ZSTD_CCtx* zstd_context(int level) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  return context;
}

Make by_libzstd(ZSTD_CCtx* context) {
  return [context](ByteSpan content, MutableByteSpan out) {
    return ZSTD_compress2(context, out.data(), out.size(), content.data(), content.size());
  };
}

// A block instead of a frame, with the two checksums that a frame of an image needs: LZ4's own and
// the index's.
Make by_liblz4(int level) {
  return [level](ByteSpan content, MutableByteSpan out) {
    const auto* from = reinterpret_cast<const char*>(content.data());
    auto* to = reinterpret_cast<char*>(out.data());
    const int size = static_cast<int>(content.size());
    const int limit = static_cast<int>(out.size());
    benchmark::DoNotOptimize(xxh32(content));
    benchmark::DoNotOptimize(xxh64(content));
    return static_cast<std::size_t>(level < LZ4HC_CLEVEL_MIN
                                        ? LZ4_compress_default(from, to, size, limit)
                                        : LZ4_compress_HC(from, to, size, limit, level));
  };
}

Make by_lz4frame(int level) {
  return [level](ByteSpan content, MutableByteSpan out) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.frameInfo.contentSize = content.size();
    preferences.frameInfo.blockSizeID =
        static_cast<LZ4F_blockSizeID_t>(lz4_block_size_code(content.size()));
    preferences.compressionLevel = level;
    ByteVector bound(LZ4F_compressFrameBound(content.size(), &preferences));
    const std::size_t size = LZ4F_compressFrame(bound.data(), bound.size(), content.data(),
                                                content.size(), &preferences);
    std::copy_n(bound.begin(), size, out.begin());
    return size;
  };
}

void library_encode(benchmark::State& state, const Case& which, const Make& make) {
  const std::vector<ByteVector>& frames = frames_of(which.data, which.size);
  ByteVector out(which.size + which.size / 128 + 1024);
  measure(state, which, make_all(which, make),
          [&](std::size_t i) { require(make(frames[i], out) > 0); });
}

using Decode = std::function<bool(ByteSpan coded, MutableByteSpan out)>;
void library_decode(benchmark::State& state, const Case& which, const Make& make,
                    const Decode& decode_one) {
  const std::vector<Coded> frames = make_all(which, make);
  ByteVector out(which.size);
  measure(state, which, frames, [&](std::size_t i) { require(decode_one(frames[i].bytes, out)); });
}

bool libzstd_decode(ByteSpan coded, MutableByteSpan out) {
  static ZSTD_DCtx* const context = ZSTD_createDCtx();
  return ZSTD_decompressDCtx(context, out.data(), out.size(), coded.data(), coded.size()) ==
         out.size();
}

bool liblz4_decode(ByteSpan coded, MutableByteSpan out) {
  const int size = LZ4_decompress_safe(
      reinterpret_cast<const char*>(coded.data()), reinterpret_cast<char*>(out.data()),
      static_cast<int>(coded.size()), static_cast<int>(out.size()));
  benchmark::DoNotOptimize(xxh64(out));
  return size == static_cast<int>(out.size());
}

bool lz4frame_decode(ByteSpan coded, MutableByteSpan out) {
  static LZ4F_dctx* const context = [] {
    LZ4F_dctx* made = nullptr;
    LZ4F_createDecompressionContext(&made, LZ4F_VERSION);
    return made;
  }();
  std::size_t out_size = out.size();
  std::size_t in_size = coded.size();
  return LZ4F_decompress(context, out.data(), &out_size, coded.data(), &in_size, nullptr) == 0 &&
         out_size == out.size();
}

// --- Kernels

void report_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(size));
}

void all_equal(benchmark::State& state, SimdBackend backend, std::size_t size) {
  const ByteVector bytes(size);
  const SimdKernels& kernels = simd_kernels(backend);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernels.all_equal(bytes.data(), bytes.size()));
    benchmark::ClobberMemory();
  }
  report_bytes(state, size);
}

void hash(benchmark::State& state, SimdBackend backend, std::size_t size) {
  const ByteVector& bytes = frames_of("random", size).front();
  const SimdKernels& kernels = simd_kernels(backend);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernels.xxh64(bytes.data(), bytes.size()));
    benchmark::ClobberMemory();
  }
  report_bytes(state, size);
}

void sample(benchmark::State& state, std::size_t size) {
  const ByteVector& bytes = frames_of("random", size).front();
  for (auto _ : state) benchmark::DoNotOptimize(looks_random(bytes));
  report_bytes(state, size);
}

// --- Registration

constexpr std::size_t kSizes[] = {4 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20};
constexpr EncoderOptions kOptions[] = {{Codec::kZstd, 1},  {Codec::kZstd, 3},    {Codec::kZstd, 9},
                                       {Codec::kZstd, 19}, {Codec::kLz4, 1},     {Codec::kLz4, 9},
                                       {Codec::kLz4, 12},  {Codec::kAdaptive, 9}};

template <typename Function, typename... Args>
void add(const std::string& name, Function function, Args... args) {
  benchmark::RegisterBenchmark(name.c_str(), function, args...)->Unit(benchmark::kMicrosecond);
}

void add_libraries(const std::string& name, const Case& which) {
  const int level = which.options.level;
  if (which.options.codec == Codec::kZstd) {
    const Make make = by_libzstd(zstd_context(level));
    add("libzstd-encode/" + name, library_encode, which, make);
    add("libzstd-decode/" + name, library_decode, which, make, libzstd_decode);
  } else if (which.options.codec == Codec::kLz4) {
    add("liblz4-encode/" + name, library_encode, which, by_liblz4(level));
    add("liblz4-decode/" + name, library_decode, which, by_liblz4(level), liblz4_decode);
    add("lz4frame-decode/" + name, library_decode, which, by_lz4frame(level), lz4frame_decode);
  }
}

void add_all() {
  for (const EncoderOptions& options : kOptions) {
    for (const std::string& data : data_names()) {
      for (const std::size_t size : kSizes) {
        const Case which{options, data, size};
        const std::string name = name_of(which);
        add("encode/" + name, encode, which);
        add("decode/" + name, decode, which);
        add_libraries(name, which);
      }
    }
  }
  for (const std::size_t size : kSizes) {
    for (const SimdBackend backend : available_simd()) {
      add(fmt::format("all_equal/{}/{}", to_string(backend), size), all_equal, backend, size);
      add(fmt::format("xxh64/{}/{}", to_string(backend), size), hash, backend, size);
    }
    add(fmt::format("looks_random/{}", size), sample, size);
  }
}

}  // namespace
}  // namespace zvfs::bench

int main(int argc, char** argv) {
  zvfs::bench::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
