// See stack_namer.h. site/frames/... -> site_place -> find_site -> place -> make_place -> resolve -> Symbolizer
#include "analyzer/analysis/stack_namer.h"

#include <absl/strings/str_cat.h>

#include "analyzer/analysis/fingerprint.h"
#include "analyzer/analysis/module_image.h"
#include "analyzer/trace/named_frame.h"

namespace dregs {
namespace {

Frame made_up(const char* function) {
    Frame frame;
    frame.function = function;
    return frame;
}

// Longer than an importer makes one. A recursion repeats it, in a stack that is held whole.
constexpr std::size_t kMaxFrameText = std::size_t{64} << 10;

Frame named(std::string_view text) {
    const NamedFrame known = decode_named_frame(text.substr(0, kMaxFrameText));
    Frame frame;
    frame.function = known.function;
    frame.file = known.file;
    frame.line = known.line;
    frame.module = known.module;
    return frame;
}

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) absl::StrAppend(&text, absl::Hex(byte, absl::kZeroPad2));
    return text;
}

// A wrapper's own helpers may be static functions of a stripped library: so many frames without a name are passed over
// when a wrapper of the same module called them.
constexpr std::size_t kMaxUnnamed = 8;

}  // namespace

StackNamer::StackNamer(const Trace& trace, Symbolizer& symbolizer, const WrapperList& wrappers, bool show_wrappers,
                       std::uint32_t pid)
    : trace_(trace), symbolizer_(symbolizer), wrappers_(wrappers), show_wrappers_(show_wrappers), pid_(pid) {
    nowhere_.frames = &keep(made_up("[no stack]"));
    nowhere_.first_user = 0;
}

const std::vector<Frame>& StackNamer::keep(const Frame& frame) { return kept_.emplace_back(1, frame); }

const ModuleImage* StackNamer::image(std::uint32_t module) {
    if (const auto known = images_.find(module); known != images_.end()) return &known->second;
    const format::Module* found = module == format::kNoModule ? nullptr : trace_.modules().find(module);
    if (!found || found->state == format::ModuleState::kFree) return nullptr;
    return &images_.emplace(module, make_module_image(trace_, *found, pid_)).first->second;
}

const std::vector<Frame>& StackNamer::resolve(std::uint64_t location) {
    const std::uint64_t pc = format::location_pc(location);
    const std::uint32_t module = format::location_module(location);
    if (module == format::kNamedModule) return keep(named(trace_.string(static_cast<format::StringRef>(pc))));
    if (const ModuleImage* known = image(module)) {
        return symbolizer_.resolve(*known, pc, format::location_exact(location));
    }
    Frame frame;
    frame.offset = pc;
    return keep(frame);
}

std::string StackNamer::module_key(std::uint32_t module, const Frame& frame) {
    const ModuleImage* known = module == format::kNamedModule ? nullptr : image(module);
    if (!known) return frame.function;
    return known->build_id.empty() ? known->path : hex_of(known->build_id);
}

bool StackNamer::is_unnamed(const Place& place) {
    return place.frames->size() == 1 && place.frames->front().function.empty();
}

bool StackNamer::is_user(const Frame& frame) const {
    return !frame.shim && (show_wrappers_ || !wrappers_.is_wrapper(frame));
}

StackNamer::Place StackNamer::make_place(std::uint64_t location) {
    Place place;
    place.location = location;
    place.frames = &resolve(location);
    place.module = module_key(format::location_module(location), place.frames->front());
    for (int i = 0; i < static_cast<int>(place.frames->size()); ++i) {
        const Frame& frame = (*place.frames)[static_cast<std::size_t>(i)];
        if (place.first_user < 0 && is_user(frame)) place.first_user = i;
        if (!frame.shim) place.last_known = i;
    }
    for (const std::size_t seed : {std::size_t{0}, std::size_t{1}}) {
        Fingerprint print(seed);
        print.add(place.module);
        print.add(place.frames->front().offset);
        place.identity[seed] = print.value();
    }
    return place;
}

const StackNamer::Place& StackNamer::place(std::uint64_t location) {
    const auto known = places_.find(location);
    if (known != places_.end()) return known->second;
    return places_.emplace(location, make_place(location)).first->second;
}

format::StackRoot StackNamer::walk(std::uint32_t stack, absl::FunctionRef<bool(const Place&)> visit) {
    bool wanted = (stack & kReleaseView) != 0;
    return trace_.walk(stack & ~kReleaseView, [&](std::uint64_t location) {
        const Place& here = place(location);
        const bool innermost = wanted && !here.frames->front().shim;
        if (innermost) wanted = false;
        const Place* gone = innermost ? jumped_from(location) : nullptr;
        return (!gone || visit(*gone)) && visit(here);
    });
}

const StackNamer::Place* StackNamer::jumped_from(std::uint64_t location) {
    auto known = jumped_.find(location);
    if (known == jumped_.end()) known = jumped_.emplace(location, make_jumped_from(location)).first;
    return known->second.frames ? &known->second : nullptr;
}

