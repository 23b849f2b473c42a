// damage_sweep IMAGE: damages an image in memory in every way, one at a time, and reads it: every 4
// KiB block zeroed, bits flipped in every structure, the tail cut off, a piece of the middle
// removed. Every read must give the right data or an error; files in frames that were not hit must
// be right; and `zvfs check` must report a problem. Prints counts; exits with 1 if anything failed.
#include <cstdio>
#include <random>
#include <span>
#include <string>

#include <fmt/core.h>

#include "base/option_set.h"
#include "base/parallel.h"
#include "codecs/codec.h"
#include "format/seek_table.h"
#include "tests/damage/image_truth.h"
#include "tests/damage/patched_source.h"
#include "zvfs/check/checker.h"

namespace zvfs::testing {
namespace {

constexpr std::uint64_t kBlock = 4096;

// A part of the image and its name.
struct Structure {
  std::string name;
  std::uint64_t begin;
  std::uint64_t end;
};

// The results of one kind of damage.
struct Tally {
  std::uint64_t harmed = 0;
  std::uint64_t unopened = 0;  // images that could not be opened
  std::uint64_t checked = 0;
  std::uint64_t detected = 0;
  std::uint64_t right = 0;  // files read
  std::uint64_t failed = 0;
  std::uint64_t wrong = 0;     // images that showed wrong data
  std::uint64_t harmless = 0;  // images that decoded to the same data
};

class Sweep {
 public:
  Sweep(ByteVector image, std::size_t check_every)
      : bytes_(std::make_shared<ByteVector>(std::move(image))),
        check_every_(check_every),
        truth_(Image::open(std::make_unique<MemorySource>(*bytes_), {}).value()),
        header_(truth_.image().header()) {}

  bool run(std::size_t flips) {
    fmt::print("{} bytes, {} files with data in {} frames\n", bytes_->size(), truth_.file_count(),
               header_.frame_count);
    zero_blocks();
    for (const Structure& structure : structures()) flip_bits(structure, flips);
    cut_tails(flips);
    remove_middles(flips);
    return failures_ == 0;
  }

 private:
  void zero_blocks() {
    Tally tally;
    for (std::uint64_t begin = 0; begin < bytes_->size(); begin += kBlock) {
      const std::uint64_t end = std::min<std::uint64_t>(begin + kBlock, bytes_->size());
      const auto from = bytes_->begin() + static_cast<std::ptrdiff_t>(begin);
      const bool was_zero = std::all_of(from, from + static_cast<std::ptrdiff_t>(end - begin),
                                        [](std::byte byte) { return byte == std::byte{0}; });
      if (was_zero) continue;
      harm("zeroed", {begin, end, ByteVector(end - begin)}, tally);
    }
    print("blocks of 4 KiB zeroed", tally);
  }

  void flip_bits(const Structure& structure, std::size_t flips) {
    Tally tally;
    std::uniform_int_distribution<std::uint64_t> any(structure.begin * 8, structure.end * 8 - 1);
    for (std::size_t i = 0; i < flips; ++i) {
      const std::uint64_t bit = any(random_);
      const std::byte flipped = (*bytes_)[bit / 8] ^ std::byte(1 << bit % 8);
      harm("flipped bit " + std::to_string(bit % 8) + " of the byte",
           {bit / 8, bit / 8 + 1, ByteVector{flipped}}, tally);
    }
    print("bits flipped in " + structure.name, tally);
  }

  void cut_tails(std::size_t count) {
    Tally tally;
    std::uniform_int_distribution<std::uint64_t> any(1, bytes_->size() - 1);
    for (std::size_t i = 0; i < count; ++i)
      harm("cut off", {any(random_), bytes_->size(), {}}, tally);
    print("tails cut off", tally);
  }

  void remove_middles(std::size_t count) {
    Tally tally;
    std::uniform_int_distribution<std::uint64_t> any(0, bytes_->size() - 2);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t begin = any(random_);
      std::uniform_int_distribution<std::uint64_t> length(1, bytes_->size() - 1 - begin);
      harm("removed", {begin, begin + length(random_), {}}, tally);
    }
    print("middles removed", tally);
  }

  struct Harm {
    std::uint64_t begin;
    std::uint64_t end;
    ByteVector patch;
  };

  void harm(const std::string& what, const Harm& harm, Tally& tally) {
    ++tally.harmed;
    const std::uint64_t failed_before = tally.failed + tally.unopened;
    const bool moves = harm.patch.size() != harm.end - harm.begin;
    const auto image = Image::open(source(harm), {});
    const std::string where = fmt::format("{} at {} to {}", what, harm.begin, harm.end);
    if (!image) {
      ++tally.unopened;
    } else if (moves || harm.end > header_.data_size) {
      take(truth_.judge_all(**image), where, tally);
    } else {
      take(truth_.judge_files(**image, truth_.files_in(harm.begin, harm.end)), where, tally);
      judge_others(**image, harm, where, tally);
    }
    if (tally.harmed % check_every_ == 0) {
      check(harm, where, tally.failed + tally.unopened > failed_before, tally);
    }
  }

