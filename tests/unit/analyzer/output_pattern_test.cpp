// Which names a pattern of traces' names means.
#include "analyzer/commands/output_pattern.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analyzer/commands/written_traces.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

bool means(const std::string& pattern, const std::string& name) { return NamePattern(pattern, true).matches(name); }

TEST(NamePattern, DirectivesAreAnyText) {
    EXPECT_TRUE(means("%n.%p.dregs", "server.4711.dregs"));
    EXPECT_TRUE(means("%n.%p.dregs", "my.server.4711.dregs"));
    EXPECT_FALSE(means("%n.%p.dregs", "server.4711.txt"));
    EXPECT_FALSE(means("x%nx.dregs", "x.dregs")) << "one x is not two";
}

TEST(NamePattern, ANumberMayStandBeforeTheSuffix) {
    EXPECT_TRUE(means("a.dregs", "a.dregs"));
    EXPECT_TRUE(means("a.dregs", "a.2.dregs"));
    EXPECT_TRUE(means("a", "a.2"));
    EXPECT_TRUE(means(".hidden", ".hidden.2"));
}

TEST(NamePattern, AllElseIsItself) {
    EXPECT_TRUE(means("100%%.%p", "100%.17"));
    EXPECT_TRUE(means("5%x.%p", "5%x.17"));
    EXPECT_FALSE(means("a*.%p", "ab.17"));
    EXPECT_FALSE(means("a?[b]\\.%p", "abb.17"));
    EXPECT_TRUE(means("a?[b]\\\n.%p", "a?[b]\\\n.17"));
}

class Folders : public testing::Test {
  protected:
    Folders() : folder_(fs::canonical(fs::temp_directory_path()) / "dregs-XXXXXX") {
        std::string name = folder_.string();
        folder_ = ::mkdtemp(name.data());
    }
    ~Folders() override { fs::remove_all(folder_); }
    void make(const std::string& name) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream{folder_ / name};
    }
    std::vector<std::string> find(const std::string& pattern) {
        std::vector<std::string> found = find_named_by(literal_pattern(folder_.string()) + "/" + pattern);
        for (std::string& path : found) path.erase(0, folder_.string().size() + 1);
        std::sort(found.begin(), found.end());
        return found;
    }
    const fs::path& folder() const { return folder_; }

  private:
    fs::path folder_;
};

TEST_F(Folders, WithPercentSignsAndDirectives) {
    for (const char* name : {"50%/a.1.dregs", "50%n/b.2.dregs", "x*/c.3.dregs", "xy/d.4.dregs", "of 17/e.dregs"})
        make(name);
    using Names = std::vector<std::string>;
    EXPECT_EQ(find("50%%/%n.%p.dregs"), Names{"50%/a.1.dregs"});
    EXPECT_EQ(find("50%%n/%n.%p.dregs"), Names{"50%n/b.2.dregs"});
    EXPECT_EQ(find("x*/%n.%p.dregs"), Names{"x*/c.3.dregs"});
    EXPECT_EQ(find("of %p/%n.dregs"), Names{"of 17/e.dregs"});
}

TEST_F(Folders, OneThatIsGivenMeansItself) {
    make("at %n of 50%%/x");
    const std::string given = (folder() / "at %n of 50%%").string();
    const std::string kept = literal_pattern(folder().string());
    EXPECT_EQ(absolute_pattern(given), kept + "/at %%n of 50%%%%/%n.%p.dregs");
    EXPECT_EQ(absolute_pattern(given + "/"), absolute_pattern(given));
    EXPECT_EQ(absolute_pattern(given + "x/"), folder().string() + "/at %n of 50%%x/%n.%p.dregs")
        << "there is none: a pattern";
    EXPECT_EQ(unwritable_place(absolute_pattern(given)), "");
    EXPECT_EQ(unwritable_place(kept + "/no%%ne/x"), folder().string() + "/no%ne: No such file or directory");
}

}  // namespace
}  // namespace dregs
