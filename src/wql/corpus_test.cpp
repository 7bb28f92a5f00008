#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
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

// What is refused of the published queries, and why: the row that makes it wrong, or empty for what
// is no query but the part of one that stood in the program's source.
struct Refusal {
    std::string_view begins;
    std::string_view row;
};
constexpr Refusal refusals[] = {
    {"Select DriverName, Name, PortName from Win32_Printer Where ServerName = Null", "WQL-012"},
    {"Select Name, Vendor, Version, InstallDate from Win32_Product WHERE Name <> Null", "WQL-012"},
    {"SELECT * FROM Win32_Volume where DriveLetter=NULL", "WQL-012"},
    {"Associators of {win32_LogicalDisk=\"C:\"} where resultClass = Win32_Directory AND",
     "WQL-091"},
    {"SELECT * FROM CIM_Widget \n    WHERE Height > 1 && Width > 1", "WQL-001"},
    {"SELECT * FROM Win32_NTLogEvent WHERE _ LogFile='Application'", ""},
    {"SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA \\", ""},
    {"Select * from CIM_DataFile where Drive='", ""},
    {"SELECT * FROM Win32_NetworkAdapter WHERE InterfaceIndex=", ""},
    {"SELECT * FROM Win32_Service WHERE State=\\", ""},
    {"Select * From MicrosoftDNS_SOAtype Where", ""},
    {"SELECT * FROM CIM_ResourcePool WHERE ResourceType=\\", ""},
    {"SELECT * FROM Win32_Process WHERE ProcessId =", ""},
    {"SELECT * FROM Msvm_DiskDrive WHERE DriveNumber=", ""},
    {"SELECT * FROM MicrosoftDNS_AType WHEREBIT", ""},
    {"SELECT * FROM MicrosoftDNS_PTRType WHEREBIT", ""},
};

const Refusal* find_refusal(const Sample& sample) {
    const auto found = std::ranges::find_if(
        refusals, [&](const Refusal& refusal) { return sample.query.starts_with(refusal.begins); });
    return found == std::end(refusals) ? nullptr : found;
}

// Queries that people published: all of them parse but those that are listed.
class CorpusTest : public testing::TestWithParam<const char*> {};

TEST_P(CorpusTest, PublishedQueriesParseAndRoundTrip) {
    const char* corpus = std::getenv("OPENWMI_CORPUS");
    if (!corpus) GTEST_SKIP() << "OPENWMI_CORPUS is not set: no published queries to read";
    const auto samples = read(std::filesystem::path(corpus) / "wql" / GetParam());
    ASSERT_FALSE(samples.empty());
    std::size_t fragments = 0;
    std::size_t refused = 0;
    for (const auto& sample : samples) {
        base::Diagnostics diagnostics;
        const auto query = parse(sample.query, &diagnostics);
        const auto* refusal = find_refusal(sample);
        if (!query) {
            EXPECT_TRUE(refusal) << sample.source << "\n"
                                 << base::render(diagnostics.front(), sample.query, "query");
            if (refusal) ++(refusal->row.empty() ? fragments : refused);
            continue;
        }
        EXPECT_FALSE(refusal) << "parses, and is listed as wrong: " << sample.query;
        const auto again = parse(print(*query));
        ASSERT_TRUE(again) << print(*query);
        EXPECT_EQ(*again, *query) << sample.query;
    }
    std::cout << fmt::format("{}: {} queries, {} fragments, {} refused\n", GetParam(),
                             samples.size() - fragments, fragments, refused);
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
