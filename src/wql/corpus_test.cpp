#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "wql/parser.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

struct Sample {
    std::string query;
    std::string source;
};

// One query a line, a tab, where it is from; U+2424 stands for a line end within a query.
std::vector<Sample> read(const std::filesystem::path& file) {
    constexpr std::string_view newline = "\xE2\x90\xA4";
    std::ifstream stream(file);
    EXPECT_TRUE(stream) << file;
    std::vector<Sample> samples;
    for (std::string line; std::getline(stream, line);) {
        Sample sample{line.substr(0, line.find('\t')), {}};
        if (const auto tab = line.find('\t'); tab != std::string::npos) {
            sample.source = line.substr(tab + 1);
        }
        for (auto at = sample.query.find(newline); at != std::string::npos;
             at = sample.query.find(newline)) {
            sample.query.replace(at, newline.size(), "\n");
        }
        samples.push_back(std::move(sample));
    }
    return samples;
}

// Queries that people published. Not all of them are WQL, so a share of them must parse and what
// was refused is listed.
class CorpusTest : public testing::TestWithParam<const char*> {};

TEST_P(CorpusTest, PublishedQueriesParseAndRoundTrip) {
    const char* corpus = std::getenv("OPENWMI_CORPUS");
    if (!corpus) GTEST_SKIP() << "OPENWMI_CORPUS is not set: no published queries to read";
    const auto samples = read(std::filesystem::path(corpus) / "wql" / GetParam());
    ASSERT_FALSE(samples.empty());
    std::size_t parsed = 0;
    for (const auto& sample : samples) {
        base::Diagnostics diagnostics;
        const auto query = parse(sample.query, &diagnostics);
        if (!query) {
            std::cout << "refused (" << sample.source << "):\n"
                      << base::render(diagnostics.front(), sample.query, "query");
            continue;
        }
        ++parsed;
        const auto again = parse(print(*query));
        ASSERT_TRUE(again) << print(*query);
        EXPECT_EQ(*again, *query) << sample.query;
    }
    std::cout << GetParam() << ": " << parsed << " of " << samples.size() << " parse\n";
    EXPECT_GE(parsed * 10, samples.size() * 9);
}

INSTANTIATE_TEST_SUITE_P(Files, CorpusTest, testing::Values("events.txt", "data.txt"));

// Other query languages: any answer will do, as long as it is one.
TEST(ForeignCorpusTest, ForeignQueriesAreAnswered) {
    const char* corpus = std::getenv("OPENWMI_CORPUS");
    if (!corpus) GTEST_SKIP() << "OPENWMI_CORPUS is not set: no foreign queries to read";
    for (const char* file : {"cim_indications.txt", "other_cimom_tests.txt", "event_templates.txt",
                             "data_templates.txt"}) {
        for (const auto& sample : read(std::filesystem::path(corpus) / "wql" / file)) {
            const auto query = parse(sample.query);
            EXPECT_TRUE(query || !query.error().message.empty()) << sample.query;
        }
    }
}

}  // namespace
}  // namespace openwmi::wql
