// Every rule that we read out of real libraries equals what elfutils reads, and every packed row steps as the full
// rules do. DREGS_CFI_FILES=path:path checks other files; DREGS_CFI_STRIDE=1 checks every address of them.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "libdw_frames.h"
#include "mapped_object.h"
#include "preload/unwind/cfi_program.h"
#include "preload/unwind/dwarf_expression.h"
#include "preload/unwind/register_walk.h"
#include "preload/unwind/unwind_step.h"

namespace dregs {
namespace {

constexpr unsigned kCompared[] = {kRbx, kRbp, kRsp, 12, 13, 14, 15, kReturnAddress};
constexpr std::size_t kStackWords = 64 * 1024;

// A stack whose words are all different, and registers that point into it.
class SyntheticStack {
  public:
    SyntheticStack() : words_(kStackWords) {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = address(i ^ 0x155);
    }
    RegisterFile registers(std::uintptr_t pc) const {
        RegisterFile file{};
        for (unsigned reg = 0; reg < kReturnAddress; ++reg) file.set(reg, address(kStackWords / 2 + 64 * reg));
        file.set(kRsp, address(kStackWords / 2 - 4096));
        file.set(9, 2);  // a loop counter where OpenSSL's code multiplies
        file.set(kReturnAddress, pc);
        return file;
    }
    std::uint64_t load(std::uint64_t at) const {
        const std::uint64_t index = (at - address(0)) / 8;
        return index < words_.size() ? words_[index] : 0;
    }
    bool holds(std::uint64_t at) const { return (at - address(0)) / 8 < words_.size(); }

  private:
    std::uint64_t address(std::size_t index) const { return reinterpret_cast<std::uintptr_t>(words_.data() + index); }
    std::vector<std::uint64_t> words_;
};

struct Tally {
    std::uint64_t addresses = 0;
    std::uint64_t described = 0;
    std::uint64_t complex = 0;
    std::uint64_t unknown_expressions = 0;
    std::uint64_t wrong = 0;
};

class Comparison {
  public:
    explicit Comparison(const std::string& path) : path_(path), object_(path), oracle_(path) {}

    bool usable() const { return object_.loaded() && object_.header() != nullptr && oracle_.usable(); }

    Tally run(std::uint64_t stride) {
        for (const auto& [begin, end] : object_.code()) {
            for (std::uint64_t at = begin; at < end && tally_.wrong < 5; at += stride) check(at);
        }
        return tally_;
    }

  private:
    void check(std::uint64_t at) {
        ++tally_.addresses;
        const std::uintptr_t pc = object_.bias() + at;
        const LibdwFrame theirs = oracle_.at(at);
        FrameDescription frame;
        Rules ours;
        const CodeImage image = object_.image();
        const bool found = find_description(image, pc, &frame) && run_program(image, frame, pc, &ours);
        if (found != static_cast<bool>(theirs)) return wrong(at, "only one finds a description");
        if (!found) return;
        ++tally_.described;
        if (theirs.signal() != frame.signal_frame) wrong(at, "signal frame");
        compare_rules(at, theirs);
        compare_steps(at);
    }

    // The full step against the oracle's rules on the synthetic stack.
    void compare_rules(std::uint64_t at, const LibdwFrame& theirs) {
        const RegisterFile before = stack_.registers(object_.bias() + at);
        OracleMachine machine{[&](unsigned reg) { return reg < kRegisters ? before.value[reg] : 0; },
                              [&](std::uint64_t address) { return stack_.load(address); }, 0};
        const auto cfa = machine.run(theirs.cfa(), false);
        if (!cfa) return void(++tally_.unknown_expressions);
        machine.cfa = *cfa;
        if (!stack_.holds(*cfa) || *cfa % 8 != 0) return;  // "sub $4, %rsp" in a leaf: this stack is not like that
        RegisterFile after = before;
        bool exact = true;
        const Step step = step_registers(object_.image(), &after, &exact);
        const bool ends = theirs.rule(kReturnAddress).kind == OracleRule::kUndefined;
        if ((step == Step::kEnd) != ends) return wrong(at, "end of the stack");
        if (step != Step::kCaller) return;
        for (const unsigned reg : kCompared)
            compare_register(at, reg, theirs.rule(static_cast<int>(reg)), machine, before, after);
    }

