#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>

#include "mof/compiler.h"
#include "mof/parser.h"
#include "mof/source.h"
#include "scenarios/fixture.h"
#include "scenarios/world.h"
#include "wql/query.h"

// Filters that people published, put into a service that has our own classes.
namespace openwmi::scenarios {
namespace {

const auto place = cim::NamespacePath::literal("root\\cimv2");

std::vector<std::string> published_filters(const std::filesystem::path& corpus) {
    constexpr std::string_view newline = "\xE2\x90\xA4";  // stands for one within a query
    std::ifstream stream(corpus / "wql" / "events.txt");
    EXPECT_TRUE(stream);
    std::vector<std::string> all;
    for (std::string line; std::getline(stream, line);) {
        line = line.substr(0, line.find('\t'));
        for (auto at = line.find(newline); at != std::string::npos; at = line.find(newline)) {
            line.replace(at, newline.size(), "\n");
        }
        all.push_back(std::move(line));
    }
    return all;
}

// The classes that a query names and nobody has, read from its text: what the service makes of the
// query is what is tested.
std::set<std::string> missing_classes(const std::string& text, const cim::Schema& schema) {
    static const std::regex named(R"re((\bFROM\s+|\bISA\s+["']?|__CLASS\s*=\s*["'])(\w+))re",
                                  std::regex::icase);
    std::set<std::string> missing;
    for (std::sregex_iterator each(text.begin(), text.end(), named), end; each != end; ++each) {
        const auto name = (*each)[2].str();
        if (!schema.find_class(cim::Name(name))) missing.insert(name);
    }
    return missing;
}

bool says(const std::string& sentence, const std::string& name) {
    return std::regex_search(sentence, std::regex("\\b" + name + "\\b", std::regex::icase));
}

// What keeps a filter whose classes exist from being live, by the documentation.
constexpr std::string_view documented[] = {
    "has no WITHIN clause",          // WQL-046
    "needs a condition that names",  // WQL-047
    "has no property",               // WQL-026
    "is no event class",             // WQL-043
};

class FiltersCorpusTest : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("OPENWMI_CORPUS");
        if (!folder) GTEST_SKIP() << "OPENWMI_CORPUS is not set: no published filters to activate";
        corpus = folder;
        ASSERT_TRUE(world.start());
        for (const auto* file : {"sources/process/process.mof", "sources/clock/clock.mof",
                                 "sources/troubleshooting/troubleshooting.mof"}) {
            const auto source =
                mof::FileReader::open(std::string(OPENWMI_SOURCE_FOLDER) + "/" + file);
            ASSERT_TRUE(source) << to_text(source.error());
            compile(source->bytes);
        }
        compile(std::string("#pragma namespace(\"root\\\\cimv2\")\n") + fixture_mof +
                "instance of TestConsumer { Name = \"taker\"; };");
    }
    void compile(const std::string& text) {
        const auto report = mof::compile(mof::parse(text, "x.mof"), world.door().objects(), {});
        ASSERT_TRUE(report.ok()) << mof::summary(report);
        world.executor().drain();
    }
    // False: a Put refuses it, because it is no query.
    bool put(const std::string& name, const std::string& query) {
        auto& objects = world.door().objects();
        cim::InstanceBuilder filter(objects.find_class(place, "__EventFilter").value());
        EXPECT_TRUE(filter.set("Name", cim::Value(name)) &&
                    filter.set("QueryLanguage", cim::Value("WQL")) &&
                    filter.set("Query", cim::Value(query)));
        if (!objects.put_instance(place, filter.build(), {})) return false;
        cim::InstanceBuilder binding(
            objects.find_class(place, "__FilterToConsumerBinding").value());
        EXPECT_TRUE(binding.set("Filter", cim::Value("__EventFilter.Name=" + cim::quote(name))) &&
                    binding.set("Consumer", cim::Value("TestConsumer.Name=\"taker\"")));
        EXPECT_TRUE(objects.put_instance(place, binding.build(), {}));
        world.executor().drain();
        return true;
    }
    eventing::SubscriptionStatus status(const std::string& name) {
        const auto ending = "Name=" + cim::quote(name);
        for (auto& each : world.service().subscriptions()) {
            if (each.filter.ends_with(ending)) return each;
        }
        ADD_FAILURE() << name;
        return {};
    }

    // Events are matched against it.
    static bool is_live(core::Session& session, const std::string& name) {
        const auto explained = session.explain_filter(
            *cim::ObjectPath::parse("__EventFilter.Name=" + cim::quote(name)));
        return explained && explained->filter.live_since;
    }

    std::filesystem::path corpus;
    World world{{.make_entrance =
                     [](TestProvider& provider, base::Executor&) {
                         return make_core_entrance(provider, Plays::Everybody);
                     },
                 .render = {}}};
};

TEST_F(FiltersCorpusTest, ActivateOrNameTheMissingClass) {
    const auto session = world.service().open_session(security::Identity::of_service(), place);
    const auto schema = (*session)->schema();
    std::size_t active = 0;
    std::size_t waiting = 0;
    std::size_t refused = 0;
    std::size_t other = 0;
    const auto queries = published_filters(corpus);
    ASSERT_GT(queries.size(), 100U);
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const auto& query = queries[i];
        const auto name = "filter " + std::to_string(i);
        if (!put(name, query)) {
            EXPECT_FALSE(wql::parse(query)) << query;
            ++refused;
            continue;
        }
        const auto found = status(name);
        const auto missing = missing_classes(query, *schema);
        for (const auto& each : missing) {
            EXPECT_TRUE(says(found.reason, each)) << each << " of " << query << "\n"
                                                  << to_text(found.state) << ": " << found.reason;
        }
        if (!missing.empty()) {
            EXPECT_TRUE(found.state == eventing::State::Broken ||
                        found.state == eventing::State::Degraded)
                << query;
            ++waiting;
        } else if (found.state == eventing::State::Active) {
            EXPECT_TRUE(is_live(**session, name)) << query;
            ++active;
        } else {
            EXPECT_TRUE(std::ranges::any_of(
                documented,
                [&](std::string_view why) { return found.reason.find(why) != std::string::npos; }))
                << query << "\n"
                << to_text(found.state) << ": " << found.reason;
            ++other;
        }
    }
    std::cout << fmt::format(
        "{} filters: {} active, {} name the missing class, {} broken as documented, {} no "
        "queries\n",
        queries.size(), active, waiting, other, refused);
    EXPECT_GT(active, 10U);
    EXPECT_GT(waiting, 10U);
}

}  // namespace
}  // namespace openwmi::scenarios
