#include "base/sandbox/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/sandbox/capabilities.h"
#include "base/sandbox/landlock.h"
#include "base/sandbox/system_call_filter.h"

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

std::vector<std::string> enter_sandbox(const SandboxRules& rules) {
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
  want(set_limit(RLIMIT_NOFILE, rules.max_descriptors), "descriptors are not limited");
  if (!rules.may_write_files) want(set_limit(RLIMIT_FSIZE, 0), "writing to files is not limited");
  if (rules.address_space_bytes != 0) {
    want(set_limit(RLIMIT_AS, rules.address_space_bytes), "memory is not limited");
  }
  want(filter_system_calls(rules.system_calls, rules.may_start_threads),
       "system calls cannot be filtered (seccomp)");
  return missing;
}

}  // namespace zvfs
