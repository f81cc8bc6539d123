// Marker calls at random from several threads, right and wrong ones alike, beside a model that knows what must come of
// each: blocks live and outlived, leaves and marks that were bad, leaves that were missed.
//
// `marker_storm SEED CALLS EXPECTED`: with the shim, writes to the file EXPECTED what the trace must say, one name and
// number a line. Threads share nothing but the shim's tables, so the model of each is exact.
#include <dregs/dregs.h>
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 4;
constexpr std::uint64_t kBlockBytes = 1337;

struct Expected {
    std::uint64_t live = 0, pool_blocks = 0, survivors = 0, entered = 0, left = 0, missed = 0;
    std::uint64_t bad_leaves = 0, bad_markers = 0, unknown_frees = 0, lost = 0, imbalance = 0, wrong_answers = 0;
};

enum class Kind { kEntered, kOpened, kPool };

struct Instance {
    Kind kind;
    std::uint64_t parent;
    bool open;
};

struct Frame {
    std::uint64_t scope;  // 0: the thread's own
    bool attached;
    std::uint64_t answer;  // of the attach
};

__attribute__((noinline)) void* storm_block() {
    void* volatile block = malloc(kBlockBytes);
    return block;
}

class Storm {
  public:
    Storm(unsigned seed, int number) : random_(seed + static_cast<unsigned>(number)), number_(number) {}

    Expected run(int calls) {
        for (int i = 0; i < calls; ++i) act();
        while (!frames_.empty()) {
            if (frames_.back().attached)
                restore(frames_.back().answer);
            else
                leave(frames_.back().scope);
        }
        count_what_is_left();
        return expected_;
    }

  private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    // A handle: mostly one that was good once, now and then nonsense. Nonsense has a generation that none reaches.
    std::uint64_t any_handle() {
        const std::uint64_t choice = below(10);
        if (choice == 0) return 0;
        if (choice == 1 || known_.empty()) return random_() | 0xF000'0000'0000'0000u;
        return known_[below(known_.size())];
    }
    std::uint64_t recent_handle() {
        return known_.empty() || below(4) == 0 ? any_handle() : known_[known_.size() - 1 - below(known_.size()) % 8];
    }

    bool is_open(std::uint64_t scope) const {
        const auto found = instances_.find(scope);
        return found != instances_.end() && found->second.open;
    }
    bool is(std::uint64_t scope, Kind kind) const { return is_open(scope) && instances_.at(scope).kind == kind; }
    std::uint64_t current() const { return frames_.empty() ? 0 : frames_.back().scope; }

    // False: there was no room for it, which the trace must say.
    bool begin(std::uint64_t scope, Kind kind, std::uint64_t parent) {
        if (!scope) return ++expected_.lost, false;
        if (instances_.count(scope)) ++expected_.wrong_answers;
        instances_[scope] = {kind, parent, true};
        known_.push_back(scope);
        if (known_.size() > 200) known_.erase(known_.begin());
        ++expected_.entered;
        return true;
    }
    void end(std::uint64_t scope) {
        instances_[scope].open = false;
        ++expected_.left;
    }

    void enter() {
        const std::uint64_t outer = current();
        const std::uint64_t scope = dregs_scope_enter_labeled("storm", below(2) ? "label" : nullptr);
        if (begin(scope, Kind::kEntered, outer)) frames_.push_back({scope, false, 0});
    }

    // Frames above `depth` end with it; those that were entered there were missed.
    void pop_to(std::size_t depth) {
        while (frames_.size() > depth) {
            if (!frames_.back().attached) {
                end(frames_.back().scope);
                expected_.missed += frames_.size() - 1 > depth;
            }
            frames_.pop_back();
        }
    }
    void leave(std::uint64_t scope) {
        dregs_scope_leave(scope);
        if (!scope) return;
        std::size_t depth = frames_.size();
        while (depth > 0 && !frames_[depth - 1].attached && frames_[depth - 1].scope != scope) --depth;
        if (depth == 0 || frames_[depth - 1].attached)
            ++expected_.bad_leaves;
        else
            pop_to(depth - 1);
    }
    void attach(std::uint64_t scope) {
        const std::uint64_t previous = current();
        const std::uint64_t answer = dregs_scope_attach(scope);
        if (answer != previous) ++expected_.wrong_answers;
        const bool bad = scope && !is_open(scope);
        expected_.bad_markers += bad;
        frames_.push_back({bad ? previous : scope, true, answer});
    }
    void restore(std::uint64_t previous) {
        dregs_scope_restore(previous);
        std::size_t depth = frames_.size();
        while (depth > 0 && !frames_[depth - 1].attached) --depth;
        if (depth == 0) {
            ++expected_.bad_markers;
            return;
        }
        pop_to(depth - 1);
        expected_.bad_markers += current() != previous;
    }

    std::uint64_t sound_parent(std::uint64_t parent) {
        if (!parent || is_open(parent)) return parent;
        ++expected_.bad_markers;
        return 0;
    }
    void open(std::uint64_t parent) {
        const std::uint64_t scope = dregs_scope_open("storm", parent);
        begin(scope, Kind::kOpened, sound_parent(parent));
    }
    void close(std::uint64_t scope) {
        dregs_scope_close(scope);
        if (is(scope, Kind::kOpened))
            end(scope);
        else
            expected_.bad_leaves += scope != 0;
    }

