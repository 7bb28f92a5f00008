// The MOF files of the corpus: files from public repositories that nobody here wrote. Reads
// INDEX.tsv (file, repository, path, licence, expected, notes) in the folder OPENWMI_CORPUS names.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "mof/binary.h"
#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "mof/recording_target.h"
#include "mof/writer.h"

namespace openwmi::mof {
namespace {

namespace fs = std::filesystem;

struct Entry {
    std::string file;
    std::string origin;  // repository/path
    std::string expected;
};

std::vector<Entry> read_index(const fs::path& corpus) {
    std::vector<Entry> entries;
    std::ifstream stream(corpus / "INDEX.tsv");
    for (std::string line; std::getline(stream, line);) {
        std::vector<std::string> fields(1);
        for (const char c : line) {
            if (c == '\t') {
                fields.emplace_back();
            } else {
                fields.back() += c;
            }
        }
        if (fields.size() < 5 || fields[0] == "file") continue;
        entries.push_back({fields[0], fields[1] + "/" + fields[2], fields[4]});
    }
    return entries;
}

std::string read_bytes(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return std::move(bytes).str();
}

// Finds an include by where both files came from; one that the corpus does not hold is empty, as
// the corpus is flat and partial.
class CorpusReader final : public SourceReader {
  public:
    CorpusReader(const fs::path& corpus, const std::vector<Entry>& entries) : corpus_(corpus) {
        for (const Entry& entry : entries) files_[entry.origin] = entry.file;
    }
    Result<Source> read(std::string_view include, std::string_view including,
                        const Limits&) override {
        const fs::path path = (fs::path(including).parent_path() / include).lexically_normal();
        const auto found = files_.find(path.string());
        if (found == files_.end()) return Source{path.string(), ""};
        return Source{path.string(), read_bytes(corpus_ / "mof" / found->second)};
    }

  private:
    fs::path corpus_;
    std::map<std::string, std::string> files_;
};

struct Tally {
    int files = 0;
    int parsed = 0;
    int passed = 0;
};

TEST(Corpus, IsAcceptedAndRefusedAsItsIndexSays) {
    const char* corpus = std::getenv("OPENWMI_CORPUS");
    if (!corpus) GTEST_SKIP() << "OPENWMI_CORPUS is not set: the corpus is not checked";
    const std::vector<Entry> entries = read_index(corpus);
    ASSERT_FALSE(entries.empty());
    CorpusReader reader(corpus, entries);
    std::map<std::string, Tally> tallies;
    for (const Entry& entry : entries) {
        ParseOptions options;
        options.reader = &reader;
        options.fragments = true;
        const std::string bytes = read_bytes(fs::path(corpus) / "mof" / entry.file);
        const Document document = parse(bytes, entry.origin, options);
        CheckTarget target;
        CompileOptions compile_options;
        compile_options.fragments = true;
        const Report report = compile(document, target, compile_options);
        if (document.ok()) {
            const Document binary = read_binary(write_binary(document), "binary", options);
            EXPECT_EQ(recorded(binary), recorded(document)) << entry.file;
        }
        Tally& tally = tallies[entry.expected];
        ++tally.files;
        tally.parsed += document.ok();
        tally.passed += report.ok();
        if (entry.expected == "accept" && !report.ok()) {
            std::cout << "not accepted: " << summary(report) << "\n";
        }
        if (entry.expected == "reject") {
            EXPECT_FALSE(report.ok()) << entry.file;
            EXPECT_GT(report.first_line, 0u) << entry.file;
        }
    }
    for (const auto& [expected, tally] : tallies) {
        std::cout << expected << ": " << tally.files << " files, " << tally.parsed << " parse, "
                  << tally.passed << " pass the check\n";
    }
    EXPECT_GE(tallies["accept"].passed * 10, tallies["accept"].files * 9);
}

}  // namespace
}  // namespace openwmi::mof
