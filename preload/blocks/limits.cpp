#include "preload/blocks/limits.h"

#include "preload/system/atomics.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;

unsigned unit_shift(char unit) {
    switch (unit) {
        case 'K':
        case 'k':
            return 10;
        case 'M':
        case 'm':
            return 20;
        case 'G':
        case 'g':
            return 30;
        default:
            return 0;
    }
}

// The bytes that [text, end) says; 0: none.
std::uint64_t parse_bytes(const char* text, const char* end) {
    std::uint64_t bytes = 0;
    const char* digit = text;
    for (; digit < end && *digit >= '0' && *digit <= '9' && bytes < kMostBytes; ++digit) {
        bytes = bytes * 10 + static_cast<std::uint64_t>(*digit - '0');
    }
    const unsigned shift = digit < end ? unit_shift(*digit) : 0;
    const bool whole = digit + (shift ? 1 : 0) == end && digit > text;
    return whole && bytes <= kMostBytes >> shift ? bytes << shift : 0;
}

}  // namespace

// One entry of the list. Returns what is behind it.
const char* Limits::read_one(const char* text) {
    const char* end = text;
    const char* number = text;
    for (; *end && *end != ','; ++end) {
        if (*end == ':') number = end + 1;
    }
    const std::uint64_t most = parse_bytes(number, end);
    const auto name_bytes = static_cast<std::size_t>(number > text ? number - text - 1 : 0);
    if (most != 0 && name_bytes < kNameBytes && count_ < kMost && !(number > text && name_bytes == 0)) {
        Limit& limit = limits_[count_++];
        limit.most = static_cast<std::int64_t>(most);
        __builtin_memcpy(limit.name, text, name_bytes);
    }
    return *end ? end + 1 : end;
}

void Limits::read(const char* text, const Kinds& kinds) {
    kinds_ = &kinds;
    while (*text) text = read_one(text);
}

// That of its name. Threads that ask together find the same.
Limits::Limit* Limits::of_kind(std::uint32_t kind) {
    if (kind == 0 || kind >= kMaxKinds) return nullptr;
    std::uint8_t place = load_relaxed(of_kind_[kind]);
    if (place == 0) {
        std::uint32_t length = 0;
        const char* name = kinds_->name(kind, length);
        place = kUnlimited;
        for (std::uint32_t i = 0; i < count_; ++i) {
            const char* limited = limits_[i].name;
            if (length != 0 && text_length(limited) == length && __builtin_memcmp(limited, name, length) == 0) {
                place = static_cast<std::uint8_t>(i + 1);
            }
        }
        store_relaxed(of_kind_[kind], place);
    }
    return place == kUnlimited ? nullptr : &limits_[place - 1];
}

void Limits::add(std::uint32_t kind, std::uint64_t bytes) {
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (limits_[i].name[0] == 0) fetch_add(limits_[i].live, static_cast<std::int64_t>(bytes));
    }
    if (Limit* limit = of_kind(kind)) fetch_add(limit->live, static_cast<std::int64_t>(bytes));
}

void Limits::subtract(std::uint32_t kind, std::uint64_t bytes) { add(kind, ~bytes + 1); }

void Limits::move(std::uint32_t from_kind, std::uint32_t to_kind, std::uint64_t bytes) {
    subtract(from_kind, bytes);
    add(to_kind, bytes);
}

Limits::Limit* Limits::find_passed(std::uint32_t kind, std::uint64_t more) {
    const auto is_passed = [more](const Limit& limit) {
        return more > kMostBytes || load_relaxed(limit.live) + static_cast<std::int64_t>(more) > limit.most;
    };
    Limit* own = of_kind(kind);
    if (own && is_passed(*own)) return own;
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (limits_[i].name[0] == 0 && is_passed(limits_[i])) return &limits_[i];
    }
    return nullptr;
}

const char* Limits::passed(std::uint32_t kind, std::uint64_t more) {
    const Limit* limit = find_passed(kind, more);
    return limit ? limit->name : nullptr;
}

const char* Limits::newly_passed(std::uint32_t kind, std::uint64_t more) {
    Limit* limit = find_passed(kind, more);
    std::uint32_t told = 0;
    return limit && compare_exchange(limit->told, told, 1u) ? limit->name : nullptr;
}

}  // namespace dregs
