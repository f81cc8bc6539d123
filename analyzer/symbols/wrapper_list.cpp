// See wrapper_list.h. Plain names are looked up in a hash table, globs are tried from the last line to the first, and
// the later line of the two wins.
#include "analyzer/symbols/wrapper_list.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unordered_map>

#include "analyzer/symbols/wrapper_pattern.h"

namespace dregs {
namespace {

constexpr std::string_view kBuiltIn =
#include <analyzer/symbols/wrappers.inc>
    ;

}  // namespace

class WrapperList::Impl {
  public:
    void add(std::string_view line) {
        WrapperPattern pattern;
        if (!WrapperPattern::parse(line, pattern)) return;
        const std::string_view plain = pattern.plain_name();
        if (plain.empty())
            globs_.push_back({next_, pattern});
        else
            names_[std::string(plain)] = {next_, !pattern.is_exception()};
        ++next_;
    }

    bool is_wrapper(const Frame& frame) const {
        const std::string_view name = without_parameters(frame.function);
        Verdict verdict{0, false};
        if (auto found = names_.find(std::string(name)); found != names_.end()) verdict = found->second;
        for (auto glob = globs_.rbegin(); glob != globs_.rend() && glob->order >= verdict.order; ++glob)
            if (glob->pattern.matches(frame, name)) return !glob->pattern.is_exception();
        return verdict.is_wrapper;
    }

  private:
    struct Verdict {
        std::size_t order;
        bool is_wrapper;
    };
    struct Glob {
        std::size_t order;
        WrapperPattern pattern;
    };
    std::size_t next_ = 1;  // number of the next line: the last one that matches decides
    std::unordered_map<std::string, Verdict> names_;
    std::vector<Glob> globs_;
};

WrapperList::WrapperList() : WrapperList(kBuiltIn) {}

WrapperList::WrapperList(std::string_view text) : impl_(std::make_unique<Impl>()) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        add(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

WrapperList::~WrapperList() = default;
WrapperList::WrapperList(WrapperList&&) noexcept = default;
WrapperList& WrapperList::operator=(WrapperList&&) noexcept = default;

WrapperList WrapperList::from_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file.is_open() || file.bad()) throw std::runtime_error(path + ": cannot be read as a list of wrappers");
    return WrapperList(text);
}

void WrapperList::add(std::string_view line) { impl_->add(line); }

bool WrapperList::is_wrapper(const Frame& frame) const { return frame.shim || impl_->is_wrapper(frame); }

}  // namespace dregs
