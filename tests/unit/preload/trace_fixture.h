// A trace file in a temporary folder and the shim's parts attached to it, as lifecycle.cpp does for a real process.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "preload/blocks/block_map.h"
#include "preload/blocks/ledger.h"
#include "preload/blocks/pools.h"
#include "preload/blocks/side_table.h"
#include "preload/file/stack_table.h"
#include "preload/file/string_table.h"
#include "preload/file/trace_file.h"
#include "preload/scopes/kinds.h"
#include "preload/scopes/scope_table.h"
#include "preload/scopes/thread_scopes.h"
#include "preload/scopes/threads.h"

namespace dregs {

struct Unmap {
    std::size_t bytes;
    template <typename T>
    void operator()(T* object) const {
        munmap(object, bytes);
    }
};
template <typename T>
using Zeroed = std::unique_ptr<T, Unmap>;

// The shim's parts begin as zero bytes.
template <typename T>
Zeroed<T> zeroed() {
    void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return Zeroed<T>(static_cast<T*>(memory), Unmap{sizeof(T)});
}

class TemporaryFolder {
  public:
    TemporaryFolder() {
        char name[] = "/tmp/dregs-test-XXXXXX";
        path_ = mkdtemp(name);
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// Everything but modules and unwinding.
struct Parts {
    SlowLock lock;
    Clock clock;
    TraceFile file;
    StringTable strings;
    StackTable stacks;
    ScopeTable scopes;
    SideTable side;
    BlockMap blocks;
    Kinds kinds;
    ThreadScopes thread_scopes;
    Ledger ledger;
    Pools pools;
    Threads threads;
};

class TraceTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto options = zeroed<Options>();
        std::snprintf(options->output, sizeof options->output, "%s/%%n.%%p.dregs", folder_.path().c_str());
        ASSERT_EQ(parts_->file.create(*options, "/bin/program"), 0);
        Parts& p = *parts_;
        p.clock.start();
        p.strings.attach(p.file, p.lock);
        p.stacks.attach(p.file, p.lock);
        p.scopes.attach(p.file, p.lock);
        p.side.attach(p.file, p.lock, p.scopes);
        p.blocks.attach(p.file, p.lock, p.side, exclusive_granules());
        p.kinds.attach(p.file, p.lock, p.strings);
        p.thread_scopes.attach_tables(p.scopes, p.kinds, p.lock, p.clock);
        p.ledger.attach(p.file, p.lock, p.scopes, keeps_ledger());
        p.pools.attach(p.side, p.thread_scopes, p.ledger, false);
        p.threads.attach(p.file, p.lock, p.strings, p.thread_scopes, 256);
    }
    virtual bool exclusive_granules() const { return true; }
    virtual bool keeps_ledger() const { return false; }

    Parts& parts() { return *parts_; }
    const TemporaryFolder& folder() const { return folder_; }

  private:
    TemporaryFolder folder_;
    Zeroed<Parts> parts_ = zeroed<Parts>();
};

}  // namespace dregs
