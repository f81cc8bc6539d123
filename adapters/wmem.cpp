// libdregs-wmem.so: Wireshark's wmem (libwsutil) as scopes and pools. Verified with 4.0.17.
//
// What the library does                              what the trace gets
//   wmem_init, the next three wmem_allocator_new       the pools "packet", "file" and "epan"
//   wmem_enter_scope .. wmem_leave_scope               an instance of "packet" or "file": what malloc hands out on this
//                                                      thread meanwhile belongs to it, too
//   wmem_allocator_new(block, fast) elsewhere          pinfo->pool, made by epan_dissect_init: from its first block to
//                                                      wmem_free_all an instance of "pinfo->pool" in its packet, which
//                                                      lasts until then: the packet is still being looked at
//   any other wmem_allocator_new                       a pool of kind "wmem pool", in the scope that it is made in
//   malloc and free by an allocator for itself         blocks of a "wmem allocator", which ends with the allocator
//   wmem_leave_scope of what was not entered           nothing: wmem_init_scopes does it to each pool
//
// An allocator that makes a malloc of each block (WIRESHARK_DEBUG_WMEM_OVERRIDE=simple or strict, and blocks beyond
// what fits its chunks): that malloc is the block, and belongs to the pool's instance.
#include "adapters/call.h"
#include "adapters/generation.h"
#include "adapters/next.h"
#include "adapters/numbered.h"
#include "adapters/pointer_map.h"
#include "adapters/shim.h"

ADAPTER_EXPORT void wmem_init();
ADAPTER_EXPORT void* wmem_allocator_new(int type);
ADAPTER_EXPORT void wmem_destroy_allocator(void* allocator);
ADAPTER_EXPORT void wmem_enter_scope(void* allocator);
ADAPTER_EXPORT void wmem_leave_scope(void* allocator);
ADAPTER_EXPORT void* wmem_alloc(void* allocator, std::size_t bytes);
ADAPTER_EXPORT void* wmem_realloc(void* allocator, void* block, std::size_t bytes);
ADAPTER_EXPORT void wmem_free(void* allocator, void* block);
ADAPTER_EXPORT void wmem_free_all(void* allocator);
ADAPTER_EXPORT unsigned wmem_register_callback(void* allocator, void* callback, void* data);

// clang-format off
#define WMEM_FUNCTIONS(X) \
    X(wmem_init) X(wmem_allocator_new) X(wmem_destroy_allocator) X(wmem_enter_scope) X(wmem_leave_scope) \
    X(wmem_alloc) X(wmem_realloc) X(wmem_free) X(wmem_free_all) X(wmem_register_callback)
// clang-format on
ADAPTER_NEXT_TABLE(WMEM_FUNCTIONS, ADAPTER_NO_QUESTIONS)

