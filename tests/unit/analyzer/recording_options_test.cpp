// What `dregs run` hands to the program: options become variables, sizes lose their units.
#include "analyzer/commands/recording_options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace dregs {
namespace {

// The variable as the program would see it; "unset" when it would not.
std::string variable_after(const std::string& arguments, const std::string& name) {
    CLI::App app;
    RecordingOptions options;
    options.add_to(app);
    app.parse(arguments);
    const std::vector<std::string> variables = options.environment({"/lib/libdregs.so", "/lib/dregs/libdregs-wmem.so"});
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [&](const std::string& entry) { return entry.rfind(name + "=", 0) == 0; });
    return found == variables.end() ? "unset" : found->substr(name.size() + 1);
}

std::string sample_after(const std::string& arguments) { return variable_after(arguments, "DREGS_SAMPLE"); }

TEST(RecordingOptions, PassTheSampleRateOnInBytes) {
    EXPECT_EQ(sample_after(""), "unset");
    EXPECT_EQ(sample_after("--sample=0"), "0");
    EXPECT_EQ(sample_after("--sample 4096"), "4096");
    EXPECT_EQ(sample_after("--sample=64K"), "65536");
    EXPECT_EQ(sample_after("--sample=2m"), "2097152");
    EXPECT_EQ(sample_after("--sample=4294967295"), "4294967295");
    EXPECT_EQ(variable_after("--max-frames=1k", "DREGS_MAX_FRAMES"), "1024");
}

TEST(RecordingOptions, RefuseWhatIsNoSize) {
    for (const char* value :
         {"-1", "4294967296", "4096M", "K", "12Q", "1.5K", "64KB", "0x10", "99999999999999999999K"}) {
        EXPECT_THROW(sample_after(std::string("--sample=") + value), CLI::ValidationError) << value;
    }
    EXPECT_THROW(sample_after("--max-frames=1M"), CLI::ValidationError);
}

TEST(RecordingOptions, PreloadOnceAndInFront) {
    ::setenv("LD_PRELOAD", "/lib/other.so:/lib/libdregs.so /lib/last.so", 1);
    const std::string list = variable_after("", "LD_PRELOAD");
    ::unsetenv("LD_PRELOAD");
    EXPECT_EQ(list, "/lib/libdregs.so:/lib/dregs/libdregs-wmem.so:/lib/other.so:/lib/last.so");
}

}  // namespace
}  // namespace dregs
