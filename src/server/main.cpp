// openwmid. Every part of the service is made here, in the order in which the parts need each
// other, and goes in the opposite order. This is the map of the product.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "base/thread_executor.h"
#include "bridge/backup_restore.h"
#include "bridge/loader.h"
#include "bridge/locator.h"
#include "bridge/mof_compiler.h"
#include "com/apartment.h"
#include "core/service.h"
#include "eventing/ess_events.h"
#include "http/api.h"
#include "http/live_stream.h"
#include "http/server.h"
#include "server/apply_folders.h"
#include "server/log.h"
#include "server/notify.h"
#include "server/observers.h"
#include "server/options.h"
#include "server/recovery.h"
#include "server/restart.h"
#include "server/shipped_mofs.h"
#include "server/signals.h"
#include "server/state_folder.h"
#include "server/version.h"

namespace openwmi::server {
namespace {

int run(const Options& options, const base::Clock& clock, const Log& log, Restart& restart) {
    const auto started = clock.wall();
    const Signals signals;
    std::optional<StopLimit> limit;

    if (const auto made = prepare_state_folder(options.state_folder); !made) {
        log.error("server", to_text(made.error()));
        return EXIT_FAILURE;
    }
    restore_if_owed(options.state_folder, log);
    const core::RestartWith restart_with = [&](const std::filesystem::path& backup) {
        return restart.with(backup);
    };

    // Threads: for our own work, for calls into strangers' code, for providers that come up, and
    // for clients of the JSON door, so that none of the four can keep another one from its work.
    base::ThreadExecutor work(clock, {.name = "work"});
    base::ThreadExecutor calls(clock, {.name = "calls", .max_threads = 256, .elastic = true});
    base::ThreadExecutor arrivals(clock, {.name = "arrivals", .elastic = true});
    base::ThreadExecutor requests(clock, {.name = "requests", .elastic = true});

    // Who is told what happens to events.
    http::LiveStream live(clock);
    EventLog event_log(log, clock);
    Observers observers({&live, &event_log});

    // The service: repository, providers, subscriptions.
    const com::Apartment apartment;
    bridge::Loader loader(arrivals, calls);
    std::optional<bridge::LocatorRegistration> locators;
    std::optional<bridge::MofCompilerRegistration> compilers;
    std::optional<bridge::BackupRestoreRegistration> maintenance;
    const auto enter = [&](core::Service& one) {
        const auto self = security::Identity::of_service();
        loader.attach(one);
        if (auto opened = bridge::LocatorRegistration::open(one, calls, self)) {
            locators.emplace(std::move(*opened));
        } else {
            log.error("server", "plug-ins cannot connect: " + to_text(opened.error()));
        }
        if (auto opened = bridge::MofCompilerRegistration::open(one, calls, self)) {
            compilers.emplace(std::move(*opened));
        } else {
            log.error("server", "plug-ins cannot compile MOF: " + to_text(opened.error()));
        }
        if (auto opened = bridge::BackupRestoreRegistration::open(one, self, restart_with)) {
            maintenance.emplace(std::move(*opened));
        } else {
            log.error("server", "plug-ins cannot back up: " + to_text(opened.error()));
        }
    };
    const auto service = core::Service::start({.state_folder = options.state_folder,
                                               .executor = &work,
                                               .calls = &calls,
                                               .loader = &loader,
                                               .observer = &observers,
                                               .naive_matcher = options.naive_matcher,
                                               .on_ready_for_providers = enter});
    if (!service) {
        log.error("server", "the service cannot start: " + to_text(service.error()),
                  {{"state", options.state_folder.string()}});
        return EXIT_FAILURE;
    }
    calls.watch_threads([told = std::weak_ptr((*service)->self_events())](std::uint64_t thread) {
        const auto self_events = told.lock();
        if (self_events) tell_of_thread(*self_events, eventing::ThreadNumber{thread});
    });
    if (const auto self = (*service)->open_session(security::Identity::of_service(),
                                                   cim::NamespacePath::root())) {
        const auto record = options.state_folder / "shipped_mofs";
        forget_shipped_if_owed(**service, record);
        compile_shipped_mofs(options.mofs, record, *self, work, log);
        recover_if_owed(**service, *self, log);
        apply_folders(options.apply, *self, work, log);
    } else {
        log.error("server", to_text(self.error()));
    }

    // The door for tools.
    const http::Api api(**service, live, clock,
                        {.version = std::string(version),
                         .started = started,
                         .state_folder = options.state_folder,
                         .restart = restart_with});
    auto door =
        http::Server::start({.socket = options.socket,
                             .requests = &requests,
                             .notice = [&](std::string_view what) { log.warning("http", what); }},
                            [&](const http::Request& request, const http::ReplyPtr& reply) {
                                api.handle(request, reply);
                            });
    if (!door) {
        log.error("server", "the service cannot be reached: " + to_text(door.error()));
        maintenance.reset();
        compilers.reset();
        locators.reset();
        return EXIT_FAILURE;
    }

    log.info("server", "ready",
             {{"version", version},
              {"state", options.state_folder.string()},
              {"socket", options.socket.string()}});
    notify("READY=1\nSTATUS=Delivering events");

    const int signal = signals.wait();
    log.info("server", "stopping", {{"signal", std::to_string(signal)}});
    notify("STOPPING=1\nSTATUS=Stopping");
    limit.emplace(signals, log);

    // No more requests; then no more deliveries; then no more providers. Threads end last.
    door->reset();
    maintenance.reset();
    (*service)->stop();
    compilers.reset();
    locators.reset();
    requests.stop();
    calls.stop();
    arrivals.stop();
    work.stop();
    log.info("server", "stopped");
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace openwmi::server

int main(int count, char** arguments) {
    using namespace openwmi;
    try {
        const auto read = server::read_options(count, arguments);
        if (const int* code = std::get_if<int>(&read)) return *code;
        const auto& options = std::get<server::Options>(read);
        const base::MachineClock clock;
        const server::Log log(clock, options.log_level);
        server::use_classes(options.classes);
        server::use_event_logs(options.state_folder);
        server::Restart restart(options.state_folder);
        const int code = server::run(options, clock, log, restart);
        if (code == EXIT_SUCCESS && restart.is_wanted()) {
            ::execv("/proc/self/exe", arguments);
            log.error("server", std::string("cannot start again: ") + std::strerror(errno));
            return EXIT_FAILURE;
        }
        return code;
    } catch (const std::exception& failure) {  // of a library: memory, mostly
        std::fputs(failure.what(), stderr);
        return EXIT_FAILURE;
    }
}
