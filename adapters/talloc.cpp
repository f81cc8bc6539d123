// libdregs-talloc.so: talloc's tree (libtalloc.so.2). Verified with 2.4.0.
//
// A chunk is one block of malloc's, so blocks and their frees are known already; what is added is whose they are.
//
//   what the library does                          what the trace gets
//   talloc_new, talloc_init, talloc_named* of      a pool of kind "talloc", a context, in its parent's: with its name
//   and 0 bytes, talloc_pool, a chunk without parent   the stack that made it; ends when its own chunk, the last, is
//   freed any other allocation                           the block belongs to the nearest context further up
//   talloc_steal, _move, _reparent                 the chunk and all below change over to the new parent's context
//   talloc_set_name, _set_name_const               the context's label; a name of its own making is a chunk below
//   talloc_free, _free_children, talloc_unlink     nothing: malloc's frees tell
//
// Not seen: chunks in a talloc_pool's memory by themselves; references (the first parent counts).
#include <cstdarg>

#include "adapters/next.h"
#include "adapters/shim.h"

using VisitChunk = void (*)(const void* chunk, int depth, int most, int is_reference, void* data);

// clang-format off
// Functions that return a new chunk below their first argument: parameters, and how they are passed on.
#define TALLOC_MAKERS(X) \
    X(_talloc, (const void* parent, std::size_t bytes), (parent, bytes)) \
    X(_talloc_zero, (const void* parent, std::size_t bytes, const char* name), (parent, bytes, name)) \
    X(_talloc_array, (const void* parent, std::size_t bytes, unsigned count, const char* name), \
      (parent, bytes, count, name)) \
    X(_talloc_zero_array, (const void* parent, std::size_t bytes, unsigned count, const char* name), \
      (parent, bytes, count, name)) \
    X(_talloc_memdup, (const void* parent, const void* from, std::size_t bytes, const char* name), \
      (parent, from, bytes, name)) \
    X(_talloc_pooled_object, (const void* parent, std::size_t bytes, const char* name, unsigned count, \
      std::size_t all_bytes), (parent, bytes, name, count, all_bytes)) \
    X(talloc_strdup, (const void* parent, const char* text), (parent, text)) \
    X(talloc_strndup, (const void* parent, const char* text, std::size_t most), (parent, text, most)) \
    X(talloc_vasprintf, (const void* parent, const char* format, va_list arguments), (parent, format, arguments))
#define TALLOC_FUNCTIONS(X) \
    X(_talloc) X(_talloc_zero) X(_talloc_array) X(_talloc_zero_array) X(_talloc_memdup) X(_talloc_pooled_object) \
    X(talloc_strdup) X(talloc_strndup) X(talloc_vasprintf) \
    X(talloc_named_const) X(talloc_pool) X(_talloc_realloc) X(_talloc_steal_loc) X(talloc_reparent) \
    X(talloc_set_name_const)
#define TALLOC_QUESTIONS(X) X(talloc_get_name) X(talloc_report_depth_cb) X(_talloc_free)
// clang-format on

#define TALLOC_DECLARE(name, parameters, arguments) ADAPTER_EXPORT void* name parameters;
TALLOC_MAKERS(TALLOC_DECLARE)
ADAPTER_EXPORT void* talloc_named_const(const void* parent, std::size_t bytes, const char* name);
ADAPTER_EXPORT void* talloc_named(const void* parent, std::size_t bytes, const char* format, ...);
ADAPTER_EXPORT void* talloc_init(const char* format, ...);
ADAPTER_EXPORT void* talloc_pool(const void* parent, std::size_t bytes);
ADAPTER_EXPORT void* _talloc_realloc(const void* parent, void* chunk, std::size_t bytes, const char* name);
ADAPTER_EXPORT void* _talloc_steal_loc(const void* parent, const void* chunk, const char* location);
ADAPTER_EXPORT void* talloc_reparent(const void* former, const void* parent, const void* chunk);
ADAPTER_EXPORT const char* talloc_set_name(const void* chunk, const char* format, ...);
ADAPTER_EXPORT void talloc_set_name_const(const void* chunk, const char* name);
extern "C" const char* talloc_get_name(const void* chunk);
extern "C" int _talloc_free(void* chunk, const char* location);
extern "C" void talloc_report_depth_cb(const void* chunk, int depth, int most, VisitChunk visit, void* data);
ADAPTER_NEXT_TABLE(TALLOC_FUNCTIONS, TALLOC_QUESTIONS)

