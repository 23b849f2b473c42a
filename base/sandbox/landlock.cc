#include "base/sandbox/landlock.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace zvfs {
namespace {

// The kernel's structure as of version 6 of the interface; older kernels take a shorter one. It is
// spelled out since <linux/landlock.h> of Debian 12 is at version 2.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

constexpr unsigned kAskVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION

// How many kinds of access to files each version knows, from version 1 on. The last number holds
// for later ones, too.
constexpr std::array<unsigned, 5> kFileAccesses = {13, 14, 15, 15, 16};
constexpr int kVersionOfNet = 4;
constexpr int kVersionOfScopes = 6;
constexpr std::uint64_t kBindAndConnect = 0b11;
constexpr std::uint64_t kAbstractSocketsAndSignals = 0b11;

RulesetAttributes everything(int version) {
  const std::size_t known = std::min(static_cast<std::size_t>(version), kFileAccesses.size());
  RulesetAttributes attributes;
  attributes.handled_access_fs = (std::uint64_t{1} << kFileAccesses[known - 1]) - 1;
  if (version >= kVersionOfNet) attributes.handled_access_net = kBindAndConnect;
  if (version >= kVersionOfScopes) attributes.scoped = kAbstractSocketsAndSignals;
  return attributes;
}

// What the kernel of that version takes; a longer structure would do if the rest is zero.
std::size_t size_of_attributes(int version) {
  if (version >= kVersionOfScopes) return sizeof(RulesetAttributes);
  return version >= kVersionOfNet ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

}  // namespace

bool restrict_by_landlock() {
  const auto version =
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion));
  if (version < 1) return false;
  const RulesetAttributes attributes = everything(version);
  const UniqueFd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, size_of_attributes(version), 0)));
  return ruleset.is_open() && ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

}  // namespace zvfs
