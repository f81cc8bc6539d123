// Names stacks: their frames, their site (the first frame that is no allocation wrapper), and keys that mean the same
// in every trace.
//
// Owns the look-ups' cache and the identity rule: two blocks have the same site when function, file, line and column
// agree, or without debug information module and offset. Modules are told apart by build-id, else by path, so the keys
// hold across processes. Symbols come from symbols/; this file opens nothing.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>
#include <absl/types/span.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "analyzer/symbols/symbolizer.h"
#include "analyzer/symbols/wrapper_list.h"
#include "analyzer/trace/trace.h"

namespace dregs {

class StackNamer {
  public:
    // With `show_wrappers` no frame is taken for a wrapper. `pid` is the process's while it runs: its files may be
    // where only it sees them; 0: it is gone.
    StackNamer(const Trace& trace, Symbolizer& symbolizer, const WrapperList& wrappers, bool show_wrappers,
               std::uint32_t pid = 0);

    // The same stack as one that ends in a release: where the frame that called free is gone, because its function ends
    // in a jump to it, that function is taken for one frame more. Goes wherever a stack goes here.
    static std::uint32_t as_release(std::uint32_t stack) { return stack | kReleaseView; }

    // The frame that called the allocator; null for a stack without frames.
    const Frame* innermost(std::uint32_t stack);
    // The frame that stands for the stack. A stack without frames has a made-up one that says so.
    const Frame& site(std::uint32_t stack);
    // What makes two stacks one site.
    std::string site_key(std::uint32_t stack);
    // What makes two stacks one stack: all frames.
    std::string stack_key(std::uint32_t stack);

    // One location of a stack: what it is in the trace, and its frames, the innermost inlined function first. The
    // frames stay where they are for as long as the namer lives: their addresses tell them apart.
    struct StackPlace {
        std::uint64_t location;  // 0: there is none, the frame is made up
        absl::Span<const Frame> frames;
    };
    // Tells the places from the site outwards, while `visit` returns true; the first one begins at the site.
    void walk_from_site(std::uint32_t stack, absl::FunctionRef<bool(const StackPlace&)> visit);
    // The frames from the site outwards, at most `limit` (0: all).
    std::vector<Frame> frames(std::uint32_t stack, std::size_t limit = 0);
    // All frames, wrappers too, but for those of the shim.
    std::vector<Frame> whole_stack(std::uint32_t stack);
    // "", or why the stack is not whole.
    const char* cut_reason(std::uint32_t stack);

  private:
    struct Place {  // what one location stands for
        std::uint64_t location = 0;
        const std::vector<Frame>* frames = nullptr;
        int first_user = -1;          // index of its first frame that is no wrapper, -1: none
        int last_known = -1;          // index of its outermost frame that is not the shim's, -1: none
        std::uint64_t identity[2]{};  // of module and offset, the same in every trace
        std::string module;           // build-id or path
    };
    struct SitePlace {
        const Place* place = nullptr;
        int frame = 0;
        std::size_t depth = 0;  // of the location in the stack
    };

    static constexpr std::uint32_t kReleaseView = 1u << 31;

    // Tells what stands at the locations of a stack, as Trace::walk does.
    format::StackRoot walk(std::uint32_t stack, absl::FunctionRef<bool(const Place&)> visit);
    // What was called at `location` and is gone; null: nothing, or that is not known.
    const Place* jumped_from(std::uint64_t location);
    Place make_jumped_from(std::uint64_t location);
    const Place& place(std::uint64_t location);
    Place make_place(std::uint64_t location);
    const std::vector<Frame>& resolve(std::uint64_t location);
    const std::vector<Frame>& keep(const Frame& frame);
    const ModuleImage* image(std::uint32_t module);
    std::string module_key(std::uint32_t module, const Frame& frame);
    const SitePlace& site_place(std::uint32_t stack);
    SitePlace find_site(std::uint32_t stack);
    bool is_user(const Frame& frame) const;
    static bool is_unnamed(const Place& place);

    const Trace& trace_;
    Symbolizer& symbolizer_;
    const WrapperList& wrappers_;
    bool show_wrappers_;
    std::uint32_t pid_;
    absl::node_hash_map<std::uint64_t, Place> places_;  // pointers into it are kept
    absl::node_hash_map<std::uint64_t, Place> jumped_;  // by location; without frames where there is nothing
    absl::flat_hash_map<std::uint32_t, SitePlace> sites_;
    absl::node_hash_map<std::uint32_t, ModuleImage> images_;
    std::deque<std::vector<Frame>> kept_;
    Place nowhere_;
};

}  // namespace dregs
