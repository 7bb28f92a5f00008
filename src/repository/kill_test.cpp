#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "repository/testing/store_fixture.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {
namespace {

// What the store holds: values of instances, versions of classes.
struct Content {
    std::map<int, int> values;
    std::map<int, int> classes;
    friend bool operator==(const Content&, const Content&) = default;
};

// One change of a transaction; negative values delete.
struct Step {
    bool of_class = false;
    int id = 0;
    int value = 0;
};

// The transactions of one seed: number n is the same in the process that is killed and in the one
// that judges what is left.
std::vector<Step> steps_of(std::uint64_t seed, int number) {
    std::mt19937_64 random(seed * 1'000'003 + static_cast<std::uint64_t>(number));
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    std::vector<Step> result(static_cast<std::size_t>(2 + below(6)));
    for (auto& step : result) {
        step.of_class = below(6) == 0;
        step.id = below(step.of_class ? 5 : 40);
        step.value = !step.of_class && below(3) == 0 ? -1 : number;
    }
    return result;
}

void play(Content& content, const std::vector<Step>& steps) {
    for (const auto& step : steps) {
        auto& part = step.of_class ? content.classes : content.values;
        if (step.value < 0) {
            part.erase(step.id);
        } else {
            part[step.id] = step.value;
        }
    }
}

class KillTest : public testing::Test, protected StoreSteps {
  protected:
    static std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
        const char* text = std::getenv(variable);
        return text ? std::strtoull(text, nullptr, 10) : otherwise;
    }

    void open_file() { open({.folder = folder_ / "repository"}); }

    Result<> run(const std::vector<Step>& steps) {
        auto transaction = store->begin();
        for (const auto& step : steps) {
            if (step.of_class) {
                const auto name = fmt::format("Class{}", step.id);
                WMI_TRY(
                    transaction.put_class(ns, Declare(name.c_str())
                                                  .key("Id")
                                                  .description(std::to_string(step.value).c_str())
                                                  .done()));
                continue;
            }
            if (step.value < 0) {
                const auto gone =
                    transaction.delete_instance(ns, path_of(fmt::format("Cell.Id={}", step.id)));
                if (!gone && gone.error().status != Status::NotFound) return gone;
                continue;
            }
            WMI_TRY(transaction.put_instance(
                ns,
                *make("Cell",
                      {{"Id", step.id}, {"Value", step.value}, {"Text", std::string(2000, 'x')}})));
        }
        return transaction.commit();
    }

    // The child: transaction after transaction, each acknowledged once it is committed.
    [[noreturn]] void be_killed(std::uint64_t seed, int number, int acknowledgements) {
        open_file();
        for (; store; ++number) {
            if (!run(steps_of(seed, number))) break;
            if (::write(acknowledgements, &number, sizeof number) != sizeof number) break;
        }
        ::_exit(1);
    }

    // Runs a child from transaction `next` on, kills it after `commits` acknowledgements and some
    // more microseconds; the number of the last acknowledged one.
    int kill_one(std::uint64_t seed, int next, int commits, int microseconds) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            be_killed(seed, next, ends[1]);
        }
        ::close(ends[1]);
        int last = next - 1;
        int number = 0;
        while (commits-- > 0 && ::read(ends[0], &number, sizeof number) == sizeof number) {
            last = number;
        }
        ::usleep(static_cast<useconds_t>(microseconds));  // anywhere within a transaction
        EXPECT_EQ(::kill(child, SIGKILL), 0);
        while (::read(ends[0], &number, sizeof number) == sizeof number) last = number;
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
        return last;
    }

    Content content() {
        Content result;
        std::string after;
        do {
            const auto page = store->enumerate(ns, "Cell", true, after);
            EXPECT_TRUE(page) << to_text(page.error());
            if (!page) return result;
            for (const auto& each : page->instances) {
                result.values[static_cast<int>(each->find("Id")->get<std::int64_t>())] =
                    static_cast<int>(each->find("Value")->get<std::int64_t>());
            }
            after = page->next;
        } while (!after.empty());
        for (int id = 0; id < 5; ++id) {
            const auto name = fmt::format("Class{}", id);
            const auto cls = store->schema(ns)->find_class(name.c_str());
            if (!cls) continue;
            const auto* description = cls->qualifiers().find("Description");
            result.classes[id] = std::atoi(description->value.get<std::string>().c_str());
        }
        return result;
    }

  private:
    support::TemporaryFolder folder_;
};

TEST_F(KillTest, EveryAcknowledgedTransactionIsThereAndNoneIsHalf) {
    const auto seed = number_of("OPENWMI_KILL_SEED", 1);
    const auto kills = number_of("OPENWMI_KILLS", 8);
    SCOPED_TRACE(fmt::format("OPENWMI_KILL_SEED={}", seed));
    open_file();
    ASSERT_TRUE(put_class(Declare("Cell")
                              .key("Id", cim::CimType::Sint32)
                              .property("Value")
                              .on_property(flag("indexed"))
                              .property("Text", cim::CimType::String)));
    store.reset();
    std::mt19937_64 random(seed);
    Content model;
    int next = 0;
    std::uint64_t in_flight = 0;
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        SCOPED_TRACE(kill);
        const int commits = static_cast<int>(random() % 6);
        const int last = kill_one(seed, next, commits, static_cast<int>(random() % 20'000));
        for (; next <= last; ++next) play(model, steps_of(seed, next));
        auto one_more = model;
        play(one_more, steps_of(seed, next));
        ASSERT_NO_FATAL_FAILURE(open_file());
        const auto found = content();
        ASSERT_TRUE(found == model || found == one_more)
            << "after transaction " << last << " an acknowledged one is gone or one is half there";
        const auto verified = store->verify();
        ASSERT_TRUE(verified) << to_text(verified.error());
        ASSERT_TRUE(verified->whole()) << verified->problems.front();
        if (found != model) {
            ++in_flight;
            ++next;
            model = one_more;
        }
        store.reset();
    }
    EXPECT_GT(next, 0);
    std::cout << fmt::format(
        "seed {}: {} kills, {} transactions, {} of them committed and not yet acknowledged\n", seed,
        kills, next, in_flight);
}

}  // namespace
}  // namespace openwmi::repository