namespace dregs::adapters {
namespace {

constexpr char kKind[] = "talloc";
// From where malloc's block begins to the chunk: talloc's header, with that of a talloc_pool before it.
constexpr std::size_t kHeaders[] = {96, 128};
constexpr int kAnyDepth = -1;

struct Place {
    const void* block;  // malloc's; null: it has none of its own
    dregs_pool context;
};

Place place_of(const dregs_api& dregs, const void* chunk) {
    for (const std::size_t header : kHeaders) {
        const void* block = static_cast<const char*>(chunk) - header;
        const dregs_pool context = dregs.block_pool(block);
        if (context != DREGS_NO_BLOCK) return {block, context};
    }
    return {nullptr, 0};
}

// The functions of the library that are asked, as the program's module finds them.
struct Library {
    const char* (*name_of)(const void*);
    void (*walk)(const void*, int, int, VisitChunk, void*);
};
#define LIBRARY() (Library{NEXT(talloc_get_name), NEXT(talloc_report_depth_cb)})

dregs_pool make_context(const dregs_api& dregs, const Library& library, const void* chunk, const Place& place,
                        dregs_scope parent, const dregs_caller& caller) {
    return dregs.pool_create_held(kKind, library.name_of(chunk), parent, place.block, &caller);
}

// The context that chunks below this one belong to; 0: unknown, as all that a parent process made is in a child.
dregs_pool context_below(const dregs_api& dregs, const Library& library, const void* parent,
                         const dregs_caller& caller) {
    const Place place = place_of(dregs, parent);
    if (!place.block || place.context) return place.context;
    return make_context(dregs, library, parent, place, 0, caller);
}

void enter_chunk(const dregs_api& dregs, const Library& library, const void* parent, const void* chunk, bool context,
                 const dregs_caller& caller) {
    const Place place = place_of(dregs, chunk);
    if (!place.block) return;
    const dregs_pool above = parent ? context_below(dregs, library, parent, caller) : 0;
    if (!parent || context)
        make_context(dregs, library, chunk, place, parent ? above : dregs.scope_current(), caller);
    else if (above)
        dregs.block_give(place.block, above);
}

struct Removal {
    const dregs_api& dregs;
    dregs_pool to;
    int beneath;  // chunks further down are a context's own; kAnyDepth: none has been met
};

void move_chunk(const void* chunk, int depth, int, int is_reference, void* data) {
    Removal& removal = *static_cast<Removal*>(data);
    if (is_reference || (removal.beneath != kAnyDepth && depth > removal.beneath)) return;
    removal.beneath = kAnyDepth;
    const Place place = place_of(removal.dregs, chunk);
    if (!place.block || place.context == removal.to) return;
    if (place.context && removal.dregs.pool_anchor(place.context, nullptr) == place.block) {
        removal.dregs.pool_reparent(place.context, removal.to);
        removal.beneath = depth;
    } else {
        removal.dregs.block_give(place.block, removal.to);
    }
}

// The chunk, and all below, came to a new parent (null: it has none any more).
void move_tree(const dregs_api& dregs, const Library& library, const void* chunk, const void* parent,
               const dregs_caller& caller) {
    const Place place = place_of(dregs, chunk);
    if (!place.block) return;
    const bool is_context = place.context && dregs.pool_anchor(place.context, nullptr) == place.block;
    if (!parent && is_context) return dregs.pool_reparent(place.context, 0);
    const dregs_pool to = parent ? context_below(dregs, library, parent, caller)
                                 : make_context(dregs, library, chunk, place, dregs.scope_current(), caller);
    Removal removal{dregs, to, kAnyDepth};
    if (to) library.walk(chunk, 0, kAnyDepth, move_chunk, &removal);
}

void relabel(const dregs_api& dregs, const Library& library, const void* chunk) {
    const Place place = place_of(dregs, chunk);
    if (place.context && dregs.pool_anchor(place.context, nullptr) == place.block)
        dregs.scope_label(place.context, library.name_of(chunk));
}

}  // namespace
}  // namespace dregs::adapters

using namespace dregs::adapters;

#define TALLOC_DEFINE(name, parameters, arguments)                                         \
    void* name parameters {                                                                \
        void* chunk = NEXT(name) arguments;                                                \
        const dregs_api* dregs = chunk ? shim() : nullptr;                                 \
        if (dregs) enter_chunk(*dregs, LIBRARY(), parent, chunk, false, ADAPTER_CALLER()); \
        return chunk;                                                                      \
    }
TALLOC_MAKERS(TALLOC_DEFINE)