    void create_pool(std::uint64_t parent) {
        const std::uint64_t pool = dregs_pool_create("storm", parent);
        begin(pool, Kind::kPool, sound_parent(parent ? parent : current()));
    }
    bool is_pool(std::uint64_t pool) {
        const bool good = is(pool, Kind::kPool);
        expected_.bad_markers += !good && pool;
        return good;
    }
    // Addresses that no other thread uses, few of them, so that they come back.
    const void* pool_address() {
        const std::uint64_t place = below(300);
        return place ? reinterpret_cast<const void*>(0x10'0000'0000u * (1u + number_) + place * 8) : nullptr;
    }
    void pool_alloc(std::uint64_t pool) {
        const void* block = pool_address();
        dregs_pool_alloc(pool, block, 64);
        if (is_pool(pool) && block) pooled_[block] = pool;
    }
    void pool_free(std::uint64_t pool) {
        const void* block = pool_address();
        dregs_pool_free(pool, block);
        if (is_pool(pool) && block) expected_.unknown_frees += pooled_.erase(block) == 0;
    }
    void drop_blocks_of(std::uint64_t pool) {
        for (auto at = pooled_.begin(); at != pooled_.end();) at = at->second == pool ? pooled_.erase(at) : ++at;
    }
    void free_all(std::uint64_t pool) {
        dregs_pool_free_all(pool);
        if (is_pool(pool)) drop_blocks_of(pool);
    }
    void destroy(std::uint64_t pool) {
        dregs_pool_destroy(pool);
        if (!is_pool(pool)) return;
        drop_blocks_of(pool);
        end(pool);
    }

    void allocate() { blocks_.push_back({storm_block(), current()}); }
    void release() {
        if (blocks_.empty()) return;
        const std::size_t which = below(blocks_.size());
        free(blocks_[which].first);
        blocks_[which] = blocks_.back();
        blocks_.pop_back();
    }
    void move(std::uint64_t scope) {
        auto& block = blocks_[below(blocks_.size())];
        dregs_block_move(block.first, scope);
        if (scope && !is_open(scope))
            ++expected_.bad_markers;
        else
            block.second = scope;
    }
    void move_wildly() {
        dregs_block_move(reinterpret_cast<const void*>(random_() | 1), 0);  // no block begins at an odd address
        dregs_block_move(nullptr, any_handle());
        ++expected_.bad_markers;
    }

    void act() {
        switch (below(18)) {
            case 0:
            case 1:
                return enter();
            case 2:
            case 3:
                return leave(recent_handle());
            case 4:
                return attach(recent_handle());
            case 5:
                return restore(!frames_.empty() && below(2) ? frames_.back().answer : any_handle());
            case 6:
                return open(any_handle());
            case 7:
                return close(recent_handle());
            case 8:
                return create_pool(any_handle());
            case 9:
            case 10:
                return pool_alloc(recent_handle());
            case 11:
                return pool_free(recent_handle());
            case 12:
                return below(4) ? free_all(recent_handle()) : destroy(any_handle());
            case 13:
            case 14:
                return allocate();
            case 15:
                return release();
            case 16:
                return blocks_.empty() ? move_wildly() : move(any_handle());
            default:
                return below(8) ? allocate() : move_wildly();
        }
    }

    // Its instance has ended, or it is in an open pool that something around it ended before.
    bool is_outlived(std::uint64_t scope) const {
        if (!scope) return false;
        if (!is_open(scope)) return true;
        if (instances_.at(scope).kind != Kind::kPool) return false;
        for (std::uint64_t up = instances_.at(scope).parent; up; up = instances_.at(up).parent)
            if (!is_open(up)) return true;
        return false;
    }
    void count_what_is_left() {
        expected_.live = blocks_.size();
        for (const auto& block : blocks_) expected_.survivors += is_outlived(block.second);
        for (const auto& block : pooled_) expected_.survivors += is_outlived(block.second);
        expected_.pool_blocks = pooled_.size();
    }

    std::mt19937_64 random_;
    unsigned number_;
    std::map<std::uint64_t, Instance> instances_;
    std::vector<std::uint64_t> known_;
    std::vector<Frame> frames_;
    std::vector<std::pair<void*, std::uint64_t>> blocks_;
    std::map<const void*, std::uint64_t> pooled_;
    Expected expected_;
};

void write_sums(const Expected (&all)[kThreads], const char* path) {
    std::FILE* file = std::fopen(path, "w");
    if (!file) return;
    const auto line = [&](const char* name, std::uint64_t Expected::*member) {
        std::uint64_t sum = 0;
        for (const Expected& one : all) sum += one.*member;
        std::fprintf(file, "%s %llu\n", name, static_cast<unsigned long long>(sum));
    };
    line("live", &Expected::live);
    line("pool_blocks", &Expected::pool_blocks);
    line("survivors", &Expected::survivors);
    line("entered", &Expected::entered);
    line("left", &Expected::left);
    line("missed", &Expected::missed);
    line("bad_leaves", &Expected::bad_leaves);
    line("bad_markers", &Expected::bad_markers);
    line("unknown_frees", &Expected::unknown_frees);
    line("lost_markers", &Expected::lost);
    line("imbalance", &Expected::imbalance);
    line("wrong_answers", &Expected::wrong_answers);
    std::fclose(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto seed = static_cast<unsigned>(std::atoi(argv[1]));
    static Expected all[kThreads];
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads && dregs_active(); ++i)
        threads.emplace_back([&, i] { all[i] = Storm(seed, i).run(std::atoi(argv[2])); });
    for (std::thread& thread : threads) thread.join();
    if (dregs_active()) write_sums(all, argv[3]);
    std::puts("survived");
}