  // Reads files in frames that were not hit: a different part of them each time.
  void judge_others(const Image& image, const Harm& harm, const std::string& where, Tally& tally) {
    const auto hit = truth_.files_in(harm.begin, harm.end);
    std::vector<std::uint32_t> others = truth_.every(100, next_part_++);
    std::erase_if(others,
                  [&](std::uint32_t file) { return std::ranges::binary_search(hit, file); });
    const Verdict verdict = truth_.judge_files(image, others);
    if (verdict.failed > 0) complain(where + ": files fail that are not there");
    take(verdict, where, tally);
  }

  void check(const Harm& harm, const std::string& where, bool has_failed, Tally& tally) {
    CheckOptions options;
    options.threads = processor_count();
    options.on_problem = [](std::string_view) {};
    const auto report = check_image(source(harm), options);
    ++tally.checked;
    if (!report || !report->is_clean()) {
      ++tally.detected;
    } else if (has_failed) {
      complain(where + ": check finds nothing, but files cannot be read");
    } else {
      ++tally.harmless;
    }
  }

  void take(const Verdict& verdict, const std::string& where, Tally& tally) {
    tally.right += verdict.right;
    tally.failed += verdict.failed;
    if (verdict.wrong.empty()) return;
    ++tally.wrong;
    complain(where + ": " + verdict.wrong);
  }

  void complain(const std::string& what) {
    ++failures_;
    fmt::print("WRONG: {}\n", what);
  }

  [[nodiscard]] std::unique_ptr<const ImageSource> source(const Harm& harm) const {
    return std::make_unique<PatchedSource>(bytes_, harm.begin, harm.end, harm.patch);
  }

  [[nodiscard]] std::vector<Structure> structures() const {
    const std::uint64_t index = header_.data_size;
    const std::uint64_t directory = index + kSkippableHeaderSize + IndexHeader::kSize;
    const std::uint64_t frames = directory + std::uint64_t{16} * header_.index_frame_count;
    const std::uint64_t seek_table =
        header_.image_size - SeekTableFooter{header_.frame_count + 1}.table_size();
    const std::uint64_t inner_table =
        seek_table - SeekTableFooter{header_.index_frame_count}.table_size();
    const std::uint64_t footer = header_.image_size - SeekTableFooter::kSize;
    return {{"data frames", 0, index},
            {"the index's skippable header", index, index + kSkippableHeaderSize},
            {"the index header", index + kSkippableHeaderSize, directory},
            {"the index directory", directory, frames},
            {"index frames", frames, inner_table},
            {"the index's own seek table", inner_table, seek_table},
            {"the seek table", seek_table, footer},
            {"the footer", footer, header_.image_size}};
  }

  static void print(const std::string& what, const Tally& tally) {
    fmt::print(
        "{} {}: {} not opened, {} show what is wrong; files read: {} right, {} errors; "
        "check: {} of {} detected, {} without effect\n",
        tally.harmed, what, tally.unopened, tally.wrong, tally.right, tally.failed, tally.detected,
        tally.checked, tally.harmless);
    std::fflush(stdout);
  }

  const PatchedSource::SharedBytes bytes_;
  const std::size_t check_every_;
  const ImageTruth truth_;
  const IndexHeader header_;
  std::mt19937_64 random_{20261121};  // NOLINT: the same damage in every run
  std::size_t next_part_ = 0;
  std::uint64_t failures_ = 0;
};

int sweep(std::span<char* const> arguments) {
  OptionSet options("damage_sweep", "Harms an image in every way, and reads what is left");
  std::string path;
  std::size_t check_every = 1;
  std::size_t flips = 100;
  options.operand("IMAGE", path, "A sound image, with nothing before it").required();
  options.option("--check-every N", check_every, "Run `zvfs check` on every Nth of them only")
      .at_least(1);
  options.option("--flips COUNT", flips, "Bits to flip in each structure; and how many cuts");
  const auto parsed = options.parse(arguments);
  if (!parsed) {
    const std::string& message = parsed.error().message;
    fmt::print(stderr, "{}\nRun with --help for more information.\n", message);
    return 2;
  }
  if (*parsed == OptionSet::Parsed::kQuestion) return 0;
  const auto file = FileSource::open(path);
  if (!file) return fmt::print(stderr, "{}\n", file.error().message), 2;
  ByteVector bytes((*file)->size());
  if (!(*file)->read(0, bytes)) return 2;
  return Sweep(std::move(bytes), check_every).run(flips) ? 0 : 1;
}

}  // namespace
}  // namespace zvfs::testing

int main(int argc, char** argv) {
  return zvfs::testing::sweep({argv, static_cast<std::size_t>(argc)});
}
