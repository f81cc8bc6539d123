// See mini_debug_info.h. Unpacks into memory, a megabyte at a time, up to a limit.
#include "analyzer/symbols/mini_debug_info.h"

#include <lzma.h>

#include <memory>
#include <vector>

namespace dregs {
namespace {

// Real ones unpack to a few megabytes; a garbled one could ask for any amount.
constexpr std::size_t kMaxUnpacked = std::size_t{256} << 20;
constexpr std::uint64_t kMaxDecoderMemory = std::uint64_t{128} << 20;

bool unpack(lzma_stream& stream, std::vector<std::uint8_t>& bytes, ModuleBudget& budget) {
    lzma_ret result = LZMA_OK;
    while (result == LZMA_OK && bytes.size() < kMaxUnpacked) {
        const std::size_t done = bytes.size();
        budget.reserve(2 * done);  // while it grows
        bytes.resize(done + (std::size_t{1} << 20));
        stream.next_out = bytes.data() + done;
        stream.avail_out = bytes.size() - done;
        result = lzma_code(&stream, LZMA_FINISH);
        bytes.resize(bytes.size() - stream.avail_out);
    }
    return result == LZMA_STREAM_END;
}

}  // namespace

std::shared_ptr<ElfImage> unpack_mini_debug_info(const ElfImage& module, ModuleBudget& budget) {
    const std::string_view packed = module.section_bytes(".gnu_debugdata");
    lzma_stream stream = LZMA_STREAM_INIT;
    const std::unique_ptr<lzma_stream, decltype(&lzma_end)> end(&stream, lzma_end);
    if (packed.empty() || lzma_stream_decoder(&stream, kMaxDecoderMemory, 0) != LZMA_OK) return nullptr;
    stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    stream.avail_in = packed.size();
    std::vector<std::uint8_t> bytes;
    const bool whole = unpack(stream, bytes, budget);
    auto image = whole ? ElfImage::from_bytes(std::move(bytes)) : nullptr;
    // It carries no build-id of its own as a rule.
    return image && (image->build_id().empty() || image->build_id() == module.build_id()) ? image : nullptr;
}

}  // namespace dregs
