#include "cli/embedded.h"

#include <fstream>
#include <iterator>

#include "cli/rendering.h"

namespace openwmi::cli {

scenarios::World::Options embedded_world(std::uint64_t seed) {
    return {.seed = seed,
            .state_folder = {},
            .make_entrance =
                [](scenarios::TestProvider& provider, base::Executor&) {
                    return scenarios::make_core_entrance(provider, scenarios::Plays::Everybody);
                },
            .render = standard_rendering(),
            .raises_unasked = true};
}

Result<scenarios::Parsed> read_scenario(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream || std::filesystem::is_directory(file)) {
        return fail(Status::NotFound, "{} cannot be read", file.string());
    }
    auto parsed = scenarios::parse(text, file.string());
    parsed.scenario.folder = file.parent_path();
    return parsed;
}

}  // namespace openwmi::cli