namespace dregs::adapters {
namespace {

enum class Role : unsigned { kOther, kPacket, kFile, kEpan, kPacketInfo };
constexpr const char* kKinds[] = {"wmem pool", "packet", "file", "epan", "pinfo->pool"};
constexpr int kBlockFast = 3;            // WMEM_ALLOCATOR_BLOCK_FAST
constexpr std::size_t kMostAdded = 256;  // to a block by an allocator that makes a malloc of each

struct Allocator {
    dregs_scope owner;  // of what the allocator has from malloc for itself
    dregs_pool pool;    // of what it hands out, at present; 0: begins with the next block
    Role role;
    unsigned generation;  // of the process that the handles are good in
    bool entered;         // by wmem_enter_scope: `pool` is this thread's scope
    bool left;            // kPacket: its instance goes on for a pinfo->pool's sake
    dregs_pool packet;    // kPacketInfo: the instance of kPacket that `pool` began in
    unsigned infos;       // kPacket: how many such pools there are
};

PointerMap<Allocator> g_allocators;
Allocator* g_packet;    // the one of that role
unsigned g_named_next;  // after wmem_init: the role of the next allocator
unsigned g_files;       // entered so far
unsigned g_packets;     // of the present file

bool lasts_as_long_as_its_allocator(Role role) { return role == Role::kOther || role == Role::kEpan; }

// A pool made by a dissector belongs to what is dissected; the library's own go on.
dregs_scope parent_for(const dregs_api& dregs, Role role) {
    return role == Role::kOther || role == Role::kPacketInfo ? dregs.scope_current() : 0;
}

void begin_pool(const dregs_api& dregs, Allocator& allocator, const dregs_caller& caller) {
    const char* kind = kKinds[static_cast<unsigned>(allocator.role)];
    allocator.entered = false;
    allocator.packet = 0;
    allocator.pool = dregs.pool_create_at(kind, nullptr, parent_for(dregs, allocator.role), &caller);
    if (allocator.role != Role::kPacketInfo || !g_packet || !g_packet->pool) return;
    allocator.packet = g_packet->pool;
    ++g_packet->infos;
}

void end_pool(const dregs_api& dregs, Allocator& allocator) {
    if (allocator.entered) dregs.pool_free_all(allocator.pool);
    if (allocator.entered)
        dregs.scope_leave(allocator.pool);
    else if (allocator.pool)
        dregs.pool_destroy(allocator.pool);
    allocator.pool = 0;
    allocator.entered = allocator.left = false;
    allocator.infos = 0;
}

// Ends the instance of a pinfo->pool, and the packet's if it was waiting for that.
void end_packet_info(const dregs_api& dregs, Allocator& allocator) {
    end_pool(dregs, allocator);
    if (!g_packet || !allocator.packet || g_packet->pool != allocator.packet) return;
    allocator.packet = 0;
    if (--g_packet->infos == 0 && g_packet->left) end_pool(dregs, *g_packet);
}

Allocator* add(const dregs_api& dregs, const void* object, Role role, dregs_scope owner, const dregs_caller& caller) {
    Allocator* allocator = g_allocators.insert(object);
    if (!allocator) return nullptr;
    allocator->owner = owner;
    allocator->role = role;
    allocator->generation = generation();
    if (role == Role::kPacket) g_packet = allocator;
    if (lasts_as_long_as_its_allocator(role)) begin_pool(dregs, *allocator, caller);
    return allocator;
}

dregs_scope begin_owner(const dregs_api& dregs, Role role, const dregs_caller& caller) {
    const dregs_scope parent = role == Role::kOther ? dregs.scope_current() : 0;  // others are kept for the next packet
    return dregs.pool_create_at("wmem allocator", kKinds[static_cast<unsigned>(role)], parent, &caller);
}

// The process was forked since, or the allocator made before anybody told us.
ADAPTER_COLD Allocator* adopt(const dregs_api& dregs, const void* object, Allocator* former,
                              const dregs_caller& caller) {
    const Role role = former ? former->role : Role::kOther;
    return add(dregs, object, role, begin_owner(dregs, role, caller), caller);
}

ADAPTER_INLINE Allocator* known(const dregs_api& dregs, const void* object, const dregs_caller& caller) {
    Allocator* allocator = g_allocators.find(object);
    if (ADAPTER_LIKELY(allocator && allocator->generation == generation())) return allocator;
    return adopt(dregs, object, allocator, caller);
}

// The malloc block that the library made of one of `bytes` at `block`; null: there is none, it lies in a chunk.
const void* malloc_block_of(const void* block, std::size_t bytes) {
    const auto begin = reinterpret_cast<std::uintptr_t>(t_call.block);
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(block) - begin;
    return t_call.block && offset <= t_call.bytes && t_call.bytes - offset >= bytes &&
                   t_call.bytes <= bytes + kMostAdded
               ? t_call.block
               : nullptr;
}

void enter_block(const dregs_api& dregs, Allocator& allocator, void* block, std::size_t bytes,
                 const dregs_caller& caller, unsigned flags) {
    if (ADAPTER_UNLIKELY(!allocator.pool)) begin_pool(dregs, allocator, caller);
    const void* made = malloc_block_of(block, bytes);
    if (made) flags |= DREGS_POOL_MALLOC;
    dregs.pool_alloc_at(allocator.pool, made ? made : block, bytes, &caller, flags);
}

// The library takes from malloc, within a call of its own.
void note_own_block(const dregs_api& dregs, const void* block, std::size_t bytes) {
    if (!block) return;
    t_call.block = block;
    t_call.bytes = bytes;
    dregs.block_give(block, t_call.owner);
}

bool is_own_call(const void* object, const dregs_caller& caller) {
    return is_within_call(caller) && (!object || object == t_call.object);
}

void enter(const dregs_api& dregs, Allocator& allocator) {
    if (g_packet && g_packet->pool) end_pool(dregs, *g_packet);  // one that still waited, or was never left
    end_pool(dregs, allocator);
    if (allocator.role == Role::kFile) g_packets = 0;
    const unsigned number = allocator.role == Role::kFile ? ++g_files : ++g_packets;
    const char* kind = kKinds[static_cast<unsigned>(allocator.role)];
    allocator.pool = dregs.pool_enter(kind, Numbered(kind, number).text());
    allocator.entered = allocator.pool != 0;
}

void leave(const dregs_api& dregs, Allocator& allocator) {
    if (!allocator.entered) return;
    if (allocator.role == Role::kFile && g_packet && g_packet->pool) end_pool(dregs, *g_packet);
    if (allocator.infos != 0)
        allocator.left = true;
    else
        end_pool(dregs, allocator);
}

}  // namespace
}  // namespace dregs::adapters

