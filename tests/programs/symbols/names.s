# Functions as hand-written assembly leaves them: with a size, without one, one inside another, several names for one.
    .text
    .globl sized
    .type sized, @function
sized:
    nop
    nop
    .size sized, . - sized
    .skip 32, 0xcc          # belongs to nothing

    .type unsized, @function
    .globl unsized
unsized:
    nop
    nop
    .skip 32, 0xcc

    .globl _zeta_internal
    .globl zeta
    .globl zeta_longer
    .type _zeta_internal, @function
    .type zeta, @function
    .type zeta_longer, @function
    .type aaa_local, @function
_zeta_internal:
zeta:
zeta_longer:
aaa_local:
    nop
    nop
    nop
    .size _zeta_internal, 3
    .size zeta, 3
    .size zeta_longer, 3
    .size aaa_local, 3
    .skip 32, 0xcc

    .globl outer
    .type outer, @function
outer:
    nop
    nop
    .type inner, @function
inner:
    nop
    nop
    .size inner, . - inner
    nop
    nop
    .size outer, . - outer

    .globl _ZN4shop4Cart3addEi
    .type _ZN4shop4Cart3addEi, @function
_ZN4shop4Cart3addEi:
    nop
    .size _ZN4shop4Cart3addEi, 1
    .type work.constprop.0, @function
work.constprop.0:
    nop
    .size work.constprop.0, 1
    .globl huge
    .type huge, @function
huge:
    nop
    .size huge, 0x7fffffffffffff00

    .data
    .globl table
    .type table, @object
table:
    .quad 1, 2, 3
    .size table, . - table
    .section .note.GNU-stack,"",@progbits
