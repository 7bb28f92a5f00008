#include "nt_event_log/event_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <openwmi.hpp>
#include <sstream>
#include <thread>

#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::consumers {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

EventRecord record(const std::string& source, const std::string& text) {
    EventRecord made;
    made.source = source;
    made.event_id = 0xC000000A;
    made.strings = {text};
    made.time += std::chrono::microseconds(1'700'000'000'000'007);
    return made;
}

class EventStores : public ::testing::Test {
  protected:
    HRESULT append(std::vector<EventRecord> records) {
        try {
            store_.append(records);
        } catch (const error& e) {
            text_ = e.what();
            return e.code();
        }
        return S_OK;
    }
    HRESULT append(const std::string& text, const std::string& source = "App") {
        return append({record(source, text)});
    }
    // "number text" of each.
    std::vector<std::string> content(const std::string& source = "App") const {
        std::vector<std::string> found;
        for (const std::string& line : store_.read(source)) {
            const auto begin = line.find("Strings\":[\"") + 11;
            found.push_back(std::to_string(*number_of(line)) + " " +
                            line.substr(begin, line.find('"', begin) - begin));
        }
        return found;
    }
    std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(path_, std::ios::binary).rdbuf();
        return text.str();
    }
    void add_bytes(std::string_view bytes) const {
        std::ofstream(path_, std::ios::binary | std::ios::app) << bytes;
    }

    support::TemporaryFolder temporary_;
    fs::path folder_ = temporary_ / "logs";
    EventStore store_{folder_, 3'000};
    fs::path path_ = folder_ / "App.jsonl";
    std::string text_;
};

TEST_F(EventStores, WriteWhatTheyAreGiven) {
    EventRecord full = record("App", "a \"b\"\n\xe2\x82\xac\xff");
    full.type = 16;
    full.category = 7;
    full.strings.emplace_back("");
    full.data = {0, 0xab, 0xff};
    full.user_sid = "S-1-5-18";
    ASSERT_EQ(append({full, record("App", "plain")}), S_OK) << text_;
    PROVES("OD-076",
           EXPECT_THAT(
               store_.read("App"),
               ElementsAre(R"({"RecordNumber":1,"TimeGenerated":"2023-11-14T22:13:20.000007Z",)"
                           R"("SourceName":"App","EventID":3221225482,)"
                           R"("EventType":"audit failure","Category":7,)"
                           R"("InsertionStrings":["a \"b\"\n€�",""],)"
                           R"("Data":"00abff","UserSID":"S-1-5-18"})",
                           HasSubstr(R"("RecordNumber":2,)"))));
    EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
}

TEST_F(EventStores, CountTheRecordsOfEachSource) {
    append("a");
    append("b");
    append("c", "Other");
    PROVES("OD-076", EXPECT_THAT(content(), ElementsAre("1 a", "2 b")));
    PROVES("OD-076", EXPECT_THAT(content("Other"), ElementsAre("1 c")));
    EXPECT_THAT(content("Unknown"), ElementsAre());
    fs::remove(path_);
    append("d");
    EXPECT_THAT(content(), ElementsAre("1 d")) << "an administrator has cleared it";
}

TEST_F(EventStores, HaveASafeFileForWhateverSource) {
    const std::pair<const char*, const char*> names[] = {
        {"../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.jsonl"},
        {"..", "%2E..jsonl"},
        {"50%", "50%25.jsonl"},
        {"a b\n", "a%20b%0A.jsonl"},
        {"\xc3\xa4", "%C3%A4.jsonl"},
        {"App.jsonl.1", "App.jsonl.1.jsonl"}};
    for (const auto& [source, file] : names) {
        append("x", source);
        EXPECT_TRUE(fs::exists(folder_ / file)) << file;
        EXPECT_THAT(content(source), ElementsAre("1 x"));
    }
    EXPECT_EQ(append("x", std::string(250, 'x')), WBEM_E_INVALID_PARAMETER);
}

TEST_F(EventStores, GoOnAfterALineThatWasNeverFinished) {
    append("a");
    const std::string whole = bytes();
    for (std::size_t torn = 1; torn < whole.size(); ++torn) {
        fs::resize_file(path_, whole.size());
        add_bytes(std::string_view(whole).substr(0, torn));
        EXPECT_THAT(content(), ElementsAre("1 a"));
        append("b");
        ASSERT_THAT(content(), ElementsAre("1 a", "2 b")) << torn;
    }
}

TEST_F(EventStores, PassOverWhatIsNoRecord) {
    EventStore large(folder_);
    std::vector<EventRecord> records = {record("App", "a")};
    large.append(records);
    for (const std::string& damage :
         {std::string(200'000, '\0') + "}", std::string(R"({"RecordNumber":"x"})"),
          std::string(3'000'000, 'x'), std::string()}) {
        add_bytes(damage + "\n");
    }
    large.append(records);
    EXPECT_THAT(content(), ElementsAre("1 a", "2 a"));
}

// RLIMIT_FSIZE stands for a full disk: a write gets as far as it can, then fails.
TEST_F(EventStores, TakeBackWhatDoesNotFitOnTheDisk) {
    append("a");
    const std::string before = bytes();
    rlimit old{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit full = old;
    full.rlim_cur = before.size() + 250;  // one record and a half
    setrlimit(RLIMIT_FSIZE, &full);
    const HRESULT hr = append({record("App", "b"), record("App", "c")});
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    PROVES("OD-076", EXPECT_EQ(hr, WBEM_E_OUT_OF_DISK_SPACE));
    EXPECT_THAT(text_, HasSubstr("App.jsonl cannot be written"));
    PROVES("OD-076", EXPECT_EQ(bytes(), before));
    append("d");
    EXPECT_THAT(content(), ElementsAre("1 a", "2 d"));
}

TEST_F(EventStores, RefuseWhatIsNoLog) {
    append("x");
    fs::remove(path_);
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    EXPECT_EQ(append("x"), WBEM_E_FAILED);
    fs::create_symlink(temporary_ / "elsewhere", folder_ / "Link.jsonl");
    EXPECT_EQ(append("x", "Link"), WBEM_E_FAILED);
    EXPECT_FALSE(fs::exists(temporary_ / "elsewhere"));
    EXPECT_EQ(append({record("Big", "x"), record("Big", std::string(1 << 20, 'x'))}),
              WBEM_E_QUOTA_VIOLATION);
    EXPECT_THAT(content("Big"), ElementsAre()) << "all or none";
}

// Also shows that a log that is put aside goes on, and that two files are the most.
TEST_F(EventStores, TakeRecordsFromSeveralAtATime) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                std::vector<EventRecord> records = {record("App", "x"), record("App", "y")};
                store_.append(records);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    const auto left = content();
    ASSERT_GT(left.size(), 10u);
    ASSERT_LT(left.size(), 60u);
    for (std::size_t i = 0; i < left.size(); ++i) {
        EXPECT_EQ(left[i], std::to_string(120 - left.size() + i + 1) +
                               ((left.size() - i) % 2 == 0 ? " x" : " y"));
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
    fs::rename(path_, temporary_ / "archived");
    const auto older = content();
    append("z");
    EXPECT_EQ(std::stoi(content().back()), std::stoi(older.back()) + 1);
}

}  // namespace
}  // namespace openwmi::consumers
