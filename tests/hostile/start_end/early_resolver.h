/* What libraries/early_resolver.c and, in front of it, libraries/early_user.c offer. */
#ifndef DREGS_TESTS_HOSTILE_EARLY_RESOLVER_H
#define DREGS_TESTS_HOSTILE_EARLY_RESOLVER_H

/* 42: the block that its IFUNC resolver allocated still holds what was written there. */
int early_answer(void);
/* One more. */
int early_answer_of_library(void);
void give_back_early_block(void);

#endif
