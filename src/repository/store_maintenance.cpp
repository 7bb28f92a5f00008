#include <set>
#include <string_view>

#include "cim/bytes.h"
#include "repository/files.h"
#include "repository/store_state.h"
#include "repository/transaction_state.h"
#include "repository/verify.h"

// What a Store does for its administrator while it is open.
namespace openwmi::repository {
namespace {

// Runs `work` on a connection that keeps nobody from reading or writing; a store in memory has
// none to give and uses its readers'.
template <class Work>
auto on_own_connection(Shared& shared, const Work& work)
    -> decltype(work(std::declval<Database&>())) {
    if (shared.vanished) {
        const std::lock_guard lock(shared.reading);
        return work(*shared.reader);
    }
    const auto own = WMI_TRY(Database::open({.file = shared.folder.database(), .vfs = shared.vfs}));
    own->set_checkpoint_on_close(false);
    return work(*own);
}

// Blocks stand in the bytes of an object as they are, "WMIB" first, their layout's hash 16 bytes
// on. What only looks like one names no layout.
void add_hashes(std::span<const std::byte> bytes, std::set<cim::LayoutHash>& found) {
    constexpr std::size_t hash_at = 16;
    constexpr std::size_t hash_end = 32;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (auto at = text.find("WMIB"); at != text.npos; at = text.find("WMIB", at + 1)) {
        if (at + hash_end > text.size()) return;
        const auto* hash = bytes.data() + at + hash_at;
        found.insert({{cim::load_le<std::uint64_t>(hash), cim::load_le<std::uint64_t>(hash + 8)}});
    }
}

Result<std::set<cim::LayoutHash>> used_layouts(Database& database, const Catalog& catalog) {
    std::set<cim::LayoutHash> used;
    for (const auto& [key, ns] : catalog.namespaces) {
        for (const auto& cls : ns->classes->subclasses("")) used.insert(cls->layout()->hash());
    }
    for (const char* sql : {"SELECT object FROM instances", "SELECT object FROM namespaces",
                            "SELECT declaration FROM classes", "SELECT message FROM outbox"}) {
        auto rows = database.query(sql);
        while (WMI_TRY(rows.step())) add_hashes(rows.blob(0), used);
    }
    return used;
}

}  // namespace

Result<> Store::backup(const std::filesystem::path& file) const {
    std::error_code code;
    if (std::filesystem::exists(file, code)) {
        return fail(Status::AlreadyExists, "{} exists already", file.string());
    }
    const std::filesystem::path made = file.string() + ".new";
    WMI_TRY(make_empty_file(made));
    auto copied = on_own_connection(*state_, [&](Database& own) { return own.copy_to(made); });
    if (copied) copied = put_in_place(made, file);
    if (!copied) remove_database(made);
    return copied;
}

Result<Verification> Store::verify() const {
    return on_own_connection(
        *state_, [&](Database& own) { return repository::verify(own, state_->folder.database()); });
}

Result<std::size_t> Store::collect_layouts() {
    auto transaction = begin();
    auto& state = *transaction.state_;
    WMI_TRY(state.usable());
    const auto used = WMI_TRY(used_layouts(state.database(), state.catalog));
    const auto unused = state.shared.layouts.stored_without(used);
    for (const auto& hash : unused) {
        WMI_TRY(state.database().execute("DELETE FROM layouts WHERE hash = ?", hash.text()));
    }
    // Before anybody else may write: who stores such a block again stores its layout again.
    state.shared.layouts.forget_stored(unused);
    state.dirty = !unused.empty();
    WMI_TRY(transaction.commit());
    return unused.size();
}

}  // namespace openwmi::repository