// What is on the list of wrappers passes a release on, jumping or not, and free itself is on it.
StackNamer::Place StackNamer::make_jumped_from(std::uint64_t location) {
    Place place;
    const std::uint32_t module = format::location_module(location);
    const ModuleImage* known = module == format::kNamedModule ? nullptr : image(module);
    if (!known || format::location_exact(location)) return place;
    const Frame* called = symbolizer_.called(*known, format::location_pc(location));
    if (!called || called->shim || wrappers_.is_wrapper(*called)) return place;
    Frame frame = *called;
    frame.tail_call = true;
    place.frames = &keep(frame);
    place.module = frame.module.empty() ? frame.function : module_key(module, frame);
    place.first_user = place.last_known = 0;
    for (const std::size_t seed : {std::size_t{0}, std::size_t{1}}) {
        Fingerprint print(seed);
        print.add(place.module);
        print.add(frame.offset);
        place.identity[seed] = print.value();
    }
    return place;
}

StackNamer::SitePlace StackNamer::find_site(std::uint32_t stack) {
    SitePlace found{&nowhere_, 0, 0};
    std::size_t depth = 0;
    std::size_t unnamed = 0;  // frames without a name seen since `found`, which is the first of them
    walk(stack, [&](const Place& here) {
        const std::size_t at = depth++;
        if (unnamed > 0 && here.last_known < 0) {  // an adapter, in the place of the wrapper that it has called
            unnamed = 0;
            return true;
        }
        if (unnamed > 0) {
            if (here.module != found.place->module || unnamed > kMaxUnnamed) return false;
            if (here.first_user == 0 && !is_unnamed(here)) return false;
            // A wrapper called them: they are its own helpers, and the site is further out.
            unnamed = is_unnamed(here) ? unnamed + 1 : 0;
            if (unnamed > 0) return true;
        }
        // Should all be wrappers, the outermost is the nearest there is to a user of the block.
        if (here.first_user >= 0 || here.last_known >= 0) {
            found = {&here, here.first_user >= 0 ? here.first_user : here.last_known, at};
        }
        if (here.first_user >= 0 && is_unnamed(here)) unnamed = 1;
        return here.first_user < 0 || unnamed > 0;
    });
    return found;
}

const StackNamer::SitePlace& StackNamer::site_place(std::uint32_t stack) {
    const auto known = sites_.find(stack);
    if (known != sites_.end()) return known->second;
    return sites_.emplace(stack, find_site(stack)).first->second;
}

const Frame* StackNamer::innermost(std::uint32_t stack) {
    const Frame* found = nullptr;
    walk(stack, [&](const Place& here) {
        found = &here.frames->front();
        return found->shim;
    });
    return found;
}

const Frame& StackNamer::site(std::uint32_t stack) {
    const SitePlace& at = site_place(stack);
    return (*at.place->frames)[static_cast<std::size_t>(at.frame)];
}

std::string StackNamer::site_key(std::uint32_t stack) {
    const SitePlace at = site_place(stack);
    const Frame& frame = site(stack);
    if (frame.line > 0 && !frame.file.empty()) {
        return absl::StrCat(frame.function, "\n", frame.file, "\n", frame.line, "\n", frame.column);
    }
    return absl::StrCat("@", at.place->module, "\n", frame.offset);
}

std::string StackNamer::stack_key(std::uint32_t stack) {
    Fingerprint first(0);
    Fingerprint second(1);
    walk(stack, [&](const Place& here) {
        first.add(here.identity[0]);
        second.add(here.identity[1]);
        return true;
    });
    return absl::StrCat(absl::Hex(first.value(), absl::kZeroPad16), absl::Hex(second.value(), absl::kZeroPad16));
}

void StackNamer::walk_from_site(std::uint32_t stack, absl::FunctionRef<bool(const StackPlace&)> visit) {
    const SitePlace at = site_place(stack);
    if (at.place == &nowhere_) {
        visit({0, *nowhere_.frames});
        return;
    }
    std::size_t depth = 0;
    walk(stack, [&](const Place& place) {
        if (depth++ < at.depth) return true;
        const std::size_t inner = depth == at.depth + 1 ? static_cast<std::size_t>(at.frame) : 0;
        return visit({place.location, absl::MakeConstSpan(*place.frames).subspan(inner)});
    });
}

std::vector<Frame> StackNamer::frames(std::uint32_t stack, std::size_t limit) {
    std::vector<Frame> frames;
    walk_from_site(stack, [&](const StackPlace& place) {
        frames.insert(frames.end(), place.frames.begin(), place.frames.end());
        return limit == 0 || frames.size() < limit;
    });
    if (limit != 0 && frames.size() > limit) frames.resize(limit);
    return frames;
}

std::vector<Frame> StackNamer::whole_stack(std::uint32_t stack) {
    std::vector<Frame> frames;
    walk(stack, [&](const Place& here) {
        for (const Frame& frame : *here.frames) {
            if (!frame.shim) frames.push_back(frame);
        }
        return true;
    });
    return frames;
}

const char* StackNamer::cut_reason(std::uint32_t stack) {
    switch (trace_.walk(stack & ~kReleaseView, [](std::uint64_t) { return true; })) {
        case format::kStackCut:
            return "deeper than the limit: the outer frames are missing";
        case format::kStackNoUnwind:
            return "no unwind information beyond this frame";
        case format::kStackNone:
            return "the stack was not recorded";
        default:
            return "";
    }
}

}  // namespace dregs
