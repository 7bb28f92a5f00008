#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/mof_files.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

// The documents as the request carries them; empty when one has mistakes, which have been told.
std::optional<Json> read_documents(const Setting& setting, const std::vector<fs::path>& files) {
    auto documents = Json::array();
    bool correct = true;
    for (const auto& file : files) {
        const auto source = mof::FileReader::open(file.string());
        if (!source) {
            setting.terminal.complain(source.error());
            correct = false;
            continue;
        }
        RememberingReader reader;
        mof::ParseOptions parsing;
        parsing.reader = &reader;
        const auto document = mof::parse(source->bytes, source->name, parsing);
        for (const auto& each : document.diagnostics) {
            setting.terminal.note(painted_diagnostic(setting.terminal, document.render(each)));
        }
        correct &= document.ok();
        documents.push_back({{"files", files_json(document, reader)}});
    }
    if (!correct) return std::nullopt;
    return documents;
}

struct Look {
    char mark;
    Style style;
};
Look look_of(const std::string& what) {
    if (what == "created") return {'+', Style::Good};
    if (what == "deleted") return {'-', Style::Bad};
    return {'~', Style::Warn};
}

// The object, and under it what differs in its MOF.
void print_change(const Setting& setting, const Json& change, bool diff) {
    const auto look = look_of(change.value("what", std::string()));
    const auto& terminal = setting.terminal;
    terminal.line(terminal.paint(
        look.style, fmt::format("{} {}", look.mark, printable(change.value("path", "")))));
    if (!diff) return;
    for (const auto& each : change.value("lines", Json::array())) {
        const auto line = each.is_string() ? each.get<std::string>() : std::string(" ");
        const auto style = line.starts_with('+') ? Style::Good : Style::Bad;
        terminal.line("      " + terminal.paint(style, fmt::format("{} {}", line.substr(0, 1),
                                                                   printable(line.substr(1)))));
    }
}

void print_summary(const Setting& setting, const Json& answer, bool dry_run) {
    std::size_t created = 0;
    std::size_t changed = 0;
    std::size_t deleted = 0;
    for (const auto& each : answer.value("changes", Json::array())) {
        const auto what = each.value("what", std::string());
        ++(what == "created" ? created : what == "deleted" ? deleted : changed);
    }
    const auto unchanged = answer.value("unchanged", std::uint64_t{0});
    if (created + changed + deleted == 0) {
        return setting.terminal.line(
            fmt::format("nothing to do: {} objects are as they should be", unchanged));
    }
    setting.terminal.line(fmt::format("{}{} created, {} changed, {} deleted, {} as they were",
                                      dry_run ? "a dry run, nothing was done: " : "", created,
                                      changed, deleted, unchanged));
}

}  // namespace

int apply(const Setting& setting, const ApplyOptions& options) {
    const auto files = mof::files_under(options.folder);
    if (!files) return setting.terminal.complain(files.error());
    const auto documents = read_documents(setting, *files);
    if (!documents) {
        setting.terminal.note(options.folder.string() + ": nothing was applied");
        return problems_found;
    }
    std::error_code code;
    const auto source = fs::weakly_canonical(options.folder, code).string();
    const Json request{{"source", source},
                       {"dry_run", options.dry_run},
                       {"prune", options.prune},
                       {"documents", *documents}};
    const auto text = ServiceDoor(setting.socket).post("/v1/apply", request.dump());
    if (!text) return setting.terminal.complain(text.error());
    const auto answer = Json::parse(*text, nullptr, false);
    if (!answer.is_object()) {
        return setting.terminal.complain(
            {Status::TransportFailure, "the answer is not understood"});
    }
    const bool done = answer.value("ok", false);
    if (setting.json) {
        setting.terminal.line(answer.dump());
        return done ? ok : failed;
    }
    for (const auto& each : answer.value("changes", Json::array())) {
        print_change(setting, each, options.diff);
    }
    print_summary(setting, answer, options.dry_run);
    if (done) return ok;
    setting.terminal.note(setting.terminal.paint(Style::Bad, "stopped: ") +
                          printable(answer.value("file", "") + ": " + answer.value("summary", "")));
    return failed;
}

}  // namespace openwmi::cli
