#include "cli/embedded.h"

#include "cli/rendering.h"
#include "cli/text_file.h"

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
    auto parsed = scenarios::parse(WMI_TRY(read_text_file(file)), file.string());
    parsed.scenario.folder = file.parent_path();
    return parsed;
}

}  // namespace openwmi::cli
