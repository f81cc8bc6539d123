// See completion.h.
#include "analyzer/manual/completion.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

namespace dregs {
namespace {

class Completer {
  public:
    Completer(const CommandTable& table, const std::vector<std::string>& words, const CompletionSources& sources)
        : table_(table), words_(words), sources_(sources), word_(words.empty() ? "" : words.back()) {}

    Completion run();

  private:
    void offer(const std::string& text, const std::string& help);
    void offer_all(const std::set<std::string>& names, const std::string& before, const std::string& behind = "");
    void offer_commands();
    void offer_options(const CommandRow& command);
    void offer_value(const CommandRow& command, const OptionRow& option, const std::string& prefix);
    void offer_names(const OptionRow& option, const std::string& prefix);
    void offer_names_of(const CommandRow& command, const std::string& what, const std::string& prefix);
    std::vector<std::string> arguments_before(const CommandRow& command) const;
    void offer_argument(const CommandRow& command);
    bool offer_program(const CommandRow& command);
    bool offer_value_behind_option(const CommandRow& command);
    void offer_behind(const CommandRow& command);

    const CommandTable& table_;
    const std::vector<std::string>& words_;
    const CompletionSources& sources_;
    std::string word_;
    Completion out_;
};

bool takes_next_word(const OptionRow* option) { return option && option->takes_value() && !option->value_may_lack; }

FileCandidates files_for(const std::string& placeholder) {
    if (absl::StrContains(placeholder, "TRACE") || absl::StrContains(placeholder, "OLD"))
        return FileCandidates::kTraces;
    if (absl::StrContains(placeholder, "DIR")) return FileCandidates::kFolders;
    return absl::StrContains(placeholder, "FILE") ? FileCandidates::kAny : FileCandidates::kNone;
}

// The first sentence, or what stands before a remark.
std::string short_help(const std::string& help) {
    const std::string line = help.substr(0, help.find('\n'));
    return line.substr(0, line.find_first_of(";:("));
}

void Completer::offer(const std::string& text, const std::string& help) {
    if (absl::StartsWith(text, word_)) out_.candidates.push_back({text, help});
}

void Completer::offer_all(const std::set<std::string>& names, const std::string& before, const std::string& behind) {
    for (const std::string& name : names) offer(absl::StrCat(before, name, behind), "");
}

void Completer::offer_commands() {
    for (const CommandRow& command : table_.commands) offer(command.name, command.summary);
}

void Completer::offer_options(const CommandRow& command) {
    for (const OptionRow& option : command.options) {
        for (const std::string& name : option.names) {
            if (name.size() > 2 || word_ == name) offer(name, short_help(option.help));
        }
    }
}

// Of names with commas the last; those before it are not offered again.
void Completer::offer_names(const OptionRow& option, const std::string& prefix) {
    const std::string given = word_.substr(prefix.size());
    const std::size_t comma = given.rfind(',');
    const std::string before = comma == std::string::npos ? "" : given.substr(0, comma + 1);
    for (const std::string& choice : option.choices) {
        const bool given_already = absl::StrContains(absl::StrCat(",", before), absl::StrCat(",", choice, ","));
        if (!given_already) offer(absl::StrCat(prefix, before, choice), "");
    }
    if (!option.choices.empty()) return;
    out_.files = FileCandidates::kPrograms;
    out_.file_prefix = prefix + before;
}

// What the traces on the command line call their kinds of scopes, threads or modules.
void Completer::offer_names_of(const CommandRow& command, const std::string& what, const std::string& prefix) {
    for (const std::string& trace : arguments_before(command)) {
        const TraceNames names = sources_.names_in(trace);
        if (what == "scope:") offer_all(names.kinds, prefix);
        if (what == "thread:") offer_all(names.threads, prefix, "*");  // its number follows
        if (what == "module:") offer_all(names.modules, prefix);
    }
}

void Completer::offer_value(const CommandRow& command, const OptionRow& option, const std::string& prefix) {
    if (option.takes_names()) return offer_names(option, prefix);
    if (option.placeholder == "KIND") return offer_names_of(command, "scope:", prefix);
    for (const std::string& choice : option.choices) {
        offer(prefix + choice, "");
        const bool field = absl::EndsWith(choice, ":");
        if (field && absl::StartsWith(word_, prefix + choice)) offer_names_of(command, choice, prefix + choice);
    }
    if (!option.choices.empty()) return;
    out_.files = files_for(option.placeholder);
    out_.file_prefix = prefix;
}

// What stands before the word and is neither an option nor its value.
std::vector<std::string> Completer::arguments_before(const CommandRow& command) const {
    std::vector<std::string> arguments;
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
        if (!absl::StartsWith(words_[i], "-")) {
            arguments.push_back(words_[i]);
        } else if (takes_next_word(command.find_option(words_[i]))) {
            ++i;
        }
    }
    return arguments;
}

void Completer::offer_argument(const CommandRow& command) {
    if (command.arguments.empty()) return;
    const std::string& placeholder = command.arguments.back().placeholder;
    for (const std::string& choice : command.arguments.back().choices) offer(choice, "");
    out_.files = files_for(placeholder);
    const bool pid = absl::StrContains(placeholder, "PID") || absl::StrContains(placeholder, "OLD");
    if (!pid) return;
    for (const Candidate& candidate : sources_.pids()) offer(candidate.text, candidate.help);
}

// Behind "--" or the program's name everything is the program's.
bool Completer::offer_program(const CommandRow& command) {
    if (!command.runs_program) return false;
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
        const bool separator = words_[i] == "--";
        if (!separator && absl::StartsWith(words_[i], "-")) {
            if (takes_next_word(command.find_option(words_[i]))) ++i;
            continue;
        }
        const bool program_is_next = separator && i + 2 == words_.size();
        out_.files = program_is_next ? FileCandidates::kPrograms : FileCandidates::kAny;
        return true;
    }
    return false;
}

