// What each stack allocated in all, released blocks too: known only where the program was traced with a ledger.
#pragma once

#include <functional>

#include "analyzer/analysis/ledger.h"

namespace dregs {

// Whether the trace tells it of the blocks that the filter lets through: a ledger knows stacks, not scopes or threads.
bool knows_allocated(const Profile& profile, const Filter& filter);

// Tells it of each stack that allocated anything, those with the same frames as one; nothing where it is not known.
void each_allocated(Profile& profile, const Filter& filter,
                    const std::function<void(std::uint32_t stack, const LedgerRow& row)>& visit);

}  // namespace dregs
