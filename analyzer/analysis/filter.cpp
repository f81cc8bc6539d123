// See filter.h.
#include "analyzer/analysis/filter.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analyzer/symbols/wrapper_pattern.h"
#include "analyzer/trace/error.h"

namespace dregs {
namespace {

struct FieldName {
    const char* name;
    WhereField field;
};

constexpr std::array kFields = {
    FieldName{"function", WhereField::kFunction}, FieldName{"file", WhereField::kFile},
    FieldName{"module", WhereField::kModule},     FieldName{"thread", WhereField::kThread},
    FieldName{"scope", WhereField::kScope},       FieldName{"stack", WhereField::kStack},
};

// A path matches as a whole or by its last part.
bool path_matches(const std::string& pattern, const std::string& path) {
    return glob_matches(pattern, path) || glob_matches(pattern, display_name(path));
}

// With its parameters or without.
bool function_matches(const std::string& pattern, const std::string& function) {
    return glob_matches(pattern, function) || glob_matches(pattern, without_parameters(function));
}

// "worker (4711)" or "thread 4711": as a whole, by its name or by its number.
bool thread_matches(const std::string& pattern, std::string_view thread) {
    if (glob_matches(pattern, thread)) return true;
    const std::size_t gap = thread.rfind(' ');
    if (gap == std::string_view::npos) return false;
    std::string_view number = thread.substr(gap + 1);
    if (number.front() == '(') number = number.substr(1, number.size() - 2);
    return glob_matches(pattern, thread.substr(0, gap)) || glob_matches(pattern, number);
}

bool is_scope_field(WhereField field) { return field == WhereField::kThread || field == WhereField::kScope; }

const FieldName* find_field(absl::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == absl::string_view::npos) return nullptr;
    const auto known = std::find_if(kFields.begin(), kFields.end(),
                                    [&](const auto& field) { return text.substr(0, colon) == field.name; });
    return known == kFields.end() ? nullptr : &*known;
}

}  // namespace

Where parse_where(const std::string& text) {
    const FieldName* known = find_field(text);
    if (!known) {
        throw Error(absl::StrCat("--where '", text,
                                 "': expected FIELD:PATTERN with function, file, module, thread, scope or stack"));
    }
    return {known->field, text.substr(text.find(':') + 1)};
}

std::string where_problem(const std::string& text, bool blocks) {
    if (find_field(text)) return {};
    std::string fields;
    for (const FieldName& field : kFields) {
        if (blocks || !is_scope_field(field.field))
            absl::StrAppend(&fields, fields.empty() ? "" : ",", field.name, ":");
    }
    return absl::StrCat(text, " names no field; there are {", fields, "}");
}

bool FilterMatcher::matches(std::uint32_t stack, const ScopeFacts& facts) {
    return scope_matches(facts) && stack_matches(stack);
}

bool FilterMatcher::scope_matches(const ScopeFacts& facts) const {
    if (filter_.scope && *filter_.scope != profile_.kind_name(facts.kind)) return false;
    return std::all_of(filter_.where.begin(), filter_.where.end(), [&](const Where& where) {
        if (where.field == WhereField::kThread) return thread_matches(where.pattern, profile_.thread_name(facts));
        if (where.field == WhereField::kScope) return glob_matches(where.pattern, profile_.kind_name(facts.kind));
        return true;
    });
}

bool FilterMatcher::stack_matches(std::uint32_t stack) {
    if (last_ && last_->first == stack) return last_->second;
    const bool matches = std::all_of(filter_.where.begin(), filter_.where.end(), [&](const Where& where) {
        return is_scope_field(where.field) || frame_matches(where, stack);
    });
    last_ = {stack, matches};
    return matches;
}

bool FilterMatcher::frame_matches(const Where& where, std::uint32_t stack) {
    StackNamer& namer = profile_.namer();
    if (where.field == WhereField::kStack) {
        const std::vector<Frame> frames = namer.whole_stack(stack);
        return std::any_of(frames.begin(), frames.end(),
                           [&](const Frame& frame) { return function_matches(where.pattern, frame.function); });
    }
    const Frame& site = namer.site(stack);
    if (where.field == WhereField::kFunction) return function_matches(where.pattern, site.function);
    return path_matches(where.pattern, where.field == WhereField::kFile ? site.file : site.module);
}

}  // namespace dregs
