// Makes .eh_frame_hdr and .eh_frame by hand, for tests of what no compiler at hand emits.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "preload/unwind/cfi.h"

namespace dregs {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

template <class T>
void append_value(Bytes& to, T value) {
    std::uint8_t raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    to.insert(to.end(), raw, raw + sizeof value);
}

// How a section is to be written; the defaults are what gcc and the linkers write.
struct CfiShape {
    std::string augmentation = "zR";
    Bytes augmentation_data = {0x00};  // DW_EH_PE_absptr
    std::uint8_t cie_version = 1;
    std::uint8_t return_register = 16;
    bool long_lengths = false;
    bool table = true;
    Bytes initial = {0x0C, 7, 8, 0x80 | 16, 1};  // CFA = rsp + 8; rip at CFA - 8
};

// One or more functions, described by absolute addresses, in memory that stays where it is.
class CfiBuilder {
  public:
    struct Function {
        std::uint64_t begin;
        std::uint64_t bytes;
        Bytes program;
    };

    CfiBuilder(const CfiShape& shape, const std::vector<Function>& functions) : shape_(shape) {
        bytes_.reserve(65536);
        header(functions.size());
        const std::size_t cie = write_cie();
        std::vector<std::size_t> fdes;
        for (const Function& function : functions) fdes.push_back(write_fde(cie, function));
        append_value(bytes_, std::uint32_t{0});
        for (std::size_t i = 0; shape_.table && i < functions.size(); ++i) fill_entry(i, functions[i].begin, fdes[i]);
    }

    CodeImage image() const {
        const auto begin = reinterpret_cast<std::uintptr_t>(bytes_.data());
        return {begin, begin + bytes_.size(), bytes_.data(), nullptr};
    }
    Bytes& bytes() { return bytes_; }

  private:
    // Version, three encodings, where .eh_frame is (absolute), then the table of absolute pairs.
    void header(std::size_t functions) {
        const std::uint8_t omit = 0xFF;
        append(bytes_, {1, 0x00, shape_.table ? std::uint8_t{0x03} : omit, shape_.table ? std::uint8_t{0x00} : omit});
        const std::size_t pointer = bytes_.size();
        append_value(bytes_, std::uint64_t{0});
        if (shape_.table) append_value(bytes_, static_cast<std::uint32_t>(functions));
        table_ = bytes_.size();
        if (shape_.table) bytes_.resize(bytes_.size() + 16 * functions);
        put(pointer, reinterpret_cast<std::uintptr_t>(bytes_.data()) + bytes_.size());
    }

    std::size_t write_cie() {
        Bytes body;
        append_value(body, std::uint32_t{0});
        body.push_back(shape_.cie_version);
        append(body, Bytes(shape_.augmentation.begin(), shape_.augmentation.end()));
        body.push_back(0);
        if (shape_.cie_version == 4) append(body, {8, 0});
        append(body, {1, 0x78, shape_.return_register});  // alignment of code 1, of data -8
        if (shape_.augmentation[0] == 'z') {
            body.push_back(static_cast<std::uint8_t>(shape_.augmentation_data.size()));
            append(body, shape_.augmentation_data);
        }
        append(body, shape_.initial);
        const std::size_t at = bytes_.size();
        write_record(body);
        return at + (shape_.long_lengths ? 12 : 4);  // where its id field is
    }

    std::size_t write_fde(std::size_t cie_id, const Function& function) {
        const std::size_t at = bytes_.size();
        const std::size_t id = at + (shape_.long_lengths ? 12 : 4);
        const std::size_t cie = cie_id - (shape_.long_lengths ? 12 : 4);
        Bytes body;
        append_value(body, static_cast<std::uint32_t>(id - cie));
        append_value(body, function.begin);
        append_value(body, function.bytes);
        if (shape_.augmentation[0] == 'z') body.push_back(0);
        append(body, function.program);
        write_record(body);
        return at;
    }

    void write_record(const Bytes& body) {
        if (shape_.long_lengths) append_value(bytes_, std::uint32_t{0xFFFFFFFF});
        if (shape_.long_lengths) append_value(bytes_, std::uint64_t{body.size()});
        if (!shape_.long_lengths) append_value(bytes_, static_cast<std::uint32_t>(body.size()));
        append(bytes_, body);
    }

    void fill_entry(std::size_t index, std::uint64_t begin, std::size_t fde) {
        put(table_ + 16 * index, begin);
        put(table_ + 16 * index + 8, reinterpret_cast<std::uintptr_t>(bytes_.data()) + fde);
    }
    void put(std::size_t at, std::uint64_t value) { std::memcpy(bytes_.data() + at, &value, sizeof value); }

    CfiShape shape_;
    Bytes bytes_;
    std::size_t table_ = 0;
};

}  // namespace dregs
