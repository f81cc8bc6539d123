// How a fuzzer damages ELF files: in place, mostly, for one whose parts have moved is none that is read very far.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::mt19937 random(seed);
    if (size < 64 || random() % 32 == 0) return LLVMFuzzerMutate(data, size, most);
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
        const std::size_t width = std::size_t{1} << random() % 4;
        if (random() % 3 == 0) {  // bytes of DWARF have no alignment, and small numbers mean much there
            data[random() % size] = static_cast<std::uint8_t>(random() % 2 ? random() % 32 : random());
            continue;
        }
        const std::uint64_t numbers[] = {0, ~std::uint64_t{0}, random() % size, size,
                                         std::uint64_t{1} << random() % 64};
        // The section headers stand at the end, the file's and the segments' at the beginning.
        const std::size_t reach = random() % 2 ? size : 2048;
        const std::size_t from_begin = random() % std::min(reach, size) / width * width;
        const std::size_t at = random() % 2 ? from_begin : size - std::min(size, from_begin + width);
        std::memcpy(data + at, &numbers[random() % 5], std::min(width, size - at));
    }
    return size;
}
