#include "cli/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace openwmi::cli {
namespace {

using testing::HasSubstr;

Subscription subscription(const std::string& filter, const std::string& consumer) {
    Subscription result;
    result.filter = filter;
    result.filter_name = name_in(filter);
    result.consumer = consumer;
    result.consumer_name = consumer_name(consumer);
    return result;
}

const std::vector<Subscription> known = {
    subscription("root\\subscription:__EventFilter.Name=\"DiskLow\"",
                 "root\\subscription:LogFileEventConsumer.Name=\"audit\""),
    subscription("root\\subscription:__EventFilter.Name=\"DiskLow\"",
                 "root\\subscription:CommandLineEventConsumer.Name=\"audit\""),
    subscription("root\\cimv2:__EventFilter.Name=\"Twice\"", ""),
    subscription("root\\default:__EventFilter.Name=\"Twice\"", ""),
};

TEST(Names, OfConsumersSayTheirKind) {
    EXPECT_EQ(consumer_name("root\\subscription:LogFileEventConsumer.Name=\"a\""), "LogFile:a");
    EXPECT_EQ(consumer_name("root\\x:MyConsumer.Name=\"a\""), "MyConsumer:a");
    EXPECT_EQ(name_in("root\\x:__EventFilter.Name=\"a \\\"b\\\"\""), "a \"b\"");
    EXPECT_EQ(name_in(""), "");
}

TEST(Names, FindOneObjectWhereverItIs) {
    const auto found = find_named("disklow", "", known, Find::Filters);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path, known[0].filter);
    EXPECT_EQ(find_named("LogFile:audit", "", known, Find::FiltersAndConsumers)->path,
              known[0].consumer);
    EXPECT_EQ(find_named("Twice", "root/default", known, Find::Filters)->path, known[3].filter);
}

TEST(Names, OfSeveralObjectsAreRefused) {
    const auto found = find_named("twice", "", known, Find::Filters);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, Status::InvalidParameter);
    EXPECT_THAT(found.error().message, HasSubstr(known[3].filter));
    EXPECT_FALSE(find_named("audit", "", known, Find::FiltersAndConsumers));
}

TEST(Names, ThatAreMistypedAreSuggested) {
    const auto found = find_named("DiskLwo", "", known, Find::Filters);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, Status::NotFound);
    EXPECT_THAT(found.error().message, HasSubstr("did you mean DiskLow?"));
}

TEST(Names, ThatArePathsStayAsTheyAre) {
    for (const char* path : {"root\\x:A.B=\"c\"", "A.B=1", "A=@", "__EventFilter"}) {
        const auto found = find_named(path, "root\\x", known, Find::FiltersAndConsumers);
        ASSERT_TRUE(found) << path;
        EXPECT_EQ(found->path, path);
        EXPECT_EQ(found->name_space, "root\\x");
    }
}

}  // namespace
}  // namespace openwmi::cli
