// See symbol_cache.h.
//
//   module   one row for each key; `id` is never used again, so that who reads answers of a record that was replaced
//            meanwhile finds none
//   answer   a text for each module and stretch of code
//
// find, answers: one short read each. begin_changes, add, end_changes: one transaction; add -> record_for, put.
// A file that is damaged, or has other tables than ours, is removed: give_up. The journal is in memory: what lies
// beside a database is another thing to be owned, and to be left behind.
#include "analyzer/symbols/symbol_cache.h"

#include <absl/strings/str_cat.h>
#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>
#include <zlib.h>

#include <ctime>

#include "analyzer/symbols/cache_folder.h"

namespace dregs {
namespace {

constexpr const char* kName = "symbols.db";
constexpr int kPageBytes = 4096;
constexpr int kWaitMs = 200;               // for another process's changes; they take some milliseconds
constexpr std::size_t kMaxText = 8 << 20;  // of one stretch; SQLite would take a gigabyte
constexpr std::int64_t kDay = 86400;

constexpr const char* kTables = "SELECT count(*) FROM sqlite_schema";
constexpr const char* kModuleTable =
    "CREATE TABLE module(id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, probes BLOB NOT NULL,"
    " warning BLOB NOT NULL, sum INTEGER NOT NULL, used INTEGER NOT NULL)";
constexpr const char* kAnswerTable =
    "CREATE TABLE answer(module INTEGER NOT NULL, stretch INTEGER NOT NULL, text BLOB NOT NULL, sum INTEGER NOT NULL,"
    " PRIMARY KEY(module, stretch)) WITHOUT ROWID";

std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)); }

std::string_view bytes_of(sqlite3_stmt* row, int column) {
    const void* bytes = ::sqlite3_column_blob(row, column);
    const int size = ::sqlite3_column_bytes(row, column);
    return bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size)) : "";
}

std::uint32_t sum_with(std::uint32_t sum, std::string_view text) {
    const std::uint64_t size = text.size();
    const uLong begun = ::crc32(sum, reinterpret_cast<const Bytef*>(&size), sizeof size);
    return static_cast<std::uint32_t>(
        ::crc32_z(begun, reinterpret_cast<const Bytef*>(text.data() ? text.data() : ""), text.size()));
}

std::int64_t sum_of(const SymbolCache::Module& module) {
    return sum_with(sum_with(sum_with(0, module.key), module.probes), module.warning);
}

std::int64_t sum_of(const SymbolCache::Module& module, std::int64_t stretch, std::string_view text) {
    const auto whose = static_cast<std::uint32_t>(sum_of(module));
    return sum_with(sum_with(whose, std::to_string(stretch)), text);
}

// Whether an error is none of the file's: another process's lock, no room.
bool passes(int status) {
    return status == SQLITE_BUSY || status == SQLITE_LOCKED || status == SQLITE_FULL || status == SQLITE_NOMEM ||
           status == SQLITE_CANTOPEN;
}

// A prepared statement in use: bound from left to right, and free again at the end.
class Query {
  public:
    explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
    ~Query() {
        if (statement_) ::sqlite3_reset(statement_);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value) {
        if (statement_) ::sqlite3_bind_int64(statement_, ++bound_, value);
        return *this;
    }
    // `bytes` must outlive this.
    Query& bind(std::string_view bytes) {
        const char* begin = bytes.data() ? bytes.data() : "";
        if (statement_) ::sqlite3_bind_blob64(statement_, ++bound_, begin, bytes.size(), SQLITE_STATIC);
        return *this;
    }
    sqlite3_stmt* row() const { return statement_; }

  private:
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

}  // namespace

SymbolCache::SymbolCache(const std::string& folder, std::uint64_t most_bytes) : most_bytes_(most_bytes) {
    if (folder.empty()) return;
    for (int tries = 0; tries < 2; ++tries) {
        path_ = private_file(folder, kName);
        if (path_.empty()) return;
        open();
        if (usable() && has_our_tables()) return;
        if (!removed_) break;
        close();
    }
    close();
}

SymbolCache::~SymbolCache() { close(); }

void SymbolCache::open() {
    failed_ = removed_ = false;
    ::signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error, not our end
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
    const int status = ::sqlite3_open_v2(path_.c_str(), &database_, flags, nullptr);
    if (status != SQLITE_OK) return give_up(status);
    ::sqlite3_busy_timeout(database_, kWaitMs);
    ::sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, static_cast<int>(2 * kMaxText));
    ::sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    ::sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    const std::string most = absl::StrCat("PRAGMA max_page_count = ", most_bytes_ / kPageBytes);
    execute(absl::StrCat("PRAGMA page_size = ", kPageBytes).c_str());
    execute(
        "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON");
    execute(most.c_str());
}

void SymbolCache::close() {
    for (const auto& [sql, statement] : statements_) ::sqlite3_finalize(statement);
    statements_.clear();
    ::sqlite3_close(database_);
    database_ = nullptr;
}

// For the rest of this run. A file that is none of ours will not get better by itself.
void SymbolCache::give_up(int status) {
    failed_ = true;
    if (database_ && ::sqlite3_get_autocommit(database_) == 0)
        ::sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    removed_ = !passes(status);
    if (removed_) ::unlink(path_.c_str());
}

bool SymbolCache::execute(const char* sql) {
    if (!usable()) return false;
    const int status = ::sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
    if (status != SQLITE_OK) give_up(status);
    return status == SQLITE_OK;
}

