// What is known of addresses as bytes, for the symbol cache.
//
// An answer is all frames of an address, as ModuleSymbols gives them; none is an answer, too. Answers of a stretch of
// code are one text: names that come again stand in it once. Believes nothing that it reads.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbols/byte_text.h"
#include "analyzer/symbols/frame.h"

namespace dregs {

class AnswerText {
  public:
    void add(std::uint64_t address, const std::vector<Frame>& frames);
    // May be put behind another's: both are read then.
    std::string finish() const;

  private:
    void add_name(const std::string& name);

    ByteWriter out_;
    std::uint64_t count_ = 0;
    absl::flat_hash_map<std::string, std::uint64_t> names_;  // to the number it was given
};

// Tells all answers of texts one behind the other. False: they are not what AnswerText makes; some may have been told.
bool read_answers(std::string_view text,
                  const std::function<void(std::uint64_t address, std::vector<Frame>&& frames)>& visit);

}  // namespace dregs
