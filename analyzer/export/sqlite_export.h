// A SQLite database with all that exports have in common, and single scopes: tables and ready views (sqlite_schema.h).
//
// Rows are written as they are known, in one transaction. Names are escaped as in reports: the sqlite3 shell prints
// them as they are.
#pragma once

#include <string>

#include "analyzer/export/export_options.h"

namespace dregs {

// `path`: an empty file.
void write_sqlite(const std::string& path, Profile& profile, const ExportOptions& options,
                  const Symbolizer& symbolizer);

}  // namespace dregs
