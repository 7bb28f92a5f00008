#include "server/apply_folders.h"

#include <system_error>

#include "core/apply.h"
#include "mof/source.h"

namespace openwmi::server {

namespace fs = std::filesystem;

namespace {

Result<std::vector<mof::Document>> read(const fs::path& folder, const Log& log) {
    std::vector<mof::Document> documents;
    for (const auto& path : WMI_TRY(mof::files_under(folder))) {
        const auto file = WMI_TRY(mof::FileReader::open(path.string()));
        mof::FileReader reader;
        mof::ParseOptions options;
        options.reader = &reader;
        documents.push_back(mof::parse(file.bytes, file.name, options));
        for (const auto& each : documents.back().diagnostics) {
            if (each.severity != base::Severity::Error) continue;
            log.error("apply", documents.back().render(each), {{"file", path.string()}});
        }
    }
    return documents;
}

Result<core::Applied> apply_one(const fs::path& folder,
                                const std::shared_ptr<core::Session>& session,
                                base::Executor& executor, const Log& log) {
    const auto documents = WMI_TRY(read(folder, log));
    std::error_code code;
    return core::apply(documents, session, executor,
                       {.source = fs::weakly_canonical(folder, code).string()});
}

}  // namespace

void apply_folders(const std::vector<fs::path>& folders,
                   const std::shared_ptr<core::Session>& session, base::Executor& executor,
                   const Log& log) {
    for (const auto& folder : folders) {
        const auto applied = apply_one(folder, session, executor, log);
        if (!applied) {
            log.error("apply", to_text(applied.error()), {{"folder", folder.string()}});
            continue;
        }
        if (!applied->ok()) {
            log.error("apply", mof::summary(*applied->failed), {{"file", applied->failed_file}});
        }
        log.info("apply", "applied a folder",
                 {{"folder", folder.string()},
                  {"changed", std::to_string(applied->changes.size())},
                  {"unchanged", std::to_string(applied->unchanged)}});
    }
}

}  // namespace openwmi::server
