#include "tests/bench/bench_data.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>

namespace zvfs::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTotal = std::size_t{8} << 20;

std::size_t count_of(std::size_t size) {
  return std::max<std::size_t>(4, std::min<std::size_t>(64, kMaxTotal / size));
}

// Regular files below `root` whose names contain `part`, in order, up to `limit` bytes in total.
ByteVector contents_below(const fs::path& root, std::string_view part, std::size_t limit) {
  std::vector<fs::path> paths;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(root, options)) {
    const bool wanted = entry.path().filename().string().find(part) != std::string::npos;
    if (wanted && !entry.is_symlink() && entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  ByteVector bytes;
  for (const fs::path& path : paths) {
    if (bytes.size() >= limit) break;
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const ByteSpan span = as_bytes(content);
    bytes.insert(bytes.end(), span.begin(), span.end());
  }
  if (bytes.size() < limit) throw std::runtime_error("too little data in " + root.string());
  bytes.resize(limit);
  return bytes;
}

ByteVector random_data(std::size_t size) {
  std::mt19937_64 generator(1);
  ByteVector bytes;
  ByteWriter writer(bytes);
  while (bytes.size() < size) writer.u64(generator());
  return bytes;
}

ByteVector repeated_data(std::size_t size) {
  constexpr std::string_view kLine = "2024-05-17T08:30:00Z host service[1234]: request done\n";
  ByteVector bytes;
  ByteWriter writer(bytes);
  while (bytes.size() < size) writer.append(kLine);
  return bytes;
}

// The amount of data that frames of any size are cut from.
ByteVector make_data(std::string_view name) {
  if (name == "text") return contents_below("/usr/include", ".h", kMaxTotal);
  if (name == "binary") return contents_below("/usr/lib", ".so", kMaxTotal);
  if (name == "repeated") return repeated_data(kMaxTotal);
  if (name == "random") return random_data(kMaxTotal);
  return ByteVector(kMaxTotal);
}

const ByteVector& data_of(std::string_view name) {
  static std::map<std::string, ByteVector, std::less<>> cache;
  const auto found = cache.find(name);
  return found != cache.end() ? found->second : cache.emplace(name, make_data(name)).first->second;
}

}  // namespace

const std::vector<std::string>& data_names() {
  static const std::vector<std::string> names = {"text", "binary", "repeated", "zeros", "random"};
  return names;
}

const std::vector<ByteVector>& frames_of(std::string_view data, std::size_t size) {
  static std::map<std::pair<std::string, std::size_t>, std::vector<ByteVector>> cache;
  std::vector<ByteVector>& frames = cache[{std::string(data), size}];
  if (!frames.empty()) return frames;
  const ByteSpan bytes = data_of(data);
  const std::size_t stride = (bytes.size() - size) / (count_of(size) - 1);
  for (std::size_t i = 0; i < count_of(size); ++i) {
    const ByteSpan frame = bytes.subspan(i * stride, size);
    frames.emplace_back(frame.begin(), frame.end());
  }
  return frames;
}

}  // namespace zvfs::bench
