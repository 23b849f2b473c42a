#pragma once

#include "base/option_set.h"
#include "trust/root_trust.h"

namespace zvfs {

/// Declares --digest, --pubkey and --signature, which say which image the user trusts. For
/// open_image().
void declare_trust(OptionSet& options, TrustOptions& trust);

}  // namespace zvfs
