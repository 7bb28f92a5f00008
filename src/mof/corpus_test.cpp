#include <gtest/gtest.h>

#include <array>
#include <iostream>

#include "mof/binary.h"
#include "mof/recording_target.h"
#include "mof/testing/corpus.h"
#include "mof/testing/round_trip.h"

namespace openwmi::mof {
namespace {

using testing::Corpus;
using testing::CorpusFile;

// Files that their index calls good and that are not, by the end of their name.
struct Mislabelled {
    std::string_view ending;
    Status status;
    std::string_view why;
};
constexpr auto mislabelled = std::to_array<Mislabelled>({
    {"WmiSdk/pragma-deleteclass.md__b0.mof", Status::MofExpectedCloseParen,
     "the page's placeholder [Flag] stands where a word belongs"},
    {"WmiSdk/provider-hosting-and-security.md__b2.mof", Status::MofExpectedSemi,
     "the page's excerpt ends before the semicolon"},
    {"cmdline/tests/ValidMof4a.mof", Status::MofDuplicateProperty,
     "a property is set twice, which WMI does not have"},
    {"sample/Load/TST_Family.mof", Status::CannotBeKey, "a key is added below a key (MOF-056)"},
    {"LoadMOFs/CIMOMSampleProvider.mof", Status::CannotBeKey, "the same"},
    {"LoadMOFs/ExceptionsTest.mof", Status::CannotBeKey, "the same"},
    {"LoadMOFs/LargeDataProvider.mof", Status::CannotBeKey, "the same"},
    {"LoadMOFs/ParserTestProvider.mof", Status::CannotBeKey, "the same"},
    {"mof/60_LMI_Software_MethodParameters.mof", Status::MofInvalidClassDeclaration,
     "its classes begin with two underscores (MOF-009)"},
    {"sblim-sfcb/10_interop.mof", Status::MofInvalidClassDeclaration, "the same"},
    {"test/cmpiproviders/cmpiProviderTest.mof", Status::InvalidClass,
     "an association has one reference (MOF-060)"},
    {"WmiSdk/--eventqueueoverflowevent.md__b0.mof", Status::UpdateTypeMismatch,
     "the page leaves the class of the object out (OD-066)"},
    {"omi/Unix/tests/mof/classes.mof", Status::MofExpectedPropertyName,
     "a property is called string (MOF-010)"},
});

const Mislabelled* find_mislabelled(const CorpusFile& file) {
    for (const Mislabelled& each : mislabelled) {
        if (file.origin.ends_with(each.ending)) return &each;
    }
    return nullptr;
}

TEST(Corpus, IsAcceptedAndRefusedAsItsIndexSays) {
    if (!Corpus::folder()) GTEST_SKIP() << "OPENWMI_CORPUS is not set: the corpus is not checked";
    Corpus corpus;
    ASSERT_FALSE(corpus.files().empty());
    std::map<std::string, int> counts;
    for (const CorpusFile& file : corpus.files()) {
        ++counts[file.expected];
        const Document document = corpus.parse(file);
        CheckTarget target;
        const Report report = Corpus::check(document, target);
        if (document.ok()) {
            const Document binary =
                read_binary(write_binary(document), "binary", corpus.options_for(file));
            EXPECT_EQ(recorded(binary), recorded(document)) << file.file;
        }
        if (const Mislabelled* wrong = find_mislabelled(file)) {
            EXPECT_EQ(report.error.status, wrong->status) << file.file << ": " << wrong->why;
        } else if (file.expected == "accept") {
            EXPECT_TRUE(report.ok()) << summary(report);
        }
        EXPECT_FALSE(report.ok() && file.expected == "reject") << file.file;
        EXPECT_TRUE(report.ok() || report.first_line > 0) << file.file;
    }
    for (const auto& [expected, count] : counts) std::cout << expected << ": " << count << "\n";
}

TEST(Corpus, WhatIsWrittenIsReadAgainAsTheSame) {
    if (!Corpus::folder()) GTEST_SKIP() << "OPENWMI_CORPUS is not set: the corpus is not checked";
    Corpus corpus;
    std::size_t instances = 0;
    for (const CorpusFile& file : corpus.files()) {
        const Document document = corpus.parse(file);
        testing::KeepingTarget target;
        if (!Corpus::check(document, target).ok()) continue;
        instances += target.instances.size();
        for (const std::string& each : testing::differences(document, target)) {
            ADD_FAILURE() << file.file << " " << each;
        }
    }
    EXPECT_GT(instances, 0U);
}

}  // namespace
}  // namespace openwmi::mof
