#pragma once

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace zvfs::testing {

/// Turns root into nobody, to whom file modes apply, while it exists. Does nothing for other users.
class OrdinaryUser {
 public:
  /// The user id of nobody in Debian and elsewhere.
  static constexpr uid_t kNobody = 65534;

  OrdinaryUser() {
    if (was_root_ && ::seteuid(kNobody) != 0) throw std::runtime_error("seteuid");
  }
  ~OrdinaryUser() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  const bool was_root_ = ::geteuid() == 0;
};

}  // namespace zvfs::testing
