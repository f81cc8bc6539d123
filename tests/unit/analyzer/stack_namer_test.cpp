// Which frame is the site when a stripped library hides the names of an allocator's helpers.
#include "analyzer/analysis/stack_namer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/analyzer/symbols_fixture.h"
#include "tests/unit/analyzer/trace_fixture.h"

namespace dregs {
namespace {

// names.s has functions with names (`sized` is made the wrapper here, `outer` its user) and stretches without one.
class StackNamerTest : public SymbolsTest {
  protected:
    void SetUp() override {
        SymbolsTest::SetUp();
        build("gcc -shared -nostdlib", "names.s", "names.so");
        build("gcc -shared -nostdlib -Wl,--build-id=none", "names.s", "other.so");
        module_ = add_module(path("names.so"));
        other_ = add_module(path("other.so"));
        wrapper_ = address_of("sized");
        user_ = address_of("outer");
        unnamed_ = wrapper_ + 16;
    }

    std::uint32_t add_module(const std::string& file) {
        const ModuleImage image = image_of(file);
        format::Module module{};
        module.state = format::ModuleState::kLoaded;
        module.path = writer_.add_string(file);
        module.end = 0x100000;
        module.build_id_bytes = static_cast<std::uint32_t>(image.build_id.size());
        std::copy(image.build_id.begin(), image.build_id.end(), module.build_id);
        module.file_bytes = image.file_bytes;
        module.file_mtime_ns = image.file_mtime_ns;
        return writer_.add_module(module);
    }
    std::uint64_t address_of(const std::string& symbol) const {
        return std::stoull(run("nm names.so | awk '$3 == \"" + symbol + "\" {print $1}'"), nullptr, 16);
    }

    struct Place {
        std::uint64_t address;
        std::uint32_t module;
    };
    // Offset of the site of a stack, innermost frame first.
    std::uint64_t site_of(const std::vector<Place>& frames) {
        std::uint32_t node = format::kStackWhole;
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
            node = writer_.add_node(node, format::make_location(frame->address, frame->module, true));
        TestProfile profile(writer_);
        profile.naming().wrappers.add("sized");
        return profile->namer().site(node).offset;
    }

    TraceWriter writer_;
    std::uint32_t module_ = 0;
    std::uint32_t other_ = 0;
    std::uint64_t wrapper_ = 0;
    std::uint64_t user_ = 0;
    std::uint64_t unnamed_ = 0;
};

TEST_F(StackNamerTest, TheFirstFrameThatIsNoWrapperIsTheSite) {
    EXPECT_EQ(site_of({{wrapper_, module_}, {user_, module_}}), user_);
    EXPECT_EQ(site_of({{user_, module_}, {wrapper_, module_}}), user_);
}

TEST_F(StackNamerTest, UnnamedFramesThatAWrapperCalledAreItsHelpers) {
    EXPECT_EQ(site_of({{unnamed_, module_}, {wrapper_, module_}, {user_, module_}}), user_);
    EXPECT_EQ(site_of({{unnamed_, module_}, {unnamed_ + 4, module_}, {wrapper_, module_}, {user_, module_}}), user_);
    EXPECT_EQ(site_of({{wrapper_, module_}, {unnamed_, module_}, {wrapper_, module_}, {user_, module_}}), user_);
}

TEST_F(StackNamerTest, UnnamedFramesThatNoWrapperCalledAreSites) {
    EXPECT_EQ(site_of({{unnamed_, module_}, {user_, module_}}), unnamed_);
    EXPECT_EQ(site_of({{wrapper_, module_}, {unnamed_, module_}, {user_, module_}, {wrapper_, module_}}), unnamed_);
    EXPECT_EQ(site_of({{unnamed_, module_}, {unnamed_ + 4, module_}}), unnamed_);
    EXPECT_EQ(site_of({{unnamed_, module_}}), unnamed_);
    EXPECT_EQ(site_of({{unnamed_, module_}, {wrapper_, other_}, {user_, other_}}), unnamed_) << "another library's";
}

TEST_F(StackNamerTest, AChainOfUnnamedFramesIsNotFollowedForEver) {
    std::vector<Place> frames(20, {unnamed_, module_});
    frames.push_back({wrapper_, module_});
    frames.push_back({user_, module_});
    frames.front().address += 4;
    EXPECT_EQ(site_of(frames), unnamed_ + 4);
}

}  // namespace
}  // namespace dregs
