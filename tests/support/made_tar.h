#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "base/bytes.h"

namespace zvfs::testing {

/// A tar archive made by hand, block by block, as programs of any age would make it. It does not
/// use our own header writer, so that the reader and the writer cannot share a mistake.
class MadeTar {
 public:
  struct Header {
    char type = '0';
    std::string_view link = {};
    std::uint64_t size = 0;
    unsigned mode = 0644;
    unsigned uid = 0;
    unsigned gid = 0;
    std::uint64_t mtime = 0;
    std::string_view magic = std::string_view("ustar\00000", 8);
  };

  /// Adds a header alone and then overwrites fields of it: `patches` are (offset, bytes).
  void header(std::string_view name, const Header& header,
              std::initializer_list<std::pair<std::size_t, std::string_view>> patches = {}) {
    std::string block(512, '\0');
    const auto put = [&](std::size_t offset, std::string_view text) {
      block.replace(offset, text.size(), text);
    };
    put(0, name);
    put(100, fmt::format("{:07o}", header.mode));
    put(108, fmt::format("{:07o}", header.uid));
    put(116, fmt::format("{:07o}", header.gid));
    put(124, fmt::format("{:011o}", header.size));
    put(136, fmt::format("{:011o}", header.mtime));
    put(156, std::string_view(&header.type, 1));
    put(157, header.link);
    put(257, header.magic);
    for (const auto& [offset, text] : patches) put(offset, text);
    put(148, "        ");
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + '\0');
    bytes += block;
  }
  void data(std::string_view content) {
    bytes += content;
    bytes.resize((bytes.size() + 511) / 512 * 512);
  }
  void file(std::string_view name, std::string_view content) {
    header(name, {.size = content.size()});
    data(content);
  }
  void directory(std::string_view name) { header(name, {.type = '5', .mode = 0755}); }
  void symlink(std::string_view name, std::string_view target) {
    header(name, {.type = '2', .link = target, .mode = 0777});
  }
  void hard_link(std::string_view name, std::string_view target) {
    header(name, {.type = '1', .link = target});
  }
  /// Adds an extended header of `type` with that body.
  void extended(char type, std::string_view body) {
    header("extended", {.type = type, .size = body.size()});
    data(body);
  }
  /// A pax record for extended('x', …).
  static std::string record(std::string_view key, std::string_view value) {
    const std::string rest = fmt::format(" {}={}\n", key, value);
    std::size_t size = rest.size() + 1;
    while (fmt::format("{}", size).size() + rest.size() != size) ++size;
    return fmt::format("{}{}", size, rest);
  }
  void end() { bytes.append(1024, '\0'); }

  std::string bytes;
};

}  // namespace zvfs::testing
