// What an allocator's function does with its arguments: which block it makes, frees or remakes, and of how many bytes.
//
// Each shape has call<Function>(arguments, caller): calls the allocator's and has the block recorded. Arguments are
// handed on as the six words that they came in, so one shape serves functions of any parameters. All is inlined into
// the exported function, whose caller `caller` is. Errors are the allocator's: what it throws passes by frames of ours
// that have nothing to clean up.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "preload/allocator_calls.h"
#include "preload/allocator_functions.h"
#include "preload/limiter.h"
#include "preload/system/attributes.h"
#include "preload/system/bootstrap_heap.h"

namespace dregs {

enum AllocatorFunction : unsigned {
#define DREGS_NUMBER(name, ...) kFunction_##name,
    DREGS_ALLOCATOR_FUNCTIONS(DREGS_NUMBER) DREGS_ALLOCATOR_QUESTIONS(DREGS_NUMBER) kAllocatorNames
#undef DREGS_NUMBER
};

#define DREGS_ONE_MORE(name, shape) +1
inline constexpr unsigned kOperators = 0 DREGS_OPERATORS(DREGS_ONE_MORE);  // the first of all functions
#undef DREGS_ONE_MORE

// The functions behind ours; null where there is none. Set while the program is loaded, before ours can be called.
extern const void* g_allocator[kAllocatorNames];

using Word = std::uint64_t;
struct Words {
    Word at[6];
};

template <unsigned kFunction>
DREGS_INLINE Word call_next(const Words& in) {
    using Next = Word (*)(Word, Word, Word, Word, Word, Word);
    const auto next = reinterpret_cast<Next>(const_cast<void*>(g_allocator[kFunction]));
    return next(in.at[0], in.at[1], in.at[2], in.at[3], in.at[4], in.at[5]);
}

// What an exported function does.
template <unsigned kFunction, typename Shape>
DREGS_INLINE Word call_as(const Words& in, const Registers& caller) {
    if (is_inner(caller, kFunction < kOperators)) return call_next<kFunction>(in);
    return Shape::template call<kFunction>(in, caller);
}

DREGS_INLINE void* block_of(Word word) { return reinterpret_cast<void*>(word); }

// ---- How many bytes are asked for

template <unsigned kArgument>
struct At {
    static constexpr unsigned kWhich = kArgument;
    DREGS_INLINE static std::size_t of(const Words& in) { return in.at[kArgument]; }
};

template <unsigned kCount, unsigned kBytes>
struct Product {
    static constexpr unsigned kWhich = kCount;
    DREGS_INLINE static std::size_t of(const Words& in) {
        std::size_t product = 0;
        return __builtin_mul_overflow(in.at[kCount], in.at[kBytes], &product) ? SIZE_MAX : product;
    }
};

template <typename Character>
DREGS_INLINE std::size_t bytes_of_text(const void* text) {
    std::size_t length = 0;
    while (static_cast<const Character*>(text)[length]) ++length;
    return (length + 1) * sizeof(Character);
}

// ---- Functions that make a block

template <unsigned kFunction>
DREGS_INLINE Word make_block(const Words& in, std::size_t bytes, const Registers& caller) {
    const std::uint64_t calls = calls_so_far();
    const Word block = call_next<kFunction>(in);
    if (DREGS_LIKELY(block != 0))
        enter_made(block_of(block), bytes, calls, caller);
    else
        note_unexplained_alloc(bytes);
    return block;
}

template <typename Bytes>
struct Makes {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        const std::size_t bytes = Bytes::of(in);
        return is_refused(bytes) ? 0 : make_block<kFunction>(in, bytes, caller);
    }
};

// Throws where there is no memory: beyond a limit, too, by being asked for more than there is. Who unwinds asks the
// personality of each frame on the way; ours learns of the failure so, and has nothing to say.
extern "C" __attribute__((visibility("hidden"))) int dregs_on_throw(int version, int actions, std::uint64_t kind,
                                                                    void* exception, void* context);
template <typename Bytes>
struct Throws {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        asm volatile(".cfi_personality 0x1b, dregs_on_throw");  // 4 bytes, relative
        const std::size_t bytes = Bytes::of(in);
        Words asked = in;
        if (is_refused(bytes)) asked.at[Bytes::kWhich] = SIZE_MAX / 2;
        return make_block<kFunction>(asked, bytes, caller);
    }
};

// posix_memalign and its like: into the pointer that is the first argument.
template <typename Bytes>
struct MakesInto {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        const std::size_t bytes = Bytes::of(in);
        if (is_refused(bytes)) return ENOMEM;
        const std::uint64_t calls = calls_so_far();
        const Word error = call_next<kFunction>(in);
        if (DREGS_LIKELY(static_cast<int>(error) == 0))
            enter_made(*static_cast<void**>(block_of(in.at[0])), bytes, calls, caller);
        else if (static_cast<int>(error) == ENOMEM)
            note_failed_alloc(bytes);
        return error;
    }
};

