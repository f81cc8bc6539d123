/* An audit module of the loader (LD_AUDIT): allocates in every callback, in the loader's namespace for auditors, and
 * sends each binding of a symbol through the loader's profiling trampoline. */
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>

#include "tests/hostile/keep_blocks.h"

unsigned la_version(unsigned version) {
    use_blocks(3);
    return version;
}

unsigned la_objopen(struct link_map* map, Lmid_t namespace_id, uintptr_t* cookie) {
    (void)map, (void)namespace_id, (void)cookie;
    keep_blocks(1);
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

unsigned la_objclose(uintptr_t* cookie) {
    (void)cookie;
    use_blocks(3);
    return 0;
}

void la_activity(uintptr_t* cookie, unsigned flag) {
    (void)cookie, (void)flag;
    use_blocks(3);
}

uintptr_t la_symbind64(Elf64_Sym* symbol, unsigned index, uintptr_t* from, uintptr_t* to, unsigned* flags,
                       const char* name) {
    (void)index, (void)from, (void)to, (void)flags, (void)name;
    use_blocks(1);
    return symbol->st_value;
}

Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym* symbol, unsigned index, uintptr_t* from, uintptr_t* to,
                                  La_x86_64_regs* registers, unsigned* flags, const char* name, long* frame_bytes) {
    (void)index, (void)from, (void)to, (void)registers, (void)flags, (void)name;
    use_blocks(1);
    *frame_bytes = 64; /* and so la_x86_64_gnu_pltexit is called, with the stack copied */
    return symbol->st_value;
}

unsigned la_x86_64_gnu_pltexit(Elf64_Sym* symbol, unsigned index, uintptr_t* from, uintptr_t* to,
                               const La_x86_64_regs* in, La_x86_64_retval* out, const char* name) {
    (void)symbol, (void)index, (void)from, (void)to, (void)in, (void)out, (void)name;
    use_blocks(1);
    return 0;
}
