// See sqlite_file.h.
#include "analyzer/export/sqlite_file.h"

#include <absl/strings/str_cat.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "analyzer/trace/error.h"

namespace dregs {
namespace {

// Should dregs end in the middle, the file is none: so a journal would only be in the way. 16 MiB of pages at most.
constexpr char kSettings[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cache_size = -16384; PRAGMA temp_store = FILE;";

// An absolute path, for ":memory:" has a meaning of its own to SQLite; and without links in it, for the file itself
// must not be one, and SQLite tells that of the whole path only.
std::string path_for_sqlite(const std::string& path) {
    const std::filesystem::path whole = std::filesystem::absolute(path);
    return std::filesystem::canonical(whole.parent_path()) / whole.filename();
}

}  // namespace

SqliteFile::SqliteFile(const std::string& path) : path_(path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;
    if (::sqlite3_open_v2(path_for_sqlite(path).c_str(), &database_, flags, nullptr) != SQLITE_OK) {
        const std::string why = database_ ? ::sqlite3_errmsg(database_) : "out of memory";
        ::sqlite3_close(database_);
        throw Error(absl::StrCat(path_, ": ", why));
    }
    execute(kSettings);
}

SqliteFile::~SqliteFile() { ::sqlite3_close(database_); }

void SqliteFile::fail() const { throw Error(absl::StrCat(path_, ": ", ::sqlite3_errmsg(database_))); }

void SqliteFile::execute(const char* sql) {
    if (::sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

SqliteInsert::SqliteInsert(SqliteFile& file, const std::string& table, int columns) : file_(file) {
    std::string sql = absl::StrCat("INSERT INTO ", table, " VALUES (?");
    for (int i = 1; i < columns; ++i) sql += ", ?";
    sql += ")";
    check(::sqlite3_prepare_v3(file.handle(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
}

SqliteInsert::~SqliteInsert() { ::sqlite3_finalize(statement_); }

void SqliteInsert::check(int status) const {
    if (status != SQLITE_OK && status != SQLITE_DONE) file_.fail();
}

SqliteInsert& SqliteInsert::integer(std::int64_t value) {
    check(::sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
}

SqliteInsert& SqliteInsert::number(std::uint64_t value) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return integer(static_cast<std::int64_t>(std::min(value, kMost)));
}

SqliteInsert& SqliteInsert::real(double value) {
    check(::sqlite3_bind_double(statement_, ++bound_, value));
    return *this;
}

SqliteInsert& SqliteInsert::text(std::string_view value) {
    check(::sqlite3_bind_text64(statement_, ++bound_, value.data() ? value.data() : "", value.size(), SQLITE_TRANSIENT,
                                SQLITE_UTF8));
    return *this;
}

SqliteInsert& SqliteInsert::null() {
    check(::sqlite3_bind_null(statement_, ++bound_));
    return *this;
}

void SqliteInsert::run() {
    check(::sqlite3_step(statement_));
    check(::sqlite3_reset(statement_));
    bound_ = 0;
}

}  // namespace dregs
