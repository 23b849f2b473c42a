// Runs a fuzz target over files, without libFuzzer: `<name>_replay FILE|DIRECTORY...`. So every
// build and every compiler replays the corpora, and a crash can be looked at in a debugger.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

/// All regular files of `argument`, which is one or a directory, sorted. Throws
/// fs::filesystem_error.
std::vector<fs::path> files_of(const fs::path& argument) {
  if (!fs::is_directory(fs::status(argument))) return {argument};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(argument)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Throws std::ios_base::failure.
void replay(const fs::path& file) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);  // The last line printed names the input that crashed.
  std::ifstream stream;
  stream.exceptions(std::ios::failbit | std::ios::badbit);
  stream.open(file, std::ios::binary);
  // An allocation of the exact size: sanitizers then see a read past its end.
  std::vector<char> input(static_cast<std::size_t>(fs::file_size(file)));
  stream.read(input.data(), static_cast<std::streamsize>(input.size()));
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

int replay_all(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& file : files_of(argv[i])) {
      replay(file);
      ++count;
    }
  }
  std::printf("%zu inputs replayed\n", count);
  if (count > 0) return 0;
  std::fprintf(stderr, "usage: %s FILE|DIRECTORY...: no input was found\n", argv[0]);
  return 1;
}

}  // namespace

int main(int argc, char** argv) try {
  return replay_all(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
