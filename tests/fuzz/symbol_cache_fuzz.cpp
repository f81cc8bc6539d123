// Feeds damaged texts to what reads the symbol cache: kept answers, noted files, and the database itself. Crashes and
// hangs are bugs; whatever the database says, an answer is one that was kept.
//
// The first byte says which of the three the rest is.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "analyzer/symbols/answer_text.h"
#include "analyzer/symbols/file_probes.h"
#include "analyzer/symbols/symbol_cache.h"

using namespace dregs;

namespace {

constexpr char kText[] = "an answer";

std::string make_folder() {
    char name[] = "/tmp/dregs-cache-fuzz.XXXXXX";
    if (!::mkdtemp(name)) std::abort();
    return name;
}

void open_database(std::string_view bytes) {
    static const std::string folder = make_folder();
    const std::string path = folder + "/symbols.db";
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    SymbolCache cache(folder, 4 << 20);
    for (const char* key : {"a", "b"}) {
        const auto module = cache.find(key);
        if (!module) continue;
        for (std::int64_t stretch = 0; stretch < 4; ++stretch) {
            const std::string text = cache.answers(*module, stretch);
            if (!text.empty() && text.find(kText) != 0) std::abort();  // the seeds keep nothing else
        }
    }
    if (!cache.begin_changes()) return;
    cache.add({0, "a", "probes", ""}, {{1, kText}, {2, kText}});
    cache.end_changes();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            read_answers(rest, [](std::uint64_t, const std::vector<Frame>&) {});
            break;
        case 1:
            if (const auto probes = FileProbes::decode(rest, {})) {
                if (FileProbes::decode(probes->encode(), {}) != probes) std::abort();
            }
            break;
        default:
            open_database(rest);
    }
    return 0;
}
