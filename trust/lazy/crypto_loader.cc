// The functions of libcrypto that trust/ calls, for a program that is not linked with it: they load
// it when the first of them is called. To load libcrypto takes 1.1 ms of processor time and 0.4 MiB
// in each process, as much as a third of what a mount takes, and most mounts verify nothing.
//
// Call one of them before the process gives up the right to open files. A program that links this
// and calls another function of libcrypto does not link.
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <stdexcept>
#include <string>

namespace zvfs {
namespace {

#define ZVFS_TEXT_OF(number) #number
#define ZVFS_SONAME(number) "libcrypto.so." ZVFS_TEXT_OF(number)
constexpr const char* kLibrary = ZVFS_SONAME(OPENSSL_SHLIB_VERSION);

// Throws std::runtime_error: the package depends on the library.
void* library() {
  static void* const loaded = [] {
    void* const handle = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(std::string("cannot load ") + ::dlerror());
    return handle;
  }();
  return loaded;
}

template <typename Function>
Function* find(const char* name) {
  void* const found = ::dlsym(library(), name);
  if (found == nullptr) throw std::runtime_error(std::string(kLibrary) + " lacks " + name);
  return reinterpret_cast<Function*>(found);
}

}  // namespace
}  // namespace zvfs

// The arguments are those of the function in which it stands.
#define ZVFS_CALL(function, ...)                                         \
  static auto* const loaded = zvfs::find<decltype(function)>(#function); \
  return loaded(__VA_ARGS__)

extern "C" {

int OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS* settings) {
  ZVFS_CALL(OPENSSL_init_crypto, options, settings);
}
const char* OPENSSL_info(int type) { ZVFS_CALL(OPENSSL_info, type); }
const char* OpenSSL_version(int type) { ZVFS_CALL(OpenSSL_version, type); }
OSSL_LIB_CTX* OSSL_LIB_CTX_get0_global_default() { ZVFS_CALL(OSSL_LIB_CTX_get0_global_default); }
void ERR_clear_error() { ZVFS_CALL(ERR_clear_error); }
unsigned long ERR_peek_last_error() { ZVFS_CALL(ERR_peek_last_error); }

EVP_MD* EVP_MD_fetch(OSSL_LIB_CTX* context, const char* algorithm, const char* properties) {
  ZVFS_CALL(EVP_MD_fetch, context, algorithm, properties);
}
const EVP_MD* EVP_blake2b512() { ZVFS_CALL(EVP_blake2b512); }
EVP_MD_CTX* EVP_MD_CTX_new() { ZVFS_CALL(EVP_MD_CTX_new); }
void EVP_MD_CTX_free(EVP_MD_CTX* context) { ZVFS_CALL(EVP_MD_CTX_free, context); }
int EVP_DigestInit_ex2(EVP_MD_CTX* context, const EVP_MD* type, const OSSL_PARAM* parameters) {
  ZVFS_CALL(EVP_DigestInit_ex2, context, type, parameters);
}
int EVP_DigestUpdate(EVP_MD_CTX* context, const void* data, size_t size) {
  ZVFS_CALL(EVP_DigestUpdate, context, data, size);
}
int EVP_DigestFinal_ex(EVP_MD_CTX* context, unsigned char* digest, unsigned* size) {
  ZVFS_CALL(EVP_DigestFinal_ex, context, digest, size);
}
int EVP_Digest(const void* data, size_t count, unsigned char* digest, unsigned* size,
               const EVP_MD* type, ENGINE* engine) {
  ZVFS_CALL(EVP_Digest, data, count, digest, size, type, engine);
}

EVP_PKEY* EVP_PKEY_new_raw_public_key(int type, ENGINE* engine, const unsigned char* key,
                                      size_t size) {
  ZVFS_CALL(EVP_PKEY_new_raw_public_key, type, engine, key, size);
}
void EVP_PKEY_free(EVP_PKEY* key) { ZVFS_CALL(EVP_PKEY_free, key); }
int EVP_DigestVerifyInit(EVP_MD_CTX* context, EVP_PKEY_CTX** key_context, const EVP_MD* type,
                         ENGINE* engine, EVP_PKEY* key) {
  ZVFS_CALL(EVP_DigestVerifyInit, context, key_context, type, engine, key);
}
int EVP_DigestVerify(EVP_MD_CTX* context, const unsigned char* signature, size_t signature_size,
                     const unsigned char* data, size_t size) {
  ZVFS_CALL(EVP_DigestVerify, context, signature, signature_size, data, size);
}

}  // extern "C"
