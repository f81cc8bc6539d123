// What reading symbols may cost: time and memory, for each module and for all of them together.
//
// A file of two megabytes can stand for gigabytes of unpacked sections, for trees that take minutes to walk, for lists
// that are told a million times. So whatever reads a file says so here, step by step, and asks before it takes what a
// file says that it needs; where the budget is spent, BudgetSpent is thrown, and ModuleSymbols does with what it has.
// Budgets grow with the files, because honest ones need more the larger they are, and with what is asked. Time is of
// the thread's processor, so that a busy machine or a slow disk changes no report; memory is what the process has got
// since, whoever allocated it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace dregs {

// Thrown through whatever reads; libelf and libdw are never above it on the stack.
struct BudgetSpent {};

// Nanoseconds and bytes.
struct SymbolCosts {
    std::int64_t time = 0;
    std::int64_t memory = 0;
};

// Of all modules together.
class SymbolBudget {
  public:
    // `times`: how many times the usual may be spent; 0: there is no limit.
    explicit SymbolBudget(double times = 1);
    ~SymbolBudget();
    SymbolBudget(const SymbolBudget&) = delete;
    SymbolBudget& operator=(const SymbolBudget&) = delete;

  private:
    friend class ModuleBudget;

    // Bytes that this process has for itself alone; 0: not known.
    std::int64_t memory_now() const;

    double times_;
    int statistics_;  // /proc/self/statm
    SymbolCosts limit_;
    SymbolCosts used_;
};

// Of one module. Not thread-safe.
class ModuleBudget {
  public:
    explicit ModuleBudget(SymbolBudget& all);
    ModuleBudget(const ModuleBudget&) = delete;
    ModuleBudget& operator=(const ModuleBudget&) = delete;

    // What is done while one lives is on the account of `budget`. May be nested.
    class Use {
      public:
        explicit Use(ModuleBudget& budget);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

      private:
        ModuleBudget& budget_;
    };

    // A file that is read for the module, and how many of its bytes are no hole. Told again, it changes nothing.
    void allow_file(const std::pair<dev_t, ino_t>& file, std::uint64_t bytes);
    void allow_question();

    // Before each step of a walk, which takes some microseconds at most; a heavy one counts as several.
    void step(int weight = 1) {
        steps_ -= weight;
        if (steps_ <= 0) look();
    }
    static constexpr int kHeavy = 512;
    // Before or after what takes longer.
    void look();
    // Before so much is allocated at once.
    void reserve(std::uint64_t bytes);
    // A text was read or made.
    void note_text(std::size_t bytes);
    // What is to be done would take for ever.
    [[noreturn]] void give_up() { spend(&SymbolCosts::time, true); }

    bool is_spent() const { return spent_; }
    // "1.5 s of processor time", "300 MB of memory for all modules together". Empty while nothing is spent.
    const std::string& what_is_spent() const { return what_; }

  private:
    void begin();
    void end();
    bool has_looked() const { return clock_ >= 0; }
    std::int64_t time_of_short_use() const;
    void account();
    void check(std::int64_t SymbolCosts::*which, std::int64_t more);
    [[noreturn]] void spend(std::int64_t SymbolCosts::*which, bool own);

    SymbolBudget& all_;
    SymbolCosts limit_;
    SymbolCosts used_;
    int uses_ = 0;
    std::int64_t begun_ = 0;    // when this use did, by the clock on the wall
    std::int64_t clock_ = -1;   // the processor's when time was last accounted for; -1: not in this use
    std::int64_t memory_ = -1;  // the same of memory
    int steps_;
    int pace_ = 1;  // steps from look to look
    bool spent_ = false;
    std::string what_;
    std::set<std::pair<dev_t, ino_t>> files_;
};

}  // namespace dregs
