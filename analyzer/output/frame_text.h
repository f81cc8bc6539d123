// One frame for people: "handle_request(int)  server.cpp:42  (request_server)".
//
// Never invents a name: what is not known is shown as module+0xoffset. All parts are escaped.
#pragma once

#include <string>

#include "analyzer/symbols/frame.h"

namespace dregs {

// With the module where `with_module`, or where there is nothing better.
std::string frame_text(const Frame& frame, bool with_module);

}  // namespace dregs
