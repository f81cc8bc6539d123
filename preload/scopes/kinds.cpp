#include "preload/scopes/kinds.h"

namespace dregs {

void Kinds::attach(TraceFile& file, SlowLock& lock, StringTable& strings) {
    strings_ = &strings;
    kinds_.attach(file, lock);
    counters_.attach(file, lock);
}

const char* Kinds::name(std::uint32_t kind, std::uint32_t& length) const {
    return strings_->text(kinds_.at(kind).name, length);
}

DREGS_COLD std::uint32_t Kinds::find_or_add(const char* name, std::uint32_t parent) {
    for (std::uint32_t kind = 1; kind <= count_; ++kind) {
        if (strings_->equals(kinds_.at(kind).name, name)) return kind;
    }
    if (count_ + 1 >= kMaxKinds) return kinds_.say_full(), 0;
    const format::StringRef text = strings_->add(name);
    const std::uint32_t kind = text ? kinds_.append_locked() : 0;
    if (!kind) return 0;
    kinds_.at(kind).parent = parent;
    store_release(kinds_.at(kind).name, text);
    return count_ = kind;
}

DREGS_COLD std::uint32_t Kinds::add_counters(std::uint32_t kind, std::uint32_t thread) {
    const std::uint32_t index = counters_.append_locked();
    if (!index) return 0;
    counters_.at(index).thread = thread;
    store_release(counters_.at(index).kind, kind);
    return index;
}

}  // namespace dregs
