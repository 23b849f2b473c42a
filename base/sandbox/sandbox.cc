#include "base/sandbox/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/sandbox/capabilities.h"
#include "base/sandbox/landlock.h"

namespace zvfs {
namespace {

// Sanitizers make system calls, and open files, of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#elif defined(__has_feature)
constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kIsSanitized = false;
#endif

bool set_limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit = {value, value};
  return ::setrlimit(resource, &limit) == 0;
}

}  // namespace

Sandbox::Sandbox(const SandboxRules& rules)
    : rules_(rules), filter_(rules.system_calls, rules.may_start_threads) {}

std::vector<std::string> Sandbox::enter() const {
  std::vector<std::string> missing;
  const auto want = [&](bool done, const char* what) {
    if (!done) missing.emplace_back(what);
  };
  want(set_limit(RLIMIT_CORE, 0), "core dumps are not limited");
  want(drop_capabilities(), "capabilities are kept");
  want(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "privileges are not fixed");
  if (kIsSanitized) {
    want(false, "a sanitizer needs files and all system calls");
    return missing;
  }
  want(restrict_by_landlock(), "no landlock in this kernel");
  want(set_limit(RLIMIT_NOFILE, rules_.max_descriptors), "descriptors are not limited");
  if (!rules_.may_write_files) want(set_limit(RLIMIT_FSIZE, 0), "writing to files is not limited");
  if (rules_.address_space_bytes != 0) {
    want(set_limit(RLIMIT_AS, rules_.address_space_bytes), "memory is not limited");
  }
  want(filter_.apply(), "system calls cannot be filtered (seccomp)");
  return missing;
}

std::vector<std::string> enter_sandbox(const SandboxRules& rules) { return Sandbox(rules).enter(); }

}  // namespace zvfs
