// A SQLite database that is being made: one transaction, nothing but inserts.
//
// Owns the connection. The file is there already and empty (NewFile makes it, so nothing is overwritten); no journal
// lies beside it. Throws Error for what SQLite says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace dregs {

class SqliteFile {
  public:
    explicit SqliteFile(const std::string& path);
    ~SqliteFile();
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    void execute(const char* sql);
    sqlite3* handle() const { return database_; }
    [[noreturn]] void fail() const;

  private:
    std::string path_;
    sqlite3* database_ = nullptr;
};

// "INSERT INTO table VALUES (?, ?, ...)", bound from left to right.
class SqliteInsert {
  public:
    SqliteInsert(SqliteFile& file, const std::string& table, int columns);
    ~SqliteInsert();
    SqliteInsert(const SqliteInsert&) = delete;
    SqliteInsert& operator=(const SqliteInsert&) = delete;

    SqliteInsert& integer(std::int64_t value);
    // What does not fit an integer with a sign is the largest there is.
    SqliteInsert& number(std::uint64_t value);
    SqliteInsert& real(double value);
    SqliteInsert& text(std::string_view value);
    SqliteInsert& null();
    // A row is complete.
    void run();

  private:
    void check(int status) const;

    SqliteFile& file_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
};

}  // namespace dregs