// "--by s", "--by=s"
bool Completer::offer_value_behind_option(const CommandRow& command) {
    const std::size_t equals = word_.find('=');
    if (absl::StartsWith(word_, "--") && equals != std::string::npos) {
        const OptionRow* option = command.find_option(word_.substr(0, equals));
        if (option) offer_value(command, *option, word_.substr(0, equals + 1));
        return true;
    }
    const OptionRow* before = words_.size() > 2 ? command.find_option(words_[words_.size() - 2]) : nullptr;
    if (!takes_next_word(before)) return false;
    offer_value(command, *before, "");
    return true;
}

void Completer::offer_behind(const CommandRow& command) {
    if (offer_value_behind_option(command) || offer_program(command)) return;
    if (absl::StartsWith(word_, "-")) return offer_options(command);
    if (command.runs_program) {
        out_.files = FileCandidates::kPrograms;
    } else {
        offer_argument(command);
    }
}

Completion Completer::run() {
    if (words_.size() > 1) {
        if (const CommandRow* command = table_.find(words_.front())) offer_behind(*command);
    } else if (absl::StartsWith(word_, "-")) {
        offer_options(table_.self);
    } else {
        offer_commands();
    }
    return out_;
}

const char* files_word(FileCandidates files) {
    switch (files) {
        case FileCandidates::kTraces:
            return ":traces ";
        case FileCandidates::kAny:
            return ":files ";
        case FileCandidates::kFolders:
            return ":folders ";
        case FileCandidates::kPrograms:
            return ":programs ";
        case FileCandidates::kNone:
            break;
    }
    return ":none ";
}

// One line, without what parts text from help.
std::string clean(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    return text;
}

}  // namespace

Completion complete(const CommandTable& table, const std::vector<std::string>& words,
                    const CompletionSources& sources) {
    return Completer(table, words, sources).run();
}

std::string completion_lines(const Completion& completion) {
    std::string out = absl::StrCat(files_word(completion.files), completion.file_prefix, "\n");
    for (const Candidate& candidate : completion.candidates) {
        absl::StrAppend(&out, clean(candidate.text), "\t", clean(candidate.help), "\n");
    }
    return out;
}

}  // namespace dregs
