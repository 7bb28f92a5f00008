#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "scenarios/parser.h"
#include "scenarios/world.h"

namespace openwmi::cli {

// The whole engine in this process, on virtual time and in memory, for what needs no service. No
// provider and no consumer of anybody is run: all of them are played.
scenarios::World::Options embedded_world(std::uint64_t seed = 1);

// A scenario file. Fails with NotFound where it cannot be read; mistakes are the parser's.
Result<scenarios::Parsed> read_scenario(const std::filesystem::path& file);

}  // namespace openwmi::cli
