// See debuginfod.h. The library is never linked: a machine without it loses this source of names and nothing else.
#include "analyzer/symbols/debuginfod.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace dregs {
namespace {

// The library's interface, as far as we use it; its header is not everywhere where the library is.
class Client {
  public:
    Client() {
        const char* servers = std::getenv("DEBUGINFOD_URLS");
        if (!servers || !*servers) return;
        library_ = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
        if (!library_) return;
        auto begin = reinterpret_cast<void* (*)()>(dlsym(library_, "debuginfod_begin"));
        find_ = reinterpret_cast<Find>(dlsym(library_, "debuginfod_find_debuginfo"));
        if (begin && find_) session_ = begin();
    }

    std::string find(const BuildId& id) const {
        char* path = nullptr;
        if (!session_ || id.empty()) return {};
        const int file = find_(session_, id.data(), static_cast<int>(id.size()), &path);
        if (file >= 0) close(file);
        const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
        return file >= 0 && path ? std::string(path) : std::string();
    }

  private:
    using Find = int (*)(void*, const unsigned char*, int, char**);
    void* library_ = nullptr;
    void* session_ = nullptr;
    Find find_ = nullptr;
};

}  // namespace

std::string fetch_debug_file(const BuildId& id) {
    static const Client* client = new Client;  // kept to the end, as the library keeps its connections
    return client->find(id);
}

}  // namespace dregs
