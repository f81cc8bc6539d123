// See cached_allocator.h.
//
// The text in the cache is one answer, of address 0: a frame with the name of the function, or none.
#include "analyzer/symbols/cached_allocator.h"

#include "analyzer/symbols/answer_text.h"
#include "analyzer/symbols/inner_allocator.h"
#include "analyzer/symbols/module_file.h"

namespace dregs {
namespace {

constexpr std::int64_t kStretch = 0;

// Records of names must not be taken for these.
std::string own_context(const std::string& context) { return context.empty() ? "" : context + "inner allocator"; }

std::string encode(const std::string& name) {
    AnswerText text;
    Frame frame;
    frame.function = name;
    text.add(0, name.empty() ? std::vector<Frame>() : std::vector<Frame>{frame});
    return text.finish();
}

// Nothing where `text` is not what encode() makes.
std::optional<std::string> decode(std::string_view text) {
    std::optional<std::string> name;
    const bool sound = read_answers(text, [&](std::uint64_t, std::vector<Frame>&& frames) {
        if (!name) name = frames.empty() ? "" : std::move(frames.front().function);
    });
    return sound ? name : std::nullopt;
}

}  // namespace

CachedAllocator::CachedAllocator(const ModuleImage& module, const FileRoots& roots, SymbolCache& cache,
                                 const std::string& context, InnerAllocators& searched)
    : record_(module, roots, cache, own_context(context)) {
    if (auto kept = record_.holds() ? decode(record_.answers(kStretch)) : std::nullopt) {
        name_ = std::move(*kept);
    } else {
        find(module, roots, searched);
    }
}

void CachedAllocator::find(const ModuleImage& module, const FileRoots& roots, InnerAllocators& searched) {
    found_.emplace(roots);
    const ModuleFile file = find_module_file(module, *found_);
    if (!file.image) return;
    const auto [known, is_new] = searched.try_emplace(file.image->file_key());
    if (is_new) known->second = find_inner_allocator(*file.image);
    name_ = known->second;
}

void CachedAllocator::keep() {
    if (!found_) return record_.mark_used();
    record_.add(*found_, "", {{kStretch, encode(name_)}});
}

}  // namespace dregs
