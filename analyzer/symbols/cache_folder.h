// Where the symbol cache lies, and whether it may.
//
// Owns the rules for files that outlive us: they are ours alone (mode 0600 in a folder of mode 0700 that we own), we
// follow no link to them, and what belongs to somebody else is neither read nor written: a root shell that kept its
// user's HOME leaves nothing there.
#pragma once

#include <string>

namespace dregs {

// `DREGS_SYMBOL_CACHE`, else dregs below `XDG_CACHE_HOME`, else below ~/.cache. Empty: there is none to be had, or the
// variable says "none".
std::string symbol_cache_folder();

// Makes `folder` where it is missing, and up to two folders above it; and `name` in it, empty. Returns the file's path
// without links in it; empty: it cannot be had, or is not ours alone.
std::string private_file(const std::string& folder, const std::string& name);

// Of what the answers depend on beside files: this build of dregs and libdw's. Empty: not known, so nothing may be
// kept.
std::string symbols_version();

}  // namespace dregs
