// Keys and signatures that signify-openbsd 31 and minisign 0.11 made.
#pragma once

#include <string_view>

namespace zvfs::testing {

/// What was signed: RootDigest::signed_text() of the hash of "abc", and of that of nothing.
inline constexpr std::string_view kSignedText =
    "zvfs-root sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";
inline constexpr std::string_view kOtherSignedText =
    "zvfs-root sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";

/// Keys of `signify-openbsd -G -n`, and of `minisign -G -W`.
inline constexpr std::string_view kSignifyKey =
    "untrusted comment: zvfs public key\n"
    "RWRd6uAJYA3eZBJvl4omDAMB6xm8pwAotylecC1uJLDasCRDMUKt2tDM\n";
inline constexpr std::string_view kOtherSignifyKey =
    "untrusted comment: zvfs public key\n"
    "RWRO454TUv7ms3fLc1U6kl6NiUxLdK/yrdw9UAgN1Q6Uw8pqr9414BgS\n";
inline constexpr std::string_view kMinisignKey =
    "untrusted comment: minisign public key 7A13FA9AA1B90A29\n"
    "RWQpCrmhmvoTes07k7OXFkul7bJtqA0xXLYxZZvwlTZ3Ixv4oOZ4Q+38\n";

/// Signatures of kSignedText by kSignifyKey and by kOtherSignifyKey: `signify-openbsd -S`.
inline constexpr std::string_view kSignifySignature =
    "untrusted comment: verify with s.pub\n"
    "RWRd6uAJYA3eZEvJzi6lvBWInZ6S+Zb5tduOF2G3Inple+zuUMmrdsb5tWcp83fUPMqhcx6RagCtEcgUBMubD8E8"
    "i9PS2z5Q4Qg=\n";
inline constexpr std::string_view kOtherSignifySignature =
    "untrusted comment: verify with s2.pub\n"
    "RWRO454TUv7mszCLW58u5mcbZ6K8n20qETkw09uvg5j7wU5VpXvSjCRuWXaWPW4UR9HMPM/nRPzGEbrqb9EiS1Ux"
    "xueivRm9Cw0=\n";

/// A signature of kOtherSignedText by kSignifyKey.
inline constexpr std::string_view kSignifySignatureOfOther =
    "untrusted comment: verify with s.pub\n"
    "RWRd6uAJYA3eZE+XFtXsGK4w5w+GnT5D07QyQo5Sm0Iz58BFtOSSGx5bljjYch6+D2HT/mcYUDcg9yDbvya0sfve"
    "1/v/acUzBAg=\n";

/// Signatures of kSignedText by kMinisignKey: `minisign -S -t "version 7"`, the same for version 8,
/// and with -l.
inline constexpr std::string_view kMinisignSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQpCrmhmvoTeobWDIxeFWrE12qJfynqdR9AdcooHzk0HkwkEUoHQeKT1KDvXtPL2cbZt7DGj9RIPGynqqY3MLxL"
    "GyeOzqYtqw8=\n"
    "trusted comment: version 7\n"
    "5HsIcqeUZ/NCRj0Vzi7vjvqOPHcltyQmOOSK3LYwecEIVDL+OFgYk05PP7Vwrgivti63zMlKOhI0uOuqRTruAA==\n";
inline constexpr std::string_view kMinisignSignatureAgain =
    "untrusted comment: signature from minisign secret key\n"
    "RUQpCrmhmvoTeobWDIxeFWrE12qJfynqdR9AdcooHzk0HkwkEUoHQeKT1KDvXtPL2cbZt7DGj9RIPGynqqY3MLxL"
    "GyeOzqYtqw8=\n"
    "trusted comment: version 8\n"
    "i1Q5thW9wJovdIbq8gG8q6Ono1aHdFvHmC8GHvtQ64usj9CT16lgCVXYtBduRsCQs0m/yzyvZ+2WRjvfrGDhDQ==\n";
inline constexpr std::string_view kMinisignLegacySignature =
    "untrusted comment: signature from minisign secret key\n"
    "RWQpCrmhmvoTeuZiOKTlUvuw+GjEIKnukC0VF8gbMd3hfletCy5dv1C1ONIxJ65Yp+v3cpPKvZ5Lvw+x/8M+KH52"
    "ouBDqETGqAg=\n"
    "trusted comment: version 7\n"
    "3wzCfYB1Ok64bKAEYLZnatbOsQOtca4ktdOCMETBCd0Dl//Iqc4INZ1FtWKNn1E03pcF8VcEdbVdut7jg7+1Ag==\n";

}  // namespace zvfs::testing
