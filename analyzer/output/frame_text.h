// One frame for people: "handle_request(int)  server.cpp:42  (request_server)".
//
// Never invents a name: what is not known is shown as module+0xoffset. All parts are escaped.
#pragma once

#include <string>
#include <vector>

#include "analyzer/symbols/frame.h"

namespace dregs {

// With the module where `with_module`, or where there is nothing better. `precise`: with the column, or without debug
// information the place in the function.
std::string frame_text(const Frame& frame, bool with_module, bool precise = false);

// "Server::handle(Request const&)" -> "Server::handle"; module+0xoffset where there is no name. Not escaped.
std::string short_name(const Frame& frame);

// For where there is little room: "Server::handle  server.cpp:42".
std::string short_frame_text(const Frame& frame);

// One text for each of these different sites, precise where two would read the same otherwise.
std::vector<std::string> site_texts(const std::vector<Frame>& sites);

}  // namespace dregs