// talloc_new is one of no bytes.
void* talloc_named_const(const void* parent, std::size_t bytes, const char* name) {
    void* chunk = NEXT(talloc_named_const)(parent, bytes, name);
    const dregs_api* dregs = chunk ? shim() : nullptr;
    if (dregs) enter_chunk(*dregs, LIBRARY(), parent, chunk, bytes == 0, ADAPTER_CALLER());
    return chunk;
}

void* talloc_pool(const void* parent, std::size_t bytes) {
    void* chunk = NEXT(talloc_pool)(parent, bytes);
    const dregs_api* dregs = chunk ? shim() : nullptr;
    if (dregs) enter_chunk(*dregs, LIBRARY(), parent, chunk, true, ADAPTER_CALLER());
    return chunk;
}

// Arguments that vary cannot be passed on to a function that takes them so. These do what the library's own do: the
// name is text of a chunk below, which talloc_vasprintf makes.
ADAPTER_INLINE const char* give_name(const void* chunk, const char* format, va_list arguments) {
    const auto text = static_cast<const char*>(NEXT(talloc_vasprintf)(chunk, format, arguments));
    if (text) NEXT(talloc_set_name_const)(text, ".name");
    NEXT(talloc_set_name_const)(chunk, text);
    return text;
}

// The chunk, which has its name's below it; null: there was no memory for that.
ADAPTER_INLINE void* make_named(const void* parent, std::size_t bytes, const char* format, va_list arguments,
                                const dregs_caller& caller) {
    void* chunk = NEXT(talloc_named_const)(parent, bytes, "");
    if (!chunk) return nullptr;
    const char* name = give_name(chunk, format, arguments);
    if (!name) {
        NEXT(_talloc_free)(chunk, kKind);
        return nullptr;
    }
    const dregs_api* dregs = shim();
    if (!dregs) return chunk;
    enter_chunk(*dregs, LIBRARY(), parent, chunk, bytes == 0, caller);
    enter_chunk(*dregs, LIBRARY(), chunk, name, false, caller);
    return chunk;
}

void* talloc_named(const void* parent, std::size_t bytes, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    void* chunk = make_named(parent, bytes, format, arguments, ADAPTER_CALLER());
    va_end(arguments);
    return chunk;
}

void* talloc_init(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    void* chunk = make_named(nullptr, 0, format, arguments, ADAPTER_CALLER());
    va_end(arguments);
    return chunk;
}

void* _talloc_realloc(const void* parent, void* chunk, std::size_t bytes, const char* name) {
    const dregs_api* dregs = shim();
    const Place former = dregs && chunk ? place_of(*dregs, chunk) : Place{nullptr, 0};
    const bool is_context = former.context && dregs->pool_anchor(former.context, nullptr) == former.block;
    void* moved = NEXT(_talloc_realloc)(parent, chunk, bytes, name);
    if (!dregs || !moved) return moved;
    if (!chunk) {
        enter_chunk(*dregs, LIBRARY(), parent, moved, false, ADAPTER_CALLER());
    } else if (former.context) {
        const Place place = place_of(*dregs, moved);
        if (place.block && place.context != former.context) dregs->block_give(place.block, former.context);
        if (is_context) dregs->pool_anchor(former.context, place.block);
    }
    return moved;
}

void* _talloc_steal_loc(const void* parent, const void* chunk, const char* location) {
    void* stolen = NEXT(_talloc_steal_loc)(parent, chunk, location);
    const dregs_api* dregs = stolen ? shim() : nullptr;
    if (dregs) move_tree(*dregs, LIBRARY(), stolen, parent, ADAPTER_CALLER());
    return stolen;
}

void* talloc_reparent(const void* former, const void* parent, const void* chunk) {
    void* moved = NEXT(talloc_reparent)(former, parent, chunk);
    const dregs_api* dregs = moved ? shim() : nullptr;
    if (dregs) move_tree(*dregs, LIBRARY(), moved, parent, ADAPTER_CALLER());
    return moved;
}

const char* talloc_set_name(const void* chunk, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char* name = give_name(chunk, format, arguments);
    va_end(arguments);
    const dregs_api* dregs = name ? shim() : nullptr;
    if (!dregs) return name;
    enter_chunk(*dregs, LIBRARY(), chunk, name, false, ADAPTER_CALLER());
    relabel(*dregs, LIBRARY(), chunk);
    return name;
}

void talloc_set_name_const(const void* chunk, const char* name) {
    NEXT(talloc_set_name_const)(chunk, name);
    if (const dregs_api* dregs = shim()) relabel(*dregs, LIBRARY(), chunk);
}
