#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace openwmi::bench {

// One line of the result: the same work done by us and by the peer, alternately, in one run.
struct Comparison {
    std::string what;
    std::size_t rows = 0;
    double our_us = 0;   // medians, for one item
    double peer_us = 0;  // 0: there is no peer
    double ratio = 0;    // median of the ratios of each round
    double lowest = 0;
    double highest = 0;
};

// How long the work takes, in microseconds.
double microseconds(const std::function<void()>& work);

// The most resident memory that this process has while it works, in KiB.
std::size_t highest_kib(const std::function<void()>& work);

// Runs both alternately, `rounds` times; each does `items` things. Null: no peer.
struct Contest {
    std::string what;
    std::size_t rows = 0;
    std::size_t items = 1;
    std::size_t rounds = 5;
    std::function<void()> ours;
    std::function<void()> peer;
};
Comparison compare(const Contest& contest);

void print_table(const std::vector<Comparison>& all);
bool write_json(const std::vector<Comparison>& all, const std::string& file);

}  // namespace openwmi::bench