    void compare_register(std::uint64_t at, unsigned reg, const OracleRule& rule, const OracleMachine& machine,
                          const RegisterFile& before, const RegisterFile& after) {
        std::uint64_t expected = before.value[reg];
        if (rule.kind == OracleRule::kUndefined) {  // said of registers without a rule as well
            if (!after.has(reg)) return;
            if (reg == kRsp) expected = machine.cfa;
        } else if (rule.kind == OracleRule::kLocation && rule.operations.front().atom == DW_OP_regx) {
            expected = before.value[rule.operations.front().number];
        } else if (rule.kind != OracleRule::kSame) {
            const auto value = machine.run(rule.operations, true);
            if (!value) return void(++tally_.unknown_expressions);
            expected = rule.kind == OracleRule::kValue ? *value : stack_.load(*value);
        }
        if (!after.has(reg) || after.value[reg] != expected) wrong(at, "register " + std::to_string(reg));
    }

    // The packed row against the full step.
    void compare_steps(std::uint64_t at) {
        const std::uintptr_t pc = object_.bias() + at;
        RegisterFile full = stack_.registers(pc);
        WalkState state{{pc, full.value[kRsp], full.value[kRbp], true},
                        StackReader(OwnStack::rest_of_page(full.value[kRsp]), pages_)};
        bool exact = true;
        const Step result = step(make_row(object_.image(), pc, true), &state);
        if (result == Step::kComplex) return void(++tally_.complex);
        if (make_row(object_.image(), pc, true).cfa() % 8 != 0) return;
        CodeImage image = object_.image();
        image.pages = &pages_;
        if (step_registers(image, &full, &exact) != result) return wrong(at, "row and rules end differently");
        if (result != Step::kCaller) return;
        const Frame& fast = state.frame;
        const bool same = fast.pc == full.value[kReturnAddress] && fast.sp == full.value[kRsp] &&
                          fast.bp == full.value[kRbp] && fast.exact == exact;
        if (!same) wrong(at, "row and rules differ");
    }

    void wrong(std::uint64_t at, const std::string& what) {
        ++tally_.wrong;
        ADD_FAILURE() << path_ << " at 0x" << std::hex << at << ": " << what;
    }

    std::string path_;
    MappedObject object_;
    LibdwFrames oracle_;
    SyntheticStack stack_;
    ReadablePages pages_;
    Tally tally_;
};

void compare_file(const std::string& path, std::uint64_t stride) {
    Comparison comparison(path);
    ASSERT_TRUE(comparison.usable()) << path;
    const Tally tally = comparison.run(stride);
    EXPECT_EQ(tally.wrong, 0u);
    EXPECT_GT(tally.described, tally.addresses / 2);
    std::printf(
        "%s: %llu addresses, %llu described, %llu complex rows, %llu expressions the oracle's evaluator lacks\n",
        path.c_str(), static_cast<unsigned long long>(tally.addresses),
        static_cast<unsigned long long>(tally.described), static_cast<unsigned long long>(tally.complex),
        static_cast<unsigned long long>(tally.unknown_expressions));
}

// Where this process has the library that begins with `name`.
std::string loaded_library(const std::string& name) {
    std::FILE* maps = std::fopen("/proc/self/maps", "r");
    char line[4096];
    std::string found;
    while (found.empty() && std::fgets(line, sizeof line, maps) != nullptr) {
        const std::string text(line);
        const std::size_t at = text.find("/" + name);
        if (at != std::string::npos) found = text.substr(text.find('/'), text.size() - text.find('/') - 1);
    }
    std::fclose(maps);
    return found;
}

constexpr std::uint64_t kStride = 5;  // no instruction length divides code into steps of it

TEST(CfiOracle, LibcEqualsElfutils) { compare_file(loaded_library("libc.so"), kStride); }
TEST(CfiOracle, LibstdcxxEqualsElfutils) { compare_file(loaded_library("libstdc++.so"), kStride); }
TEST(CfiOracle, LoaderEqualsElfutils) { compare_file(loaded_library("ld-linux"), 1); }
TEST(CfiOracle, ThisProgramEqualsElfutils) { compare_file("/proc/self/exe", 1); }

TEST(CfiOracle, FilesAskedFor) {
    const char* files = std::getenv("DREGS_CFI_FILES");
    if (files == nullptr) GTEST_SKIP() << "DREGS_CFI_FILES is not set";
    const char* stride = std::getenv("DREGS_CFI_STRIDE");
    std::istringstream list(files);
    for (std::string path; std::getline(list, path, ':');)
        compare_file(path, stride == nullptr ? 1 : std::strtoull(stride, nullptr, 10));
}

}  // namespace
}  // namespace dregs
