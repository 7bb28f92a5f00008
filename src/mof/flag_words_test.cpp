#include "mof/flag_words.h"

#include <gtest/gtest.h>

namespace openwmi::mof {
namespace {

using Words = std::vector<std::string>;

TEST(FlagWords, AreThoseOfTheSwitches) {
    EXPECT_EQ(class_flags_of_words({}), PutFlags{});
    EXPECT_EQ(class_flags_of_words(Words{"CreateOnly"})->mode, PutMode::CreateOnly);
    EXPECT_EQ(class_flags_of_words(Words{"updateonly", "forceupdate"}),
              (PutFlags{PutMode::UpdateOnly, UpdateMode::Force}));
    EXPECT_EQ(instance_flags_of_words(Words{"updateonly"})->mode, PutMode::UpdateOnly);
    EXPECT_FALSE(class_flags_of_words(Words{"createonly", "updateonly"}));
    EXPECT_FALSE(class_flags_of_words(Words{"safeupdate", "forceupdate"}));
    EXPECT_FALSE(class_flags_of_words(Words{"sometimes"}));
    EXPECT_FALSE(instance_flags_of_words(Words{"forceupdate"}));
}

TEST(FlagWords, OfInstancesAreTwoBits) {
    EXPECT_EQ(instance_flags_of_bits(2)->mode, PutMode::CreateOnly);
    EXPECT_EQ(instance_flags_of_bits(1)->mode, PutMode::UpdateOnly);
    EXPECT_FALSE(instance_flags_of_bits(3));
    EXPECT_FALSE(instance_flags_of_bits(0x20));
}

}  // namespace
}  // namespace openwmi::mof
