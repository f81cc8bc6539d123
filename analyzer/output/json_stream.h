// JSON objects with arrays too long to hold: members one by one, elements one by one.
//
// Owns commas and indentation. All that is not ASCII is escaped (\u2026), so that nothing in a name can steer a
// terminal; text that is not UTF-8 comes out with replacement characters, never as invalid JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "analyzer/analysis/profile.h"
#include "analyzer/symbols/frame.h"

namespace dregs {

using Json = nlohmann::ordered_json;

class JsonStream {
  public:
    explicit JsonStream(std::ostream& out) : out_(out) { out_ << "{"; }

    void member(const char* name, const Json& value);
    void begin_array(const char* name);
    void element(const Json& value);
    void end_array();
    void finish() { out_ << "\n}\n"; }

  private:
    void name(const char* name);

    std::ostream& out_;
    bool first_member_ = true;
    bool first_element_ = true;
};

// A value in one line, escaped as above.
std::string json_text(const Json& value);

// What every command's object begins with: trace, sample_bytes, totals, loss.
void add_profile_members(JsonStream& json, const Profile& profile);

// What every command says of frames, traces and losses.
Json frame_json(const Frame& frame);
Json frames_json(const std::vector<Frame>& frames);
Json trace_json(const Profile& profile);
Json totals_json(const Totals& totals);
Json loss_json(const Loss& loss);
// Adds count_error and bytes_error, the 95 % half widths, and sampled_blocks, the recorded blocks behind the estimate;
// nothing where not sampled. `prefix` stands before each key.
void add_error_json(Json& json, const Estimate& estimate, bool sampled, const std::string& prefix = "");

}  // namespace dregs
