// See allocated_stacks.h.
#include "analyzer/export/allocated_stacks.h"

#include <algorithm>

namespace dregs {

bool knows_allocated(const Profile& profile, const Filter& filter) {
    const bool by_stack = std::none_of(filter.where.begin(), filter.where.end(), [](const Where& where) {
        return where.field == WhereField::kThread || where.field == WhereField::kScope;
    });
    return profile.trace().header().ledger != 0 && !filter.scope && by_stack;
}

void each_allocated(Profile& profile, const Filter& filter,
                    const std::function<void(std::uint32_t stack, const LedgerRow& row)>& visit) {
    if (!knows_allocated(profile, filter)) return;
    LedgerOptions options;
    options.by = GroupBy::kStack;
    options.filter = filter;
    for (const LedgerRow& row : make_ledger(profile, options).rows) visit(row.stack, row);
}

}  // namespace dregs
