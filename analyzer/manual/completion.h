// What may stand next on the command line of dregs, for the shells' completion (shells/).
//
// Owns the rules; the shells' own scripts only hand over the words and show what comes back. Knows no command by name:
// all is in the table, but for `run`, which is told by its row.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analyzer/manual/command_table.h"
#include "analyzer/trace/trace_names.h"

namespace dregs {

struct Candidate {
    std::string text;  // the whole word
    std::string help;  // may be empty
};

enum class FileCandidates { kNone, kTraces, kAny, kFolders, kPrograms };

struct Completion {
    std::vector<Candidate> candidates;  // those that begin as the word does
    FileCandidates files = FileCandidates::kNone;
    std::string file_prefix;  // what stands before the file's name in the word: "--output="
};

// What is asked only where it may stand.
struct CompletionSources {
    std::function<std::vector<Candidate>()> pids;                  // of traced processes
    std::function<TraceNames(const std::string& trace)> names_in;  // of a trace or pid; none where it cannot be read
};

// `words`: what stands behind "dregs", the last of them the word to complete, which may be empty.
Completion complete(const CommandTable& table, const std::vector<std::string>& words, const CompletionSources& sources);

// Lines for the scripts: ":traces PREFIX" for files, then one "TEXT<tab>HELP" for each candidate.
std::string completion_lines(const Completion& completion);

}  // namespace dregs