sqlite3_stmt* SymbolCache::prepared(const char* sql) {
    if (!usable()) return nullptr;
    sqlite3_stmt*& statement = statements_[sql];
    if (!statement) ::sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    return statement;
}

// True for a row.
bool SymbolCache::step(sqlite3_stmt* statement) {
    if (!usable()) return false;
    const int status = statement ? ::sqlite3_step(statement) : ::sqlite3_errcode(database_);
    if (status != SQLITE_ROW && status != SQLITE_DONE) give_up(status);
    return status == SQLITE_ROW;
}

std::int64_t SymbolCache::number_of(const char* sql) {
    const Query query(prepared(sql));
    return step(query.row()) ? ::sqlite3_column_int64(query.row(), 0) : 0;
}

// Whether the tables are those that we make, and nothing else is there: views and triggers are programs.
bool SymbolCache::has_our_tables() {
    if (number_of(kTables) == 0 && execute("BEGIN IMMEDIATE")) {
        if (number_of(kTables) == 0) execute(kModuleTable) && execute(kAnswerTable);
        execute("COMMIT");
    }
    std::string tables;
    const Query query(
        prepared("SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name <> 'sqlite_sequence' ORDER BY name"));
    while (step(query.row())) tables.append(bytes_of(query.row(), 0)) += ";";
    if (usable() && tables != absl::StrCat(kAnswerTable, ";", kModuleTable, ";")) give_up(SQLITE_CORRUPT);
    return usable();
}

std::optional<SymbolCache::Module> SymbolCache::find(const std::string& key) {
    Query query(prepared("SELECT id, probes, warning, used, sum FROM module WHERE key = ?"));
    query.bind(std::string_view(key));
    if (!step(query.row())) return std::nullopt;
    Module module{::sqlite3_column_int64(query.row(), 0), key, std::string(bytes_of(query.row(), 1)),
                  std::string(bytes_of(query.row(), 2)), ::sqlite3_column_int64(query.row(), 3) < now() - kDay};
    if (::sqlite3_column_int64(query.row(), 4) == sum_of(module)) return module;
    return give_up(SQLITE_CORRUPT), std::nullopt;
}

std::string SymbolCache::answers(const Module& module, std::int64_t stretch) {
    Query query(prepared("SELECT text, sum FROM answer WHERE module = ? AND stretch = ?"));
    query.bind(module.id).bind(stretch);
    if (!step(query.row())) return "";
    std::string text(bytes_of(query.row(), 0));
    if (::sqlite3_column_int64(query.row(), 1) == sum_of(module, stretch, text)) return text;
    return give_up(SQLITE_CORRUPT), "";
}

bool SymbolCache::begin_changes() { return execute("BEGIN IMMEDIATE"); }

void SymbolCache::end_changes() { execute("COMMIT"); }

void SymbolCache::add(const Module& module, const Additions& additions) {
    std::uint64_t bytes = module.key.size() + module.probes.size();
    for (const auto& [stretch, text] : additions) bytes += text.size();
    if (bytes > most_bytes_ / 4 || !make_room(bytes)) return;
    Module record = module;
    record.id = record_for(module);
    for (const auto& [stretch, text] : additions) put(record, stretch, text);
}

void SymbolCache::mark_used(const Module& module) {
    Query query(prepared("UPDATE module SET used = ? WHERE id = ?"));
    step(query.bind(now()).bind(module.id).row());
}

// What was not used for longest goes first. SQLite's own pages, and what a text's move to a larger place takes, are in
// the eighth that is left.
bool SymbolCache::make_room(std::uint64_t bytes) {
    const auto most = static_cast<std::int64_t>((most_bytes_ - most_bytes_ / 8) / kPageBytes);
    const auto wanted = static_cast<std::int64_t>(2 * bytes / kPageBytes);
    while (usable()) {
        const std::int64_t used = number_of("PRAGMA page_count") - number_of("PRAGMA freelist_count");
        if (used + wanted <= most) return usable();
        const std::int64_t oldest = number_of("SELECT id FROM module ORDER BY used, id LIMIT 1");
        if (oldest == 0) return false;
        remove(oldest);
    }
    return false;
}

void SymbolCache::remove(std::int64_t id) {
    for (const char* sql : {"DELETE FROM answer WHERE module = ?", "DELETE FROM module WHERE id = ?"}) {
        Query query(prepared(sql));
        step(query.bind(id).row());
    }
}

// The id of the record with this key and these probes, made where it is missing.
std::int64_t SymbolCache::record_for(const Module& module) {
    if (const auto known = find(module.key)) {
        if (known->probes == module.probes && known->warning == module.warning) return known->id;
        remove(known->id);
    }
    Query query(prepared("INSERT INTO module(key, probes, warning, sum, used) VALUES (?, ?, ?, ?, ?)"));
    query.bind(std::string_view(module.key)).bind(std::string_view(module.probes));
    query.bind(std::string_view(module.warning)).bind(sum_of(module)).bind(now());
    step(query.row());
    return usable() ? ::sqlite3_last_insert_rowid(database_) : 0;
}

void SymbolCache::put(const Module& module, std::int64_t stretch, const std::string& addition) {
    std::string text = answers(module, stretch) + addition;
    if (text.size() > kMaxText) text = addition;
    if (text.size() > kMaxText) return;
    Query query(prepared("REPLACE INTO answer VALUES (?, ?, ?, ?)"));
    query.bind(module.id).bind(stretch).bind(std::string_view(text)).bind(sum_of(module, stretch, text));
    step(query.row());
}

}  // namespace dregs
