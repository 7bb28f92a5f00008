// scenario_test [--seed N] [--filter TEXT] [--check] [PATH]: runs the scenario, or every one of the
// folder, under every configuration, and says which did not hold. With --check it only reads them.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/configuration.h"
#include "scenarios/parser.h"
#include "scenarios/run.h"
#include "scenarios/runner/com_entrance.h"
#include "scenarios/runner/report.h"
#include "support/temporary_folder.h"

namespace openwmi::scenarios {
namespace {

// Of the machine's memory where it has such a folder: the tests are about what is kept, not about
// how long a disk takes to keep it.
std::filesystem::path fast_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), W_OK | X_OK) == 0;
    return usable ? memory : std::filesystem::temp_directory_path();
}

std::optional<Failure> execute(const Scenario& scenario, const Configuration& configuration,
                               std::uint64_t seed) {
    std::optional<support::TemporaryFolder> folder;
    if (configuration.store == Configuration::StoreKind::File) folder.emplace(fast_folder());
    World::Options world{.seed = seed,
                         .matcher = configuration.matcher,
                         .state_folder = folder ? folder->path() : std::filesystem::path(),
                         .make_entrance = entrance_maker(configuration.door),
                         .render = {}};
    const auto restarts =
        configuration.restarts ? Run::Restarts::AfterEachStep : Run::Restarts::AsWritten;
    return Run(scenario, std::move(world), restarts).execute();
}

constexpr std::uint64_t default_seed = 1;
// Of all scenarios, those that may not be restarted after each step.
constexpr double most_without_restarts = 0.15;

struct Arguments {
    std::uint64_t seed = default_seed;
    std::string filter;
    bool only_check = false;
    std::filesystem::path path = OPENWMI_SCENARIOS;

    // Is it all that is to be run?
    bool is_whole_folder() const { return filter.empty() && std::filesystem::is_directory(path); }
};

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Arguments> read_arguments(std::vector<std::string_view> words) {
    Arguments arguments;
    if (const char* seed = std::getenv("OPENWMI_SEED"); seed && *seed) {
        const auto number = to_number(seed);
        if (!number) return std::nullopt;
        arguments.seed = *number;
    }
    for (auto word = words.begin(); word != words.end(); ++word) {
        const bool has_value = word + 1 != words.end();
        if (*word == "--seed" && has_value) {
            const auto number = to_number(*++word);
            if (!number) return std::nullopt;
            arguments.seed = *number;
        } else if (*word == "--filter" && has_value) {
            arguments.filter = *++word;
        } else if (*word == "--check") {
            arguments.only_check = true;
        } else if (word->starts_with("-")) {
            return std::nullopt;
        } else {
            arguments.path = *word;
        }
    }
    return arguments;
}

// What ran and how it went. Confined.
class Suite {
  public:
    explicit Suite(const Arguments& arguments) : arguments_(arguments) {}

    void run_all();
    // True when everything held.
    bool finish() const;

  private:
    void run_file(const std::filesystem::path& file);
    void run(const Scenario& scenario);

    const Arguments& arguments_;
    std::size_t files_ = 0;
    std::size_t files_without_restarts_ = 0;
    std::size_t runs_ = 0;
    std::size_t failed_ = 0;
};

void Suite::run_all() {
    if (std::filesystem::is_regular_file(arguments_.path)) return run_file(arguments_.path);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(arguments_.path)) {
        const bool wanted =
            entry.path().filename().string().find(arguments_.filter) != std::string::npos;
        if (entry.path().extension() == ".test" && wanted) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) run_file(file);
}

void Suite::run_file(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    auto parsed = parse(text.str(), "tests/scenarios/" + file.filename().string());
    parsed.scenario.folder = file.parent_path();
    ++files_;
    for (const auto& mistake : parsed.mistakes)
        fmt::print("{}:{}: {}\n", parsed.scenario.file, mistake.line, mistake.text);
    if (!parsed.mistakes.empty()) {
        ++failed_;
    } else {
        run(parsed.scenario);
    }
}

void Suite::run(const Scenario& scenario) {
    if (!scenario.survives_restarts) ++files_without_restarts_;
    if (arguments_.only_check) return;
    RowReport rows(scenario);
    for (const auto& configuration : configurations_for(scenario)) {
        const auto failure = execute(scenario, configuration, arguments_.seed);
        rows.add(failure);
        ++runs_;
        if (!failure) continue;
        ++failed_;
        fmt::print("{}:{}: [{}] expected {}; got {}\n", scenario.file, failure->line,
                   configuration.text(), failure->expected, failure->got);
        std::fflush(stdout);
    }
    rows.write();
}

bool Suite::finish() const {
    fmt::print("{} scenarios ({} of them without restarts), {} runs, {} failed; seed {}\n", files_,
               files_without_restarts_, runs_, failed_, arguments_.seed);
    fmt::print("(restarts are not combined with the store in memory: nothing would survive one)\n");
    const bool few_exceptions =
        !arguments_.is_whole_folder() || static_cast<double>(files_without_restarts_) <=
                                             most_without_restarts * static_cast<double>(files_);
    if (!few_exceptions) fmt::print("too many scenarios are not restarted after each step\n");
    return failed_ == 0 && files_ != 0 && few_exceptions;
}

}  // namespace
}  // namespace openwmi::scenarios

int main(int count, char** words) {
    const auto arguments = openwmi::scenarios::read_arguments({words + 1, words + count});
    if (!arguments) {
        std::fputs("usage: scenario_test [--seed N] [--filter TEXT] [--check] [PATH]\n", stderr);
        return 2;
    }
    openwmi::scenarios::Suite suite(*arguments);
    suite.run_all();
    return suite.finish() ? 0 : 1;
}
