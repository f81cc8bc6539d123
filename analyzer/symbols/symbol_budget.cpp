// See symbol_budget.h. step, reserve -> look -> account, check -> spend.
#include "analyzer/symbols/symbol_budget.h"

#include <absl/strings/str_format.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace dregs {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kMiB = 1 << 20;

// What every module may take, and all together. Honest modules that are small need a hundredth of it.
constexpr SymbolCosts kModule{1500 * kMillisecond, 192 * kMiB};
constexpr SymbolCosts kAll{4000 * kMillisecond, 1024 * kMiB};
// Of what it may take, a module gets this part, also where those before it took what there is for all.
constexpr std::int64_t kShare = 32;
// For each byte of a file. To index all units of one takes 6 ns a byte; packed ones unpack to four times their size.
constexpr SymbolCosts kModuleByte{25, 8};
constexpr SymbolCosts kAllByte{12, 4};
// For each address; a name costs a tenth of it once its unit is known.
constexpr SymbolCosts kQuestion{kMillisecond / 20, 16 << 10};

// Often enough that a look comes within milliseconds, whatever a step costs.
constexpr int kMostSteps = 4096;
constexpr std::int64_t kPace = kMillisecond / 2;
constexpr std::size_t kTextOfAStep = 64;

SymbolCosts times(const SymbolCosts& costs, double factor) {
    return {static_cast<std::int64_t>(static_cast<double>(costs.time) * factor),
            static_cast<std::int64_t>(static_cast<double>(costs.memory) * factor)};
}

void add(SymbolCosts& sum, const SymbolCosts& more) {
    sum.time += more.time;
    sum.memory += more.memory;
}

std::int64_t now(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

SymbolBudget::SymbolBudget(double times)
    : times_(times), statistics_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)), limit_(dregs::times(kAll, times)) {}

SymbolBudget::~SymbolBudget() {
    if (statistics_ >= 0) ::close(statistics_);
}

std::int64_t SymbolBudget::memory_now() const {
    std::array<char, 128> text{};
    if (statistics_ < 0 || ::pread(statistics_, text.data(), text.size() - 1, 0) <= 0) return 0;
    char* at = text.data();
    std::strtoll(at, &at, 10);  // addresses, not memory
    const std::int64_t resident = std::strtoll(at, &at, 10);
    const std::int64_t of_files = std::strtoll(at, &at, 10);
    return (resident - of_files) * ::sysconf(_SC_PAGESIZE);
}

ModuleBudget::ModuleBudget(SymbolBudget& all) : all_(all), limit_(times(kModule, all.times_)), steps_(pace_) {}

ModuleBudget::Use::Use(ModuleBudget& budget) : budget_(budget) {
    if (budget_.uses_++ == 0) budget_.begin();
}

ModuleBudget::Use::~Use() {
    if (--budget_.uses_ == 0) budget_.end();
}

// Most uses are a microsecond long. To ask the kernel takes as long, and to ask the clock on the wall a twentieth.
void ModuleBudget::begin() {
    begun_ = now(CLOCK_MONOTONIC);
    clock_ = memory_ = -1;
}

// What takes longer than that was interrupted, or else is looked at the next time.
std::int64_t ModuleBudget::time_of_short_use() const { return std::min(now(CLOCK_MONOTONIC) - begun_, kMillisecond); }

void ModuleBudget::end() {
    if (has_looked()) return account();
    const std::int64_t taken = time_of_short_use();
    add(used_, {taken, 0});
    add(all_.used_, {taken, 0});
    if (taken == kMillisecond) steps_ = 1;
}

void ModuleBudget::allow_file(const std::pair<dev_t, ino_t>& file, std::uint64_t bytes) {
    if (!files_.insert(file).second) return;
    const double factor = static_cast<double>(bytes) * all_.times_;
    add(limit_, times(kModuleByte, factor));
    add(all_.limit_, times(kAllByte, factor));
}

void ModuleBudget::allow_question() {
    const SymbolCosts more = times(kQuestion, all_.times_);
    add(limit_, more);
    add(all_.limit_, more);
}

void ModuleBudget::account() {
    const std::int64_t clock = now(CLOCK_THREAD_CPUTIME_ID);
    const std::int64_t memory = all_.memory_now();
    const SymbolCosts more =
        has_looked() ? SymbolCosts{clock - clock_, memory - memory_} : SymbolCosts{time_of_short_use(), 0};
    clock_ = clock;
    memory_ = memory;
    add(used_, more);
    add(all_.used_, more);
}

void ModuleBudget::check(std::int64_t SymbolCosts::*which, std::int64_t more) {
    if (all_.times_ == 0) return;
    const std::int64_t used = used_.*which + more;
    const bool own = used > limit_.*which;
    const bool too_much = used > limit_.*which / kShare && all_.used_.*which + more > all_.limit_.*which;
    if (own || too_much) spend(which, own);
}

void ModuleBudget::look() {
    const std::int64_t before = used_.time;
    account();
    const std::int64_t taken = std::max<std::int64_t>(used_.time - before, 1);
    pace_ = static_cast<int>(std::clamp<std::int64_t>(pace_ * kPace / taken, 1, std::min(2 * pace_, kMostSteps)));
    steps_ = pace_;
    check(&SymbolCosts::time, 0);
    check(&SymbolCosts::memory, 0);
}

void ModuleBudget::reserve(std::uint64_t bytes) {
    constexpr std::uint64_t kMost = INT64_MAX / 4;
    look();
    check(&SymbolCosts::memory, static_cast<std::int64_t>(std::min(bytes, kMost)));
}

void ModuleBudget::note_text(std::size_t bytes) {
    step(1 + static_cast<int>(std::min(bytes / kTextOfAStep, std::size_t{kMostSteps})));
}

void ModuleBudget::spend(std::int64_t SymbolCosts::*which, bool own) {
    const auto limit = static_cast<double>((own ? limit_ : all_.limit_).*which);
    what_ = which == &SymbolCosts::time ? absl::StrFormat("%.1f s of processor time", limit / 1e9)
                                        : absl::StrFormat("%.0f MB of memory", limit / 1e6);
    if (!own) what_ += " for all modules together";
    spent_ = true;
    throw BudgetSpent{};
}

}  // namespace dregs
