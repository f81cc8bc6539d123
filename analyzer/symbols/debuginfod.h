// Debug files fetched from servers, by build-id.
//
// Owns the talk with libdebuginfod, which is loaded when it is first asked for and need not be installed. Which servers
// there are stands in DEBUGINFOD_URLS, as for every other debugger. Used by DebugFiles, only when the user said so.
#pragma once

#include <string>

#include "analyzer/symbols/elf_image.h"

namespace dregs {

// Path of the debug file in libdebuginfod's cache, fetched if need be; empty: there is none to be had.
std::string fetch_debug_file(const BuildId& id);

}  // namespace dregs
