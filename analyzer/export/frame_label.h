// One line of text for a frame, safe to print: what formats show that know of a frame nothing but a name.
#pragma once

#include <absl/container/node_hash_map.h>

#include <string>

#include "analyzer/symbols/frame.h"

namespace dregs {

// "Server::handle(Request const&)"; without a name "libx.so+0x4711".
std::string frame_label(const Frame& frame);

// Remembers them by the frame's place in memory: stacks lead through the same frames again and again.
class FrameLabels {
  public:
    // `make` makes a label; what is returned stays as long as the object. `frame` must stay where it is.
    explicit FrameLabels(std::string (*make)(const Frame& frame) = frame_label) : make_(make) {}
    const std::string& of(const Frame& frame);

  private:
    std::string (*make_)(const Frame& frame);
    absl::node_hash_map<const Frame*, std::string> labels_;
};

}  // namespace dregs
