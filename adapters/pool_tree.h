// Pools below pools: which go when one goes, where the library does that without calling itself by name.
//
// Nodes lie in the adapter's own records, which neither move nor go (pointer_map.h). Links change under a lock that is
// held for a few instructions; who cannot have it in time does without, and a child is then not ended with its parent.
// A lock that was held when the process was forked is free in the child.
#pragma once

#include "adapters/attributes.h"
#include "adapters/generation.h"

namespace dregs::adapters {

struct PoolNode {
    PoolNode* parent;
    PoolNode* first_child;
    PoolNode* next;
    PoolNode* previous;
};

class PoolTree {
  public:
    void add(PoolNode& node, PoolNode* parent) {
        const Lock lock(*this);
        if (!parent || !lock.held()) return;
        node.parent = parent;
        node.next = parent->first_child;
        node.previous = nullptr;
        if (node.next) node.next->previous = &node;
        parent->first_child = &node;
    }

    // Calls visit(node) for all below and then for the node itself, children first, and unlinks them.
    template <typename Visit>
    void remove(PoolNode& root, Visit visit) {
        {
            const Lock lock(*this);
            if (lock.held()) unlink(root);
        }
        PoolNode* node = &root;
        for (;;) {
            while (node->first_child) node = node->first_child;
            PoolNode* const parent = node == &root ? nullptr : node->parent;
            if (parent) parent->first_child = node->next;
            visit(*node);
            if (!parent) return;
            node = parent;
        }
    }

  private:
    class Lock {
      public:
        explicit Lock(PoolTree& tree) : word_(tree.lock_), mine_(generation() + 1) {
            for (int tries = 0; tries < kTries && !held_; ++tries) {
                unsigned owner = __atomic_load_n(&word_, __ATOMIC_RELAXED);
                held_ = owner != mine_ &&
                        __atomic_compare_exchange_n(&word_, &owner, mine_, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
                if (!held_) __builtin_ia32_pause();
            }
        }
        ~Lock() {
            if (held_) __atomic_store_n(&word_, 0u, __ATOMIC_RELEASE);
        }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        bool held() const { return held_; }

      private:
        static constexpr int kTries = 100'000;
        unsigned& word_;
        unsigned mine_;
        bool held_ = false;
    };

    static void unlink(PoolNode& node) {
        if (node.next) node.next->previous = node.previous;
        if (node.previous)
            node.previous->next = node.next;
        else if (node.parent && node.parent->first_child == &node)
            node.parent->first_child = node.next;
        node.parent = node.next = node.previous = nullptr;
    }

    unsigned lock_;
};

}  // namespace dregs::adapters
