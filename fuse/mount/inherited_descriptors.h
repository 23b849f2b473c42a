#pragma once

#include <vector>

namespace zvfs {

/// The descriptors above 2 that the program was started with: a shell's lock, the pipe of a caller
/// that waits for its end. A daemon must not keep them open. Not thread-safe.
class InheritedDescriptors {
 public:
  /// Takes down which descriptors are open now. Make it before anything is opened.
  InheritedDescriptors();

  /// Closes them. What was opened since, also from a path such as /dev/fd/9, stays open.
  void close_all();

 private:
  std::vector<int> descriptors_;
};

}  // namespace zvfs
