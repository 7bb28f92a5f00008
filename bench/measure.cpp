#include "measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace openwmi::bench {
namespace {

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double load_average() {
    double load = 0;
    return ::getloadavg(&load, 1) == 1 ? load : 0;
}

// Of /proc/self/status, e.g. VmHWM.
std::size_t status_kib(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) return std::stoull(line.substr(name.size() + 1));
    }
    return 0;
}

}  // namespace

std::size_t highest_kib(const std::function<void()>& work) {
    std::ofstream("/proc/self/clear_refs") << '5';  // the highest mark falls to the present one
    work();
    return status_kib("VmHWM");
}

double microseconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const auto end = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::micro>(end - begin).count();
}

Comparison compare(const Contest& contest) {
    std::vector<double> ours;
    std::vector<double> peers;
    std::vector<double> ratios;
    const auto items = static_cast<double>(contest.items);
    for (std::size_t round = 0; round < contest.rounds; ++round) {
        ours.push_back(microseconds(contest.ours) / items);
        if (!contest.peer) continue;
        peers.push_back(microseconds(contest.peer) / items);
        ratios.push_back(ours.back() / peers.back());
    }
    Comparison result{
        contest.what, contest.rows, median(ours), median(peers), median(ratios), 0, 0};
    if (!ratios.empty()) {
        result.lowest = *std::ranges::min_element(ratios);
        result.highest = *std::ranges::max_element(ratios);
    }
    return result;
}

void print_table(const std::vector<Comparison>& all) {
    fmt::print("| what | rows | OpenWMI us | SQLite us | ratio | lowest to highest |\n");
    fmt::print("|---|---|---|---|---|---|\n");
    for (const auto& each : all) {
        if (each.peer_us == 0) {
            fmt::print("| {} | {} | {:.2f} | | | |\n", each.what, each.rows, each.our_us);
            continue;
        }
        fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} to {:.2f} |\n", each.what,
                   each.rows, each.our_us, each.peer_us, each.ratio, each.lowest, each.highest);
    }
    fmt::print("\nload average {:.2f}\n", load_average());
}

bool write_json(const std::vector<Comparison>& all, const std::string& file) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& each : all) {
        list.push_back({{"what", each.what},
                        {"rows", each.rows},
                        {"openwmi_us", each.our_us},
                        {"sqlite_us", each.peer_us},
                        {"ratio", each.ratio},
                        {"lowest", each.lowest},
                        {"highest", each.highest}});
    }
    std::ofstream out(file);
    out << nlohmann::ordered_json{{"load_average", load_average()}, {"results", list}}.dump(2)
        << '\n';
    return static_cast<bool>(out);
}

}  // namespace openwmi::bench
