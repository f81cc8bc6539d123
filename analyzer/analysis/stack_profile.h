// Each call stack that holds live blocks, in rank order, and how they part by kind of scope and thread: what exports
// and pages are made of.
//
// Owns one entry for each distinct stack, so memory follows stacks, never blocks or scope instances; the shares of a
// stack are added up when asked for. Stacks are those of the trace: equal frames in a module that was loaded twice are
// two. Names of stacks are the StackNamer's. Pure; called by export/ and report/.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis/filter.h"
#include "analyzer/analysis/ranking.h"

namespace dregs {

struct StackEntry {
    std::uint32_t stack = 0;
    std::size_t first_cell = 0;  // in the live set: its blocks are in [first_cell, end_cell)
    std::size_t end_cell = 0;
    Estimate live;
    Estimate outlived;            // of live
    std::uint32_t oldest_cs = 0;  // when its oldest block was made, since the start of the trace
};

// What one stack holds in one kind of scope, allocated by one thread.
struct StackShare {
    std::uint32_t kind = 0;    // 0: in no scope
    std::uint32_t thread = 0;  // in StackProfile::threads()
    Estimate live;
    Estimate outlived;  // of live
};

struct SharedThread {
    std::uint32_t tid = 0;  // 0: not known
    std::string name;       // "worker (4711)"
};

class StackProfile {
  public:
    // Of the blocks that match, in the order of `sort`; ties by the stack's number. `filter` must outlive the object.
    StackProfile(Profile& profile, const Filter& filter, SortBy sort, const Progress& progress = {});

    const std::vector<StackEntry>& stacks() const { return stacks_; }
    // Of one of stacks(), by kind and thread.
    std::vector<StackShare> shares(const StackEntry& entry);
    const std::vector<SharedThread>& threads() const { return threads_; }
    const Estimate& live() const { return live_; }
    const Estimate& outlived() const { return outlived_; }

  private:
    void add(std::size_t cell);
    void sort_stacks(SortBy sort);
    std::uint32_t thread_of(const ScopeFacts& facts);

    Profile& profile_;
    FilterMatcher matcher_;
    std::vector<StackEntry> stacks_;
    std::vector<SharedThread> threads_;
    absl::flat_hash_map<std::string, std::uint32_t> thread_numbers_;
    Estimate live_;
    Estimate outlived_;
};

}  // namespace dregs