using namespace dregs::adapters;

void wmem_init() {
    NEXT(wmem_init)();
    g_named_next = static_cast<unsigned>(Role::kPacket);
}

void* wmem_allocator_new(int type) {
    const dregs_api* dregs = shim();
    if (!dregs) return NEXT(wmem_allocator_new)(type);
    const dregs_caller caller = ADAPTER_CALLER();
    Role role = type == kBlockFast ? Role::kPacketInfo : Role::kOther;
    if (g_named_next != 0) role = static_cast<Role>(g_named_next);
    g_named_next = g_named_next != 0 && role != Role::kEpan ? g_named_next + 1 : 0;
    const dregs_scope owner = begin_owner(*dregs, role, caller);
    const Call outer = t_call;
    begin_call(caller, &g_allocators, owner);
    void* allocator = NEXT(wmem_allocator_new)(type);
    end_call(outer);
    if (!allocator || !add(*dregs, allocator, role, owner, caller)) dregs->pool_destroy(owner);
    return allocator;
}

void wmem_destroy_allocator(void* allocator) {
    const dregs_api* dregs = shim();
    const Allocator* entry = dregs ? g_allocators.find(allocator) : nullptr;
    if (!entry) return NEXT(wmem_destroy_allocator)(allocator);
    const dregs_caller caller = ADAPTER_CALLER();
    Allocator last = *entry;
    if (g_packet == entry) g_packet = nullptr;
    g_allocators.erase(allocator);  // before the address is anybody else's
    if (last.generation == generation()) {
        if (last.role == Role::kPacketInfo)
            end_packet_info(*dregs, last);
        else
            end_pool(*dregs, last);
    } else {
        last.owner = 0;
    }
    const Call outer = t_call;
    begin_call(caller, allocator, last.owner);
    NEXT(wmem_destroy_allocator)(allocator);
    end_call(outer);
    dregs->pool_destroy(last.owner);
}

void wmem_enter_scope(void* allocator) {
    NEXT(wmem_enter_scope)(allocator);
    const dregs_api* dregs = shim();
    if (!dregs) return;
    if (Allocator* entry = known(*dregs, allocator, ADAPTER_CALLER())) enter(*dregs, *entry);
}

