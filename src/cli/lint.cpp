#include <nlohmann/json.hpp>

#include "cli/embedded.h"
#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "mof/source.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

struct Finding {
    std::string subject;
    std::string code;
    std::string text;
    bool certain = true;
};
using Findings = std::vector<Finding>;

Result<Findings> ask_service(const Setting& setting) {
    const ServiceDoor door(setting.socket);
    const auto answer = Json::parse(WMI_TRY(door.get(http::Target("/v1/lint"))), nullptr, false);
    if (!answer.is_object() || !answer.contains("findings")) {
        return fail(Status::TransportFailure, "the service's answer is not understood");
    }
    Findings findings;
    for (const auto& each : answer["findings"]) {
        findings.push_back({each.value("subject", ""), each.value("code", ""),
                            each.value("text", ""), each.value("certain", true)});
    }
    return findings;
}

// The files, compiled into an engine of our own that runs nothing of what they name.
class Bench {
  public:
    Bench() : world_(embedded_world()) {}

    Result<> start() {
        WMI_TRY(world_.start());
        session_ = WMI_TRY(world_.service().open_session(security::Identity::of_service(),
                                                         cim::NamespacePath::root()));
        return {};
    }

    // False: it has mistakes, which were told or are among the findings.
    Result<bool> compile(const std::filesystem::path& file) {
        const auto source = WMI_TRY(mof::FileReader::open(file.string()));
        mof::FileReader reader;
        mof::ParseOptions options;
        options.reader = &reader;
        const auto document = mof::parse(source.bytes, source.name, options);
        for (const auto& each : document.diagnostics) {
            if (each.severity != base::Severity::Error) continue;
            findings_.push_back({file.string(), "mof", document.render(each), true});
        }
        if (!document.ok()) return false;
        core::SessionTarget target(session_, world_.executor());
        const auto report = mof::compile(
            document, target, {.name_space = cim::NamespacePath::literal("root\\default")});
        world_.executor().drain();
        if (report.ok()) return true;
        auto text = mof::summary(report);
        if (report.error.status == Status::InvalidClass) {
            text += "; --classes names the MOF files or folders that have it";
        }
        findings_.push_back({file.string(), "refused", std::move(text), true});
        return false;
    }

    Result<> look() {
        // On the machine where it will run, the service is root's.
        for (auto& each : WMI_TRY(session_->lint({}))) {
            findings_.push_back({std::move(each.subject), std::move(each.code),
                                 std::move(each.text), each.certain});
        }
        return {};
    }
    Findings take() { return std::move(findings_); }

  private:
    scenarios::World world_;
    std::shared_ptr<core::Session> session_;
    Findings findings_;
};

// What the files may refer to: the classes of the standard consumers and sources.
Result<> compile_needed(Bench& bench, const LintOptions& options) {
    auto needed = options.classes;
    std::error_code error;
    if (needed.empty() && std::filesystem::is_directory(OPENWMI_SHIPPED_MOFS, error)) {
        needed.emplace_back(OPENWMI_SHIPPED_MOFS);
    }
    for (const auto& each : needed) {
        std::vector<std::filesystem::path> files{each};
        if (std::filesystem::is_directory(each, error)) files = WMI_TRY(mof::files_under(each));
        for (const auto& file : files) WMI_TRY(bench.compile(file));
    }
    return {};
}

Result<Findings> look_at_files(const LintOptions& options) {
    Bench bench;
    WMI_TRY(bench.start());
    WMI_TRY(compile_needed(bench, options));
    for (const auto& file : options.files) WMI_TRY(bench.compile(file));
    WMI_TRY(bench.look());
    return bench.take();
}

void print(const Setting& setting, const Findings& findings) {
    const auto& terminal = setting.terminal;
    std::string subject;
    for (const auto& each : findings) {
        if (each.subject != subject) {
            subject = each.subject;
            terminal.line(terminal.paint(Style::Bold, printable(subject)));
        }
        const auto style = each.certain ? Style::Bad : Style::Warn;
        const auto text =
            each.code == "mof" ? painted_diagnostic(terminal, each.text) : printable(each.text);
        terminal.line(fmt::format("  {} {} {}",
                                  terminal.paint(style, each.certain ? "error:" : "warning:"), text,
                                  terminal.paint(Style::Dim, "[" + printable(each.code) + "]")));
    }
    if (findings.empty()) terminal.line(terminal.paint(Style::Good, "nothing found"));
}

}  // namespace

int lint(const Setting& setting, const LintOptions& options) {
    if (options.service != options.files.empty()) {
        setting.terminal.note("openwmi: lint needs MOF files, or --service");
        return usage;
    }
    const auto findings = options.service ? ask_service(setting) : look_at_files(options);
    if (!findings) return setting.terminal.complain(findings.error());
    if (setting.json) {
        auto all = Json::array();
        for (const auto& each : *findings) {
            all.push_back({{"subject", each.subject},
                           {"code", each.code},
                           {"text", each.text},
                           {"certain", each.certain}});
        }
        const Json json{{"ok", findings->empty()}, {"findings", std::move(all)}};
        setting.terminal.line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
        print(setting, *findings);
    }
    return findings->empty() ? ok : problems_found;
}

}  // namespace openwmi::cli
