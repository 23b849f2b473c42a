#pragma once

#if defined(__has_feature)
#define ZVFS_HAS_FEATURE(name) __has_feature(name)
#else
#define ZVFS_HAS_FEATURE(name) 0
#endif

namespace zvfs::testing {

// What this program was built with. g++ 12 defines macros; clang and g++ 14 know __has_feature().

#if defined(__SANITIZE_ADDRESS__) || ZVFS_HAS_FEATURE(address_sanitizer)
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__) || ZVFS_HAS_FEATURE(thread_sanitizer)
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

#if ZVFS_HAS_FEATURE(undefined_behavior_sanitizer)
constexpr bool kUndefinedBehaviorSanitizer = true;
#else
constexpr bool kUndefinedBehaviorSanitizer = false;  ///< Not known of g++ 12.
#endif

}  // namespace zvfs::testing

#undef ZVFS_HAS_FEATURE