template <typename Character>
struct Copies {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        const std::uint64_t calls = calls_so_far();
        const Word text = call_next<kFunction>(in);
        if (text) enter_made(block_of(text), bytes_of_text<Character>(block_of(text)), calls, caller);
        return text;
    }
};

// Into the pointer that is the first argument; null: there was nothing to copy.
template <typename Character>
struct CopiesInto {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        const std::uint64_t calls = calls_so_far();
        const Word error = call_next<kFunction>(in);
        void* text = static_cast<int>(error) == 0 && in.at[0] ? *static_cast<void**>(block_of(in.at[0])) : nullptr;
        if (text) enter_made(text, bytes_of_text<Character>(text), calls, caller);
        return error;
    }
};

// realpath: makes a block unless it is given room.
template <unsigned kRoom>
struct Resolves {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        return in.at[kRoom] ? call_next<kFunction>(in) : Copies<char>::call<kFunction>(in, caller);
    }
};

// ---- Functions that free one

template <unsigned kBlock>
struct Frees {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        const void* block = block_of(in.at[kBlock]);
        if (DREGS_UNLIKELY(!block)) return call_next<kFunction>(in);
        if (DREGS_UNLIKELY(bootstrap_heap::owns(block))) return 0;
        const void* former = begin_release(block, caller);
        const Word result = call_next<kFunction>(in);
        end_release(former);
        return result;
    }
};

// ---- Functions that make one of another

// What a null result says of the block: it has been freed; is as it was, for there was no memory, or no room in place;
// or, as with realloc, has been freed if it was to have no bytes.
enum class OnNull { kFreed, kKept, kNoRoom, kFreedIfEmpty };

template <unsigned kBlock, typename Bytes, OnNull kOnNull = OnNull::kFreedIfEmpty>
struct Remakes {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        void* block = block_of(in.at[kBlock]);
        if (!block) return Makes<Bytes>::template call<kFunction>(in, caller);
        const std::size_t bytes = Bytes::of(in);
        if (bytes != 0 && is_refused(bytes)) return 0;
        RemadeBlock remade{};
        begin_remake(block, caller, remade);
        const Word moved = call_next<kFunction>(in);
        if (DREGS_LIKELY(moved != 0)) {
            finish_remake(block_of(moved), bytes, remade, caller);
        } else {
            const bool freed = kOnNull == OnNull::kFreed || (kOnNull == OnNull::kFreedIfEmpty && bytes == 0);
            end_remake(block, freed, remade, caller);
            if (!freed && kOnNull != OnNull::kNoRoom) note_unexplained_alloc(bytes);
        }
        return moved;
    }
};

// reallocarr: the block is where the first argument points to, before and after.
template <typename Bytes>
struct RemakesAt {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        void** at = static_cast<void**>(block_of(in.at[0]));
        if (DREGS_UNLIKELY(!at)) return call_next<kFunction>(in);
        if (!*at) return MakesInto<Bytes>::template call<kFunction>(in, caller);
        void* block = *at;
        if (is_refused(Bytes::of(in))) return ENOMEM;
        RemadeBlock remade{};
        begin_remake(block, caller, remade);
        const Word error = call_next<kFunction>(in);
        if (static_cast<int>(error) == 0)
            finish_remake(*at, Bytes::of(in), remade, caller);
        else
            end_remake(block, false, remade, caller);
        return error;
    }
};

// xallocx(block, bytes, more, flags): in place, and returns how large the block is now. It has done what it was asked
// for unless that is less than `bytes`, or more than a block of them all would have.
template <unsigned kSizeOf>
struct Resizes {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        void* block = block_of(in.at[0]);
        std::size_t most = 0;
        if (__builtin_add_overflow(in.at[1], in.at[2], &most)) most = SIZE_MAX / 2;
        RemadeBlock remade{};
        begin_remake(block, caller, remade);
        const Word has = call_next<kFunction>(in);
        const bool resized = has >= in.at[1] && (has <= most || has == call_next<kSizeOf>({{most, in.at[3]}}));
        if (resized)
            finish_remake(block, has < most ? has : most, remade, caller);
        else
            end_remake(block, false, remade, caller);
        return has;
    }
};

// ---- A heap that goes with all that is in it

// What mi_heap_visit_blocks calls for each block, and for areas of them. Goes on.
bool take_heap_block(const void* heap, const void* area, void* block, std::size_t bytes, void* caller);

// The heap that every thread begins with is only given away.
struct DestroysHeap {
    template <unsigned kFunction>
    DREGS_INLINE static Word call(const Words& in, const Registers& caller) {
        if (in.at[0] && in.at[0] != call_next<kFunction_mi_heap_get_backing>({}))
            call_next<kFunction_mi_heap_visit_blocks>(
                {{in.at[0], 1, reinterpret_cast<Word>(&take_heap_block), reinterpret_cast<Word>(&caller)}});
        return call_next<kFunction>(in);
    }
};

}  // namespace dregs
