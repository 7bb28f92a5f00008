#include "base/check.h"
#include "repository/store.h"
#include "repository/transaction_state.h"

namespace openwmi::repository {

Transaction::State::State(Shared& s) : shared(s) {
    WMI_CHECK(shared.writing_thread.load() != std::this_thread::get_id(),
              "a thread has one transaction at a time");
    lock = std::unique_lock(shared.writing);
    shared.writing_thread = std::this_thread::get_id();
    catalog = *shared.catalog();
    // A failure stays recorded in the connection, where usable() finds it.
    static_cast<void>(database().begin());
}

Transaction::State::~State() {
    if (!over) database().rollback();
    if (lock) shared.writing_thread = std::thread::id();
}

Result<> Transaction::State::usable() const {
    if (over) return fail(Status::Unexpected, "the transaction is over");
    if (database().failure()) return fail(*database().failure());
    return {};
}

void Transaction::State::record(Change change) {
    change.ticket = ++catalog.ticket;
    changes.push_back(std::move(change));
    dirty = true;
}

void Transaction::State::replace(Namespace changed) {
    auto key = changed.path.key();
    catalog.namespaces.insert_or_assign(std::move(key),
                                        std::make_shared<const Namespace>(std::move(changed)));
    dirty = true;
}

std::shared_ptr<ClassTable> Transaction::State::own_table(const cim::NamespacePath& ns) {
    const auto where = *catalog.get(ns);
    for (const auto& each : own) {
        if (each == where->classes) return each;
    }
    auto copy = std::make_shared<ClassTable>(*where->classes);
    own.push_back(copy);
    Namespace changed = *where;
    changed.classes = copy;
    replace(std::move(changed));
    return copy;
}

void Transaction::State::put_class(const cim::NamespacePath& ns, const cim::ClassPtr& cls) {
    auto table = own_table(ns);
    auto previous = table->find_class(cls->name());
    table->put(cls);
    undo.push_back({std::move(table), cls->name(), std::move(previous)});
}

void Transaction::State::remove_class(const cim::NamespacePath& ns, const cim::Name& name) {
    auto table = own_table(ns);
    auto previous = table->find_class(name);
    table->remove(name);
    undo.push_back({std::move(table), name, std::move(previous)});
}

void Transaction::State::take_back(std::size_t left) {
    for (; undo.size() > left; undo.pop_back()) {
        const auto& last = undo.back();
        if (last.previous) {
            last.table->put(last.previous);
        } else {
            last.table->remove(last.name);
        }
    }
}

Transaction::Transaction(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

std::span<const Change> Transaction::changes() const {
    return state_->changes;
}

Result<> Transaction::post(std::span<const std::byte> message) {
    WMI_TRY(state_->usable());
    WMI_TRY(state_->database().execute("INSERT INTO outbox (message) VALUES (?)", message));
    state_->dirty = true;
    return {};
}

cim::ClassPtr Transaction::find_class(const cim::NamespacePath& ns, const cim::Name& name) const {
    const auto* found = state_->catalog.find(ns);
    return found ? found->classes->find_class(name) : nullptr;
}

std::shared_ptr<const cim::Schema> Transaction::schema(const cim::NamespacePath& ns) const {
    const auto* found = state_->catalog.find(ns);
    return found ? found->classes : nullptr;
}

Result<> Transaction::attempt(const std::function<Result<>()>& steps) {
    WMI_TRY(state_->usable());
    auto& state = *state_;
    const auto catalog = state.catalog;
    const auto own = state.own;
    const auto undo = state.undo.size();
    const auto changes = state.changes.size();
    const auto layouts = state.saved_layouts.size();
    const auto dirty = state.dirty;
    WMI_TRY(state.database().execute("SAVEPOINT attempt"));
    auto done = steps();
    if (done) return state.database().execute("RELEASE attempt");
    if (state.database().failure()) return done;
    WMI_TRY(state.database().execute("ROLLBACK TO attempt"));
    WMI_TRY(state.database().execute("RELEASE attempt"));
    state.take_back(undo);
    state.catalog = catalog;
    state.own = own;
    state.changes.resize(changes);
    state.saved_layouts.resize(layouts);
    state.dirty = dirty;
    return done;
}

Result<> Transaction::commit(const std::function<void(std::span<const Change>)>& committed) {
    if (state_->over) return state_->usable();
    auto& shared = state_->shared;
    auto& database = state_->database();
    state_->over = true;
    // Before the lock is released, on every way out.
    struct Ending {
        State& state;
        ~Ending() {
            state.database().rollback();
            state.shared.writing_thread = std::thread::id();
            state.lock.unlock();
        }
    } const ending{*state_};
    if (database.failure()) return fail(*database.failure());
    if (!state_->dirty) return {};

    WMI_TRY(database.execute("UPDATE store SET value = ? WHERE key = 'ticket'",
                             static_cast<std::int64_t>(state_->catalog.ticket)));
    {
        const std::lock_guard publishing(shared.publishing);
        WMI_TRY(database.commit());
        shared.layouts.confirm(state_->saved_layouts);
        shared.publish(std::make_shared<const Catalog>(std::move(state_->catalog)));
    }
    if (committed && !state_->changes.empty()) committed(state_->changes);
    return {};
}

}  // namespace openwmi::repository
