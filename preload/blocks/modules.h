// The module table: which file stood at which addresses, from when to when.
//
// A module is written down when a pc in it is first seen. Its unloading is noticed when the loader frees its link map:
// the block of a link map is marked in the block map, so that only its free takes the slow path here; one that is not
// in the block map (a parent process's) is found among the frees of unknown blocks. The loader frees it after unmapping
// and before it lets anyone map again, so no pc is ever looked up in the wrong instance. Modules that the program
// started with have a link map from before the allocator; they are never unloaded.
#pragma once

#include "preload/blocks/address_filter.h"
#include "preload/blocks/block_map.h"
#include "preload/blocks/limits.h"
#include "preload/file/string_table.h"
#include "preload/file/table.h"
#include "preload/system/clock.h"
#include "preload/unwind/loaded_object.h"

namespace dregs {

class Modules {
  public:
    void attach(TraceFile& file, SlowLock& lock, StringTable& strings, BlockMap& blocks, ScopeTable& scopes,
                const Clock& clock);
    // The block map holds a sample: the link maps of modules that come from now on are entered into it themselves.
    void watch_all(AddressFilter& sampled);
    // Link maps that are moved out of their scope are moved in these sums, too.
    void count_in(Limits& limits) { limits_ = &limits; }
    // The index of the module instance that `object` is; format::kNoModule when there is no room. Not on a hot path.
    std::uint32_t identify(const LoadedObject& object);
    // A block of the unattributed scope was freed: when it was a link map, its module is gone. Returns its index or 0.
    std::uint32_t forget_link_map(std::uintptr_t block);
    // The same for a block that was not in the block map; most are told by one load to be no link map.
    bool may_be_link_map(std::uintptr_t block) const { return unrecorded_.may_hold(block); }
    std::uint32_t forget_unrecorded(std::uintptr_t block);

  private:
    using Record = format::Module;
    // What tells a loaded module at a glance; the record in the file says the rest.
    struct Loaded {
        std::uintptr_t begin;
        const ::link_map* link_map;  // null: unloaded
    };

    std::uint32_t find_loaded(const LoadedObject& object) const;
    std::uint32_t add(const LoadedObject& object);
    std::uint32_t find_twin(const Record& record) const;
    static bool is_adapter(const LoadedObject& object);
    void describe(const LoadedObject& object, Record& out);
    void describe_file(const LoadedObject& object, Record& out);
    const char* file_of(const LoadedObject& object, std::uint32_t& flags);
    const char* absolute(const char* name);
    void watch(const ::link_map* link_map);
    bool enter(const ::link_map* link_map);
    bool is_from_before(const ::link_map* link_map) const;
    static constexpr std::uint32_t kMostBefore = 512;

    TraceFile* file_;
    SlowLock* lock_;
    StringTable* strings_;
    BlockMap* blocks_;
    ScopeTable* scopes_;
    const Clock* clock_;
    std::uint32_t count_;  // modules are 1 .. count_
    TraceTable<Record, format::kModules, 64> records_;
    Loaded loaded_[format::kMaxModules];
    AddressFilter unrecorded_;  // link maps of loaded modules that are not in the block map
    Limits* limits_;            // null: there are none
    AddressFilter* sampled_;    // null: the block map holds every block
    std::uint32_t before_count_;
    const ::link_map* before_[kMostBefore];  // link maps that were there when recording began
    char path_[kPathBytes];                  // scratch, under the slow lock
};

}  // namespace dregs
