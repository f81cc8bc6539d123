#include "preload/scopes/threads.h"

namespace dregs {
namespace {

constexpr std::uint64_t kPage = 4096;

// A child of vfork is not the thread whose memory it uses: which that is, is only known when it is back.
std::uint32_t own_id() { return sys::is_adopted_process() ? sys::thread_id() : 0; }

// `own`: who asks. Its own id on another's state says that the other is gone and the id was given again.
bool is_gone(const ThreadState& thread, std::uint32_t own) {
    return thread.life.is_gone() || (thread.tid != 0 && (thread.tid == own || !sys::thread_exists(thread.tid)));
}

constexpr std::uint64_t pages(std::uint64_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }

}  // namespace

void Threads::attach(TraceFile& file, SlowLock& lock, StringTable& strings, ThreadScopes& scopes,
                     std::uint32_t max_frames) {
    file_ = &file;
    lock_ = &lock;
    strings_ = &strings;
    scopes_ = &scopes;
    max_frames_ = max_frames;
    counters_.attach(file, lock);
}

// A state whose thread is gone: that of the thread that began last, as short ones do one after the other, else one of a
// few more, so that a start never costs more than a few system calls. The look goes round: it must not come back to the
// same ones each time, where the threads that stay are.
ThreadState* Threads::find_gone(std::uint32_t tid) {
    for (std::uint32_t i = 0; i < kChecksPerStart && i < count_; ++i) {
        const std::uint32_t index = i == 0 ? last_ : next_check_;
        if (i != 0) next_check_ = next_check_ + 1 < count_ ? next_check_ + 1 : 0;
        if (!is_gone(*states_[index], tid)) continue;
        last_ = index;
        scopes_->abandon(*states_[index]);
        return states_[index];
    }
    return nullptr;
}

ThreadState* Threads::make_state(ThreadState* former) {
    if (count_ >= kMostThreads) return counters_.say_full(), nullptr;
    const std::uint64_t buffer = pages(max_frames_ * sizeof(std::uint64_t));
    const std::uint64_t state = pages(sizeof(ThreadState));
    const std::uint64_t memo = state + ThreadState::kLevels * buffer;
    void* memory = former ? former : sys::map_private(memo + pages(StackMemo::bytes_for(max_frames_)));
    const std::uint32_t slot = memory ? counters_.append_locked() : 0;
    if (!slot) return nullptr;
    auto* thread = static_cast<ThreadState*>(memory);
    for (std::uint32_t level = 0; level < ThreadState::kLevels; ++level) {
        thread->locations[level] =
            reinterpret_cast<std::uint64_t*>(static_cast<char*>(memory) + state + level * buffer);
    }
    thread->memo.use(static_cast<char*>(memory) + memo, max_frames_);
    thread->slot = slot;
    thread->counters = &counters_.at(slot);
    last_ = count_;
    states_[count_++] = thread;
    return thread;
}

// A state that is the calling thread's alone from now on, not yet nested in anything.
ThreadState* Threads::claim(ThreadState* former) {
    SlowSection section(*lock_);
    if (!section.held()) return nullptr;
    ThreadState* thread = former ? nullptr : find_gone(own_id());
    if (!thread) thread = make_state(former);
    if (!thread) return nullptr;
    thread->tid = 0;
    thread->life.reset();
    thread->busy = 0;
    thread->memo.forget_thread();
    thread->free_memo.forget_thread();
    identify(*thread);
    return thread;
}

DREGS_COLD ThreadState* Threads::start(ThreadState* former) {
    ThreadState* thread = claim(former);
    if (!thread) return nullptr;
    scopes_->begin_thread(*thread);
    thread->ready = 1;
    return thread;
}

std::uint32_t Threads::count() {
    SlowSection section(*lock_);
    return load_relaxed(count_);
}

// Sleeps first: by then what the others stored before is to be seen, such as that they are busy.
DREGS_COLD void Threads::wait_for_hooks(const ThreadState& self) {
    const std::uint32_t count = this->count();
    if (count <= 1) return;
    sys::nap();
    std::uint32_t naps = 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (states_[i] == &self) continue;
        for (; load_acquire(states_[i]->busy) != 0 && naps < kMostNaps; ++naps) sys::nap();
    }
}

void Threads::identify(ThreadState& thread) {
    const std::uint32_t id = own_id();
    if (id) thread.tid = thread.counters->tid = id;
    thread.life.begin(id);
    char name[16] = {};
    sys::thread_name(name);
    thread.name = strings_->intern(name);
    thread.counters->name = thread.name;
}

DREGS_COLD void Threads::sweep() {
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (is_gone(*states_[i], 0)) scopes_->abandon(*states_[i]);
    }
}

}  // namespace dregs
