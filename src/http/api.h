#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "core/restore.h"
#include "core/service.h"
#include "http/exchange.h"
#include "http/live_stream.h"

namespace openwmi::http {

// The verbs of docs/formats/http-api.md over a running service. Handlers wait where they must, so
// they run on an executor of their own. Thread-safe.
class Api {
  public:
    struct About {
        std::string version;
        base::WallTime started;
        std::filesystem::path state_folder;
        core::RestartWith restart;
    };
    // All must outlive it and every request.
    Api(core::Service& service, LiveStream& live, const base::Clock& clock, About about)
        : service_(service), live_(live), clock_(clock), about_(std::move(about)) {}

    void handle(const Request& request, const ReplyPtr& reply) const;

  private:
    using Verb = Result<> (Api::*)(const Request&, const ReplyPtr&) const;
    struct Route {
        std::string_view method;
        std::string_view path;
        Verb verb;
    };
    static const Route routes[];

    Result<> answer(const Route& route, const Request& request, const ReplyPtr& reply) const;

    Result<> status(const Request& request, const ReplyPtr& reply) const;
    Result<> subscriptions(const Request& request, const ReplyPtr& reply) const;
    Result<> compile(const Request& request, const ReplyPtr& reply) const;
    Result<> autorecover(const Request& request, const ReplyPtr& reply) const;
    Result<> forget_autorecover(const Request& request, const ReplyPtr& reply) const;
    Result<> recover(const Request& request, const ReplyPtr& reply) const;
    Result<> query(const Request& request, const ReplyPtr& reply) const;
    Result<> watch(const Request& request, const ReplyPtr& reply) const;
    Result<> stream(const Request& request, const ReplyPtr& reply) const;
    Result<> get_object(const Request& request, const ReplyPtr& reply) const;
    Result<> delete_object(const Request& request, const ReplyPtr& reply) const;
    Result<> apply(const Request& request, const ReplyPtr& reply) const;
    Result<> back_up(const Request& request, const ReplyPtr& reply) const;
    Result<> restore(const Request& request, const ReplyPtr& reply) const;
    Result<> verify(const Request& request, const ReplyPtr& reply) const;
    Result<> export_mof(const Request& request, const ReplyPtr& reply) const;
    Result<> enable_filter(const Request& request, const ReplyPtr& reply) const;
    Result<> observe_binding(const Request& request, const ReplyPtr& reply) const;
    Result<> explain(const Request& request, const ReplyPtr& reply) const;
    Result<> lint(const Request& request, const ReplyPtr& reply) const;
    Result<> history(const Request& request, const ReplyPtr& reply) const;
    Result<> dead_letters(const Request& request, const ReplyPtr& reply) const;
    Result<> retry_dead_letters(const Request& request, const ReplyPtr& reply) const;
    Result<> purge_dead_letters(const Request& request, const ReplyPtr& reply) const;
    Result<> call(const Request& request, const ReplyPtr& reply) const;

    Result<std::shared_ptr<core::Session>> session(const Request& request,
                                                   std::string_view name_space) const;

    core::Service& service_;
    LiveStream& live_;
    const base::Clock& clock_;
    const About about_;
};

}  // namespace openwmi::http
