// The module table: how an unloading is noticed, and which modules' cannot be.
#include "preload/blocks/modules.h"

#include <link.h>

#include <fstream>

#include "trace_fixture.h"

namespace dregs {
namespace {

class ModulesTest : public TraceTest {
  protected:
    void SetUp() override {
        TraceTest::SetUp();
        Parts& p = parts();
        modules().attach(p.file, p.lock, p.strings, p.blocks, p.scopes, p.clock);
        ASSERT_TRUE(find_object(reinterpret_cast<std::uintptr_t>(&zeroed<Modules>), &object_));
        link_map_.l_addr = object_.link_map->l_addr;
        link_map_.l_name = name_;
        object_.link_map = &link_map_;
    }
    Modules& modules() { return *modules_; }
    std::uintptr_t link_map_block() const { return reinterpret_cast<std::uintptr_t>(&link_map_); }

    format::Module record(std::uint32_t module) {
        const std::uint64_t table = parts().file.header().tables[format::kModules].segment_offset[0];
        format::Module found{};
        std::ifstream file(parts().file.path(), std::ios::binary);
        file.seekg(static_cast<std::streamoff>(table + module * sizeof found));
        file.read(reinterpret_cast<char*>(&found), sizeof found);
        return found;
    }

    LoadedObject object_{};
    ::link_map link_map_{};

  private:
    char name_[16] = "/a/plugin.so";
    Zeroed<Modules> modules_ = zeroed<Modules>();
};

TEST_F(ModulesTest, TheFreeOfARecordedLinkMapIsAnUnloading) {
    Block replaced{};
    parts().blocks.insert(link_map_block(), {1272, 7, 3}, replaced);
    const std::uint32_t module = modules().identify(object_);
    EXPECT_FALSE(modules().may_be_link_map(link_map_block()));
    Block freed{};
    ASSERT_TRUE(parts().blocks.take(link_map_block(), freed));
    EXPECT_EQ(freed.scope, kUnattributedScope);
    EXPECT_EQ(modules().forget_link_map(link_map_block()), module);
    EXPECT_EQ(record(module).state, format::ModuleState::kUnloaded);
}

TEST_F(ModulesTest, SoIsTheFreeOfOneThatIsNoRecordedBlock) {
    const std::uint32_t module = modules().identify(object_);
    ASSERT_TRUE(modules().may_be_link_map(link_map_block()));
    EXPECT_EQ(modules().forget_unrecorded(link_map_block() + 16), 0u);
    EXPECT_EQ(modules().forget_unrecorded(link_map_block()), module);
    EXPECT_FALSE(modules().may_be_link_map(link_map_block()));
    EXPECT_EQ(record(module).state, format::ModuleState::kUnloaded);
    EXPECT_EQ(record(module).flags & format::kModuleUnwatched, 0u);
}

TEST_F(ModulesTest, AnUnloadingIsNoticedWhileAnotherThreadHasTheLock) {
    const std::uint32_t module = modules().identify(object_);
    ASSERT_TRUE(parts().lock.lock());  // whoever has it is refused, as after a wait in vain
    EXPECT_EQ(modules().forget_unrecorded(link_map_block()), module);
    parts().lock.unlock();
    EXPECT_EQ(record(module).state, format::ModuleState::kUnloaded);
}

TEST_F(ModulesTest, WithoutALinkMapAnUnloadingCannotBeNoticed) {
    object_.link_map = nullptr;
    const std::uint32_t module = modules().identify(object_);
    EXPECT_EQ(record(module).flags & format::kModuleUnwatched, format::kModuleUnwatched);
    EXPECT_EQ(record(module).state, format::ModuleState::kLoaded);
}

}  // namespace
}  // namespace dregs
