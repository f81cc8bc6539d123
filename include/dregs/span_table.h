/* The contract between the small library that `dregs run --scope` makes (analyzer/spans) and the shim: functions of the
 * program whose calls begin and end scopes.
 *
 * The library has a function of its own in front of each of them, which tells the shim and jumps on. All lies in the
 * library's data and is never unloaded. Offsets are counted from the field that they stand in.
 */
#ifndef DREGS_SPAN_TABLE_H
#define DREGS_SPAN_TABLE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a call of a function does to one kind of scope. */
struct dregs_span_action {
    int32_t kind;    /* offset of the kind's name */
    uint32_t begins; /* 1: begins an instance; 0: ends the innermost one */
};

/** One function. */
struct dregs_span {
    const void* real; /* it itself; null: not known yet, or to be looked up at each call */
    int32_t name;     /* offset of its name */
    int32_t actions;  /* offset of the first of its actions */
    uint32_t action_count;
    uint32_t reserved;
};

/** dlsym as the library calls it: for dlsym(RTLD_NEXT) the caller matters. */
typedef void* (*dregs_span_next)(void* handle, const char* name);

/** What the library has at its beginning: the functions that it imports (null without the shim), then its spans. */
struct dregs_span_header {
    void (*crossed)(const struct dregs_span* span, const uintptr_t* frame);
    void (*start)(struct dregs_span* spans, uint32_t count, dregs_span_next next);
    const void* (*find)(const struct dregs_span* span, const uintptr_t* frame, dregs_span_next next);
    dregs_span_next dlsym;
    uint32_t vector_bytes; /* what the vector registers take | 1: xsavec | 2: xgetbv(1); 0: not asked for yet */
    uint32_t span_count;
};

/* A function of the library is entered: `frame` points to its caller's rbp, below the return address. */
void dregs_span_crossed(const struct dregs_span* span, const uintptr_t* frame);
/* There are kinds of these names, whether an instance will ever begin or not. */
void dregs_span_known(const struct dregs_span* span);
/* The library is loaded: what can be found now never goes away. */
void dregs_span_start(struct dregs_span* spans, uint32_t count, dregs_span_next next);
/* The function behind, as the caller finds it; null: there is none. Keeps errno. */
const void* dregs_span_find(const struct dregs_span* span, const uintptr_t* frame, dregs_span_next next);

#ifdef __cplusplus
}
#endif

#endif
