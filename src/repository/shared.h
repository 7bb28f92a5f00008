#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "repository/catalog.h"
#include "repository/folder.h"
#include "repository/layouts.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// What a Store and its Transactions share: two connections to the file, one for the writer and one
// for all readers, and the catalog in memory. Locks are taken in the order they stand here.
// Thread-safe.
struct Shared {
    explicit Shared(Folder f) : folder(std::move(f)) {}

    Folder folder;
    std::string server;
    std::string vfs;
    bool vanished = false;  // the file has no name any more (a store in memory)
    Layouts layouts;

    std::mutex writing;  // held from begin to the end of a transaction
    std::atomic<std::thread::id> writing_thread{};
    std::unique_ptr<Database> writer;  // under `writing`

    // Held while a commit becomes durable and visible: who holds it sees file and catalog agree.
    std::mutex publishing;

    mutable std::mutex reading;
    std::unique_ptr<Database> reader;  // under `reading`

    std::shared_ptr<const Catalog> catalog() const {
        const std::lock_guard lock(catalog_lock_);
        return catalog_;
    }
    void publish(std::shared_ptr<const Catalog> catalog) {
        const std::lock_guard lock(catalog_lock_);
        catalog_ = std::move(catalog);
    }

    // Runs `read(catalog)` on the reader's connection within one read transaction whose file agrees
    // with the catalog, so that nobody sees half a commit. `read` must only collect.
    template <class Read>
    auto consistently(const Read& read) -> decltype(read(std::declval<const Catalog&>())) {
        for (;;) {
            const auto now = catalog();
            {
                const std::lock_guard lock(reading);
                WMI_TRY(reader->execute("BEGIN"));
                const auto ticket = file_ticket();
                if (ticket && *ticket == now->ticket) {
                    auto result = read(*now);
                    reader->rollback();
                    return result;
                }
                reader->rollback();
                if (!ticket) return fail(ticket.error());
            }
            // A commit was durable and not yet published: a moment later they agree.
            const std::lock_guard wait(publishing);
        }
    }

  private:
    Result<std::uint64_t> file_ticket() {
        auto row = reader->query("SELECT value FROM store WHERE key = 'ticket'");
        if (!WMI_TRY(row.step())) return fail(Status::CriticalError, "the ticket is missing");
        return static_cast<std::uint64_t>(row.integer(0));
    }

    mutable std::mutex catalog_lock_;
    std::shared_ptr<const Catalog> catalog_;
};

}  // namespace openwmi::repository
