#include "core/put_rules.h"

#include <gtest/gtest.h>

#include "cim/schema.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using Values = std::vector<std::pair<const char*, cim::Value>>;

cim::InstancePtr make(const char* class_name, Values values) {
    cim::InstanceBuilder builder(cim::find_system_class(class_name));
    for (auto& [name, value] : values) EXPECT_TRUE(builder.set(name, std::move(value))) << name;
    return builder.build();
}

const auto root = security::Identity::of_user(0, 0, {});
const auto somebody = security::Identity::of_user(54321, 54321, {});

struct Case {
    const char* what;
    const char* class_name;
    Values values;
    Status expected;  // Ok: it passes
};

TEST(PutRulesTest, checkFiltersAndBindings) {
    const cim::Value filter = "__EventFilter.Name=\"f\"";
    const cim::Value consumer = "C.Name=\"c\"";
    const Case cases[] = {
        {"a filter",
         "__EventFilter",
         {{"QueryLanguage", "WQL"}, {"Query", "SELECT * FROM X"}},
         Status::Ok},
        {"an unknown class shows later",
         "__EventFilter",
         {{"QueryLanguage", "wql"}, {"Query", "SELECT * FROM NoSuchClass"}},
         Status::Ok},
        {"no language", "__EventFilter", {{"Query", "SELECT * FROM X"}}, Status::IllegalNull},
        {"no query", "__EventFilter", {{"QueryLanguage", "WQL"}}, Status::IllegalNull},
        {"another language",
         "__EventFilter",
         {{"QueryLanguage", "CQL"}, {"Query", "SELECT * FROM X"}},
         Status::InvalidQueryType},
        {"no sentence",
         "__EventFilter",
         {{"QueryLanguage", "WQL"}, {"Query", "SELECT FROM"}},
         Status::UnparsableQuery},
        {"a binding",
         "__FilterToConsumerBinding",
         {{"Filter", filter}, {"Consumer", consumer}},
         Status::Ok},
        {"synchronous",
         "__FilterToConsumerBinding",
         {{"Filter", filter}, {"Consumer", consumer}, {"DeliveryQoS", 0U}},
         Status::Ok},
        {"guaranteed",
         "__FilterToConsumerBinding",
         {{"Filter", filter}, {"Consumer", consumer}, {"DeliveryQoS", 2U}},
         Status::Ok},
        {"unheard of",
         "__FilterToConsumerBinding",
         {{"Filter", filter}, {"Consumer", consumer}, {"DeliveryQoS", 3U}},
         Status::InvalidParameter},
        {"half a binding", "__FilterToConsumerBinding", {{"Filter", filter}}, Status::IllegalNull},
        {"to a class",
         "__FilterToConsumerBinding",
         {{"Filter", filter}, {"Consumer", "C"}},
         Status::InvalidParameter},
    };
    for (const auto& each : cases) {
        const auto ready = apply_put_rules(make(each.class_name, each.values), root);
        EXPECT_EQ(ready ? Status::Ok : ready.error().status, each.expected) << each.what;
    }
}

TEST(PutRulesTest, aFilterNeedsItsLanguageAndItsQuery) {
    const auto status = [](Values values) {
        const auto put = apply_put_rules(make("__EventFilter", std::move(values)), root);
        return put ? Status::Ok : put.error().status;
    };
    const cim::Value query = "SELECT * FROM X";
    PROVES("SYS-133", {
        EXPECT_EQ(status({{"Name", "f"}, {"Query", query}}), Status::IllegalNull);
        EXPECT_EQ(status({{"Name", "f"}, {"QueryLanguage", "WQL"}}), Status::IllegalNull);
        // Without a Name it passes: the store makes one (SYS-028).
        EXPECT_EQ(status({{"QueryLanguage", "WQL"}, {"Query", query}}), Status::Ok);
    });
}

TEST(PutRulesTest, theServiceSaysWhoMadeIt) {
    const auto filter = make("__EventFilter", {{"QueryLanguage", "WQL"},
                                               {"Query", "SELECT * FROM X"},
                                               {"CreatorSID", cim::Unsigneds{1, 2, 3}}});
    const auto creator = [&](const security::Identity& who) {
        const auto bytes =
            (*apply_put_rules(filter, who))->find("CreatorSID")->get<cim::Unsigneds>();
        std::string text;
        for (const auto byte : bytes) text.push_back(static_cast<char>(byte));
        return security::Sid::of_bytes(text).value();
    };
    PROVES("SYS-023", EXPECT_EQ(creator(root), security::Sid::administrators()));
    PROVES("OD-004", EXPECT_EQ(creator(somebody), security::Sid::of_uid(54321)));
}

TEST(PutRulesTest, onlyAdministratorsRegisterProviders) {
    const auto provider = make("__Win32Provider", {{"Name", "P"}});
    PROVES("PRV-002",
           EXPECT_EQ(apply_put_rules(provider, somebody).error().status, Status::AccessDenied));
    PROVES(
        "PRV-002",
        EXPECT_EQ(check_may_change(*cim::find_system_class("__EventProviderRegistration"), somebody)
                      .error()
                      .status,
                  Status::AccessDenied));
    for (const char* name :
         {"__Win32Provider", "__ClassProviderRegistration", "__EventConsumerProviderRegistration",
          "__EventProviderRegistration", "__InstanceProviderRegistration",
          "__MethodProviderRegistration", "__PropertyProviderRegistration"}) {
        const auto& cls = *cim::find_system_class(name);
        const auto refused = check_may_change(cls, somebody);  // asked by puts and deletes alike
        ASSERT_FALSE(refused) << name;
        PROVES("SYS-103", EXPECT_EQ(refused.error().status, Status::AccessDenied) << name);
        PROVES("SYS-103", EXPECT_TRUE(check_may_change(cls, root)) << name);
    }
    EXPECT_TRUE(apply_put_rules(provider, root));
    EXPECT_TRUE(apply_put_rules(provider, security::Identity::of_service()));
}

}  // namespace
}  // namespace openwmi::core
