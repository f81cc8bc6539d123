#include "preload/blocks/modules.h"

#include <link.h>

#include "preload/blocks/elf_in_memory.h"
#include "preload/system/real.h"
#include "preload/system/text.h"

namespace dregs {
namespace {

bool same_bytes(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

}  // namespace

void Modules::attach(TraceFile& file, SlowLock& lock, StringTable& strings, BlockMap& blocks, ScopeTable& scopes,
                     const Clock& clock) {
    file_ = &file;
    lock_ = &lock;
    strings_ = &strings;
    blocks_ = &blocks;
    scopes_ = &scopes;
    clock_ = &clock;
    records_.attach(file, lock);
}

std::uint32_t Modules::find_loaded(const LoadedObject& object) const {
    const std::uint32_t count = load_acquire(count_);
    for (std::uint32_t module = count; module; --module) {
        const Loaded& loaded = loaded_[module];
        if (loaded.begin == object.map_start && loaded.link_map == object.link_map) return module;
    }
    return 0;
}

DREGS_COLD std::uint32_t Modules::identify(const LoadedObject& object) {
    if (const std::uint32_t module = find_loaded(object)) return module;
    SlowSection section(*lock_);
    if (!section.held()) return format::kNoModule;
    const std::uint32_t module = find_loaded(object);
    return module ? module : add(object);
}

std::uint32_t Modules::add(const LoadedObject& object) {
    Record described{};
    describe(object, described);
    std::uint32_t module = find_twin(described);
    if (!module) {
        if (count_ + 1 >= format::kMaxModules) {
            file_->note(format::NoteCode::kModulesFull, 0, nullptr);
            return format::kNoModule;
        }
        if (!(module = records_.append_locked())) return format::kNoModule;
        records_.at(module) = described;
        store_release(count_, module);
    }
    if (object.link_map)
        watch(object.link_map);
    else
        records_.at(module).flags |= format::kModuleUnwatched;
    store_release(records_.at(module).state, format::ModuleState::kLoaded);
    loaded_[module].begin = object.map_start;
    store_release(loaded_[module].link_map, object.link_map);
    return module;
}

// The same file at the same place as before: the same module come back, as plugins that are loaded and unloaded do.
std::uint32_t Modules::find_twin(const Record& record) const {
    if (!record.build_id_bytes) return 0;
    for (std::uint32_t module = count_; module; --module) {
        const Record& other = records_.at(module);
        if (load_acquire(other.state) == format::ModuleState::kUnloaded && other.begin == record.begin &&
            other.end == record.end && other.build_id_bytes == record.build_id_bytes &&
            same_bytes(other.build_id, record.build_id, record.build_id_bytes)) {
            return module;
        }
    }
    return 0;
}

// libdregs-NAME.so, between the program and its library NAME.
bool Modules::is_adapter(const LoadedObject& object) {
    constexpr char kBegin[] = "libdregs-";
    const char* name = object.link_map && object.link_map->l_name ? base_name(object.link_map->l_name) : "";
    for (const char* expected = kBegin; *expected; ++expected, ++name) {
        if (*name != *expected) return false;
    }
    return true;
}

void Modules::describe(const LoadedObject& object, Record& out) {
    out.bias = object.link_map ? object.link_map->l_addr : object.map_start;
    out.begin = object.map_start;
    out.end = object.map_end;
    out.loaded_cs = clock_->now_cs();
    out.build_id_bytes = read_build_id(object.map_start, object.map_end, out.bias, out.build_id, format::kBuildIdBytes);
    describe_file(object, out);
    const auto self = reinterpret_cast<std::uintptr_t>(&same_bytes);
    if ((self >= object.map_start && self < object.map_end) || is_adapter(object)) out.flags |= format::kModuleShim;
}

// The loader keeps a name as it was asked for: a relative one means the directory of that moment, most likely still
// ours.
const char* Modules::absolute(const char* name) {
    if (name[0] == '/' || !name[0]) return name;
    sys::absolute_path(name, path_, sizeof path_);
    return path_;
}

const char* Modules::file_of(const LoadedObject& object, std::uint32_t& flags) {
    const char* name = object.link_map && object.link_map->l_name ? object.link_map->l_name : "";
    if (text_equal(name, "linux-vdso.so.1"))
        flags |= format::kModuleVdso;
    else if (object.link_map == _r_debug.r_map)
        flags |= format::kModuleMain;
    if (flags & format::kModuleVdso) return name;
    if (!(flags & format::kModuleMain)) return absolute(name);
    sys::program_path(path_, sizeof path_);
    return path_;
}

void Modules::describe_file(const LoadedObject& object, Record& out) {
    const char* path = file_of(object, out.flags);
    out.path = strings_->add(path);
    sys::FileTimes times{};
    if (out.flags & format::kModuleVdso || sys::file_times(path, times) < 0) return;
    out.file_bytes = times.bytes;
    out.file_mtime_ns = times.mtime_ns;
}

// A link map will be freed when its module is unloaded: send that free to forget_link_map. One that is no recorded
// block, a parent process's for instance, is known by its address alone.
void Modules::watch(const ::link_map* link_map) {
    const auto address = reinterpret_cast<std::uintptr_t>(link_map);
    Block former{};
    if (blocks_->move(address, kUnattributedScope, former)) {
        if (former.scope == kUnattributedScope) return;
        if (limits_) limits_->move(scopes_->at(former.scope).kind, 0, former.bytes);
        return scopes_->count_release(nullptr, former.scope);
    }
    if (sampled_) sampled_->add(address);
    if (!sampled_ || is_from_before(link_map) || !enter(link_map)) unrecorded_.add(address);
}

// Whether the link map is a block of the block map now.
bool Modules::enter(const ::link_map* link_map) {
    Block replaced;
    const std::size_t bytes = g_real.malloc_usable_size(const_cast<::link_map*>(link_map));
    const Block block{bytes, format::kStackNone, kUnattributedScope};
    return blocks_->insert(reinterpret_cast<std::uintptr_t>(link_map), block, replaced) == BlockMap::Insert::kDone;
}

void Modules::watch_all(AddressFilter& sampled) {
    sampled_ = &sampled;
    for (const ::link_map* each = _r_debug.r_map; each && before_count_ < kMostBefore; each = each->l_next)
        before_[before_count_++] = each;
}

// Such a link map is no block of the allocator's, or one of a parent process's. Where there were more than can be told
// apart, all are taken for such.
bool Modules::is_from_before(const ::link_map* link_map) const {
    for (std::uint32_t i = 0; i < before_count_; ++i) {
        if (before_[i] == link_map) return true;
    }
    return before_count_ == kMostBefore;
}

std::uint32_t Modules::forget_unrecorded(std::uintptr_t block) {
    const std::uint32_t module = forget_link_map(block);
    if (!module) return 0;
    unrecorded_.remove(block);
    if (sampled_) sampled_->remove(block);
    return module;
}

// Without the lock, which another thread may hold for longer than one waits: a module that goes on to seem loaded would
// give its name and its rows to what comes to its place. Who adds a module takes up an unloaded one only when its
// state, which is stored last, says that it is unloaded.
std::uint32_t Modules::forget_link_map(std::uintptr_t block) {
    for (std::uint32_t module = load_acquire(count_); module; --module) {
        if (reinterpret_cast<std::uintptr_t>(load_acquire(loaded_[module].link_map)) != block || !block) continue;
        store_release(loaded_[module].link_map, static_cast<const ::link_map*>(nullptr));
        records_.at(module).unloaded_cs = clock_->now_cs();
        store_release(records_.at(module).state, format::ModuleState::kUnloaded);
        return module;
    }
    return 0;
}

}  // namespace dregs
