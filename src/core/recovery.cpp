#include "core/recovery.h"

#include "core/session_target.h"
#include "mof/binary.h"

namespace openwmi::core {

namespace {

Recovered compile(const std::filesystem::path& file, const std::shared_ptr<Session>& session,
                  base::Executor& executor) {
    Recovered recovered{file, {}, {}};
    const auto source = mof::FileReader::open(file.string());
    if (!source) {
        recovered.report.phase = mof::Phase::Parse;
        recovered.report.error = source.error();
        recovered.mistakes.push_back(source.error().message);
        return recovered;
    }
    mof::FileReader reader;
    mof::ParseOptions options;
    options.reader = &reader;
    const auto document = mof::read_document(source->bytes, source->name, options);
    SessionTarget target(session, executor);
    recovered.report = mof::compile(document, target);
    for (const auto& each : recovered.report.diagnostics) {
        if (each.severity != base::Severity::Error) continue;
        recovered.mistakes.push_back(document.render(each));
    }
    return recovered;
}

}  // namespace

Result<std::vector<Recovered>> recover(const AutorecoverList& list,
                                       const std::shared_ptr<Session>& session,
                                       base::Executor& executor) {
    std::vector<Recovered> all;
    for (const auto& file : WMI_TRY(list.files())) {
        all.push_back(compile(file, session, executor));
    }
    return all;
}

}  // namespace openwmi::core