void wmem_leave_scope(void* allocator) {
    NEXT(wmem_leave_scope)(allocator);  // empties it by wmem_free_all
    const dregs_api* dregs = shim();
    if (!dregs) return;
    if (Allocator* entry = known(*dregs, allocator, ADAPTER_CALLER())) leave(*dregs, *entry);
}

void* wmem_alloc(void* allocator, std::size_t bytes) {
    const dregs_api* dregs = shim();
    if (!dregs) return NEXT(wmem_alloc)(allocator, bytes);
    const dregs_caller caller = ADAPTER_CALLER();
    if (is_own_call(allocator, caller)) {
        void* block = NEXT(wmem_alloc)(allocator, bytes);
        if (!allocator) note_own_block(*dregs, block, bytes);
        return block;
    }
    Allocator* entry = allocator ? known(*dregs, allocator, caller) : nullptr;
    if (!entry) return NEXT(wmem_alloc)(allocator, bytes);
    const Call outer = t_call;
    begin_call(caller, allocator, entry->owner);
    void* block = NEXT(wmem_alloc)(allocator, bytes);
    if (block) enter_block(*dregs, *entry, block, bytes, caller, 0);
    end_call(outer);
    return block;
}

void* wmem_realloc(void* allocator, void* block, std::size_t bytes) {
    const dregs_api* dregs = shim();
    if (!dregs) return NEXT(wmem_realloc)(allocator, block, bytes);
    const dregs_caller caller = ADAPTER_CALLER();
    if (is_own_call(allocator, caller)) {
        void* moved = NEXT(wmem_realloc)(allocator, block, bytes);
        if (!allocator) note_own_block(*dregs, moved, bytes);
        return moved;
    }
    Allocator* entry = allocator ? known(*dregs, allocator, caller) : nullptr;
    if (!entry) return NEXT(wmem_realloc)(allocator, block, bytes);
    const Call outer = t_call;
    begin_call(caller, allocator, entry->owner);
    dregs->pool_take(entry->pool, block);
    void* moved = NEXT(wmem_realloc)(allocator, block, bytes);
    if (moved && bytes != 0)
        enter_block(*dregs, *entry, moved, bytes, caller, block ? unsigned{DREGS_POOL_RESIZED} : 0);
    end_call(outer);
    return moved;
}

void wmem_free(void* allocator, void* block) {
    const dregs_api* dregs = allocator && block ? shim() : nullptr;
    if (!dregs || is_own_call(allocator, ADAPTER_CALLER())) return NEXT(wmem_free)(allocator, block);
    if (const Allocator* entry = known(*dregs, allocator, ADAPTER_CALLER())) dregs->pool_take(entry->pool, block);
    NEXT(wmem_free)(allocator, block);
}

void wmem_free_all(void* allocator) {
    const dregs_api* dregs = shim();
    if (!dregs) return NEXT(wmem_free_all)(allocator);
    const dregs_caller caller = ADAPTER_CALLER();
    Allocator* entry = known(*dregs, allocator, caller);
    if (entry) dregs->pool_free_all(entry->pool);
    const Call outer = t_call;
    begin_call(caller, allocator, entry ? entry->owner : 0);
    NEXT(wmem_free_all)(allocator);
    end_call(outer);
    if (entry && entry->role == Role::kPacketInfo) end_packet_info(*dregs, *entry);
}

unsigned wmem_register_callback(void* allocator, void* callback, void* data) {
    const dregs_api* dregs = allocator ? shim() : nullptr;
    const dregs_caller caller = ADAPTER_CALLER();
    const Allocator* entry = dregs ? known(*dregs, allocator, caller) : nullptr;
    if (!entry) return NEXT(wmem_register_callback)(allocator, callback, data);
    const Call outer = t_call;
    begin_call(caller, allocator, entry->owner);
    const unsigned id = NEXT(wmem_register_callback)(allocator, callback, data);
    end_call(outer);
    return id;
}
