#include <nlohmann/json.hpp>

#include "core/export.h"
#include "http/api.h"
#include "http/arguments.h"
#include "json/json.h"

// The verbs of administrators on the repository.
namespace openwmi::http {

Result<> Api::back_up(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const std::filesystem::path file = WMI_TRY(arguments.text("file"));
    if (!file.is_absolute()) {
        return fail(Status::InvalidParameter, "'{}' does not begin with /", file.string());
    }
    WMI_TRY(WMI_TRY(service_.administer(request.identity))->backup(file));
    reply->send(200, fmt::format(R"({{"file":{}}})", json::quote(file.string())));
    return {};
}

Result<> Api::restore(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const std::filesystem::path file = WMI_TRY(arguments.text("file"));
    const bool force = arguments.json().contains("force") && WMI_TRY(arguments.boolean("force"));
    WMI_TRY(core::restore(service_, request.identity, file,
                          force ? core::Clients::AreDisconnected : core::Clients::MustBeGone,
                          about_.restart));
    reply->send(200, fmt::format(R"({{"file":{}}})", json::quote(file.string())));
    return {};
}

Result<> Api::verify(const Request& request, const ReplyPtr& reply) const {
    const auto found = WMI_TRY(WMI_TRY(service_.administer(request.identity))->verify());
    const nlohmann::ordered_json json{
        {"whole", found.whole()},         {"problems", found.problems},
        {"namespaces", found.namespaces}, {"classes", found.classes},
        {"instances", found.instances},   {"index_entries", found.index_entries},
        {"layouts", found.layouts}};
    reply->send(200, json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return {};
}

Result<> Api::export_mof(const Request& request, const ReplyPtr& reply) const {
    const auto* store = WMI_TRY(service_.administer(request.identity));
    const auto outbox = std::make_shared<Outbox>();
    reply->stream(outbox);
    const auto done = core::export_mof(*store, [&](const std::string& text) -> Result<> {
        if (outbox->write(R"({"mof":)" + json::quote(text) + "}")) return {};
        return fail(Status::CallCancelled, "the client has gone");
    });
    if (!done) outbox->write(R"({"error":)" + error_json(done.error()) + "}");
    outbox->finish();
    return {};
}

}  // namespace openwmi::http
