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

// What is refused of the published queries: the row that makes it wrong, and whether it is a whole
// query or only the part of one that stood in the program's source.
enum class Extent { Whole, Fragment };
struct Refusal {
    std::string_view begins;
    std::string_view row;
    Extent extent = Extent::Whole;
};
constexpr Refusal refusals[] = {
    {"Select DriverName, Name, PortName from Win32_Printer Where ServerName = Null", "WQL-012"},
    {"Select Name, Vendor, Version, InstallDate from Win32_Product WHERE Name <> Null", "WQL-012"},
    {"SELECT * FROM Win32_Volume where DriveLetter=NULL", "WQL-012"},
    {"Associators of {win32_LogicalDisk=\"C:\"} where resultClass = Win32_Directory AND",
     "WQL-091"},
    {"SELECT * FROM CIM_Widget \n    WHERE Height > 1 && Width > 1", "WQL-001"},
    {"SELECT * FROM Win32_NTLogEvent WHERE _ LogFile='Application'", "WQL-005", Extent::Fragment},
    {"SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA \\", "WQL-004",
     Extent::Fragment},
    {"Select * from CIM_DataFile where Drive='", "WQL-004", Extent::Fragment},
    {"SELECT * FROM Win32_NetworkAdapter WHERE InterfaceIndex=", "WQL-005", Extent::Fragment},
    {"SELECT * FROM Win32_Service WHERE State=\\", "WQL-004", Extent::Fragment},
    {"Select * From MicrosoftDNS_SOAtype Where", "WQL-005", Extent::Fragment},
    {"SELECT * FROM CIM_ResourcePool WHERE ResourceType=\\", "WQL-004", Extent::Fragment},
    {"SELECT * FROM Win32_Process WHERE ProcessId =", "WQL-005", Extent::Fragment},
    {"SELECT * FROM Msvm_DiskDrive WHERE DriveNumber=", "WQL-005", Extent::Fragment},
    {"SELECT * FROM MicrosoftDNS_AType WHEREBIT", "WQL-001", Extent::Fragment},
    {"SELECT * FROM MicrosoftDNS_PTRType WHEREBIT", "WQL-001", Extent::Fragment},
};

const Refusal* find_refusal(const Sample& sample) {
    const auto found = std::ranges::find_if(
        refusals, [&](const Refusal& refusal) { return sample.query.starts_with(refusal.begins); });
    return found == std::end(refusals) ? nullptr : found;
}

struct Count {
    std::size_t parsed = 0;
    std::size_t refused = 0;
    std::size_t fragments = 0;
};

// Whether it parses or is refused as listed, and what is printed of it is the same query again.
void check(const Sample& sample, Count& count) {
    base::Diagnostics diagnostics;
    const auto query = parse(sample.query, &diagnostics);
    const auto* refusal = find_refusal(sample);
    if (!query) {
        ASSERT_TRUE(refusal) << sample.source << "\n"
                             << base::render(diagnostics.front(), sample.query, "query");
        ++(refusal->extent == Extent::Fragment ? count.fragments : count.refused);
        return;
    }
    ++count.parsed;
    EXPECT_FALSE(refusal) << "parses, and is listed as wrong: " << sample.query;
    const auto again = parse(print(*query));
    ASSERT_TRUE(again) << print(*query);
    EXPECT_EQ(*again, *query) << sample.query;
}

TEST(CorpusTest, PublishedQueriesParseAndRoundTrip) {
    const char* corpus = std::getenv("OPENWMI_CORPUS");
    if (!corpus) GTEST_SKIP() << "OPENWMI_CORPUS is not set: no published queries to read";
    Count count;
    for (const char* file : {"events.txt", "data.txt"}) {
        for (const auto& sample : read(std::filesystem::path(corpus) / "wql" / file)) {
            check(sample, count);
        }
    }
    std::cout << fmt::format("{} queries parse, {} are wrong; {} fragments\n", count.parsed,
                             count.refused, count.fragments);
    EXPECT_GE(count.parsed * 100, (count.parsed + count.refused) * 98);
}

}  // namespace
}  // namespace openwmi::wql
