// Names that were looked up before, in a database that dregs processes of one user share.
//
// Knows modules by a key and stretches of their code by a number; what is in them is texts to it. Owns the file, its
// size and its soundness: each text has a checksum over itself and all it belongs to, so that a damaged file loses
// answers and never tells wrong ones. Never throws and never waits for long: where the cache cannot be had, nothing is
// known and nothing is kept. Used by Symbolizer and CachedModule. README.md says why it is as it is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace dregs {

class SymbolCache {
  public:
    struct Module {
        std::int64_t id = 0;  // of this record: one that takes its place has another
        std::string key;
        std::string probes;   // see FileProbes
        std::string warning;  // why names are not known; empty: they are
        bool old = false;     // not marked as used for a day
    };
    // Texts to put behind those that are there, by the number of the stretch of code.
    using Additions = std::map<std::int64_t, std::string>;

    // `folder` is made where it is missing; empty: no cache. `most_bytes` is what the file may take.
    explicit SymbolCache(const std::string& folder, std::uint64_t most_bytes = std::uint64_t{256} << 20);
    ~SymbolCache();
    SymbolCache(const SymbolCache&) = delete;
    SymbolCache& operator=(const SymbolCache&) = delete;

    bool usable() const { return database_ && !failed_; }

    std::optional<Module> find(const std::string& key);
    // Empty: nothing is known there.
    std::string answers(const Module& module, std::int64_t stretch);

    // Everything between the two happens or nothing does. False: not now.
    bool begin_changes();
    void end_changes();
    // Adds to the record of that key, which another takes the place of unless it has the same probes.
    void add(const Module& module, const Additions& additions);
    void mark_used(const Module& module);

  private:
    void open();
    void close();
    void give_up(int status);
    bool execute(const char* sql);
    sqlite3_stmt* prepared(const char* sql);
    bool step(sqlite3_stmt* statement);
    std::int64_t number_of(const char* sql);
    bool has_our_tables();
    bool make_room(std::uint64_t bytes);
    void remove(std::int64_t id);
    std::int64_t record_for(const Module& module);
    void put(const Module& module, std::int64_t stretch, const std::string& addition);

    std::string path_;
    std::uint64_t most_bytes_;
    sqlite3* database_ = nullptr;
    bool failed_ = false;   // nothing is known and nothing kept from now on
    bool removed_ = false;  // because the file was none of ours
    std::map<std::string_view, sqlite3_stmt*> statements_;
};

}  // namespace dregs
