// The repository beside raw SQLite that holds the same values: puts, gets, enumerations, queries,
// and what is done before them (WQL, MOF). bench_store [--rows 1000,100000] [--json FILE] [--folder
// DIR]
#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "measure.h"
#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "repository/store.h"
#include "wql/query.h"

namespace openwmi::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t batch = 1000;
constexpr int rooms = 1000;

void require(bool condition, std::string_view what) {
    if (condition) return;
    fmt::print(stderr, "bench_store: {}\n", what);
    std::exit(1);
}
template <class T>
T need(Result<T> result) {
    if (!result) require(false, to_text(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Values {
    std::string id, room, note;
    int temperature = 0;
};
Values values_of(std::size_t n) {
    return {fmt::format("sensor-{:08}", n), fmt::format("room {}", n % rooms),
            fmt::format("note {} of a sensor that has some text to carry", n),
            static_cast<int>(n % 5000)};
}

// The peer: one table with the columns that the class has properties, under the same pragmas.
class Peer {
  public:
    explicit Peer(const fs::path& file) {
        require(sqlite3_open(file.c_str(), &database_) == SQLITE_OK, "cannot open the peer");
        for (const char* sql :
             {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
              "PRAGMA cache_size = -16384",
              "CREATE TABLE sensor (id TEXT PRIMARY KEY, room TEXT, note TEXT, temp INTEGER)",
              "CREATE INDEX sensor_room ON sensor (room)"}) {
            run(sql);
        }
        put_ = prepare("INSERT OR REPLACE INTO sensor VALUES (?, ?, ?, ?)");
        get_ = prepare("SELECT * FROM sensor WHERE id = ?");
        all_ = prepare("SELECT * FROM sensor");
        by_room_ = prepare("SELECT * FROM sensor WHERE room = ?");
        by_temp_ = prepare("SELECT * FROM sensor WHERE temp = ?");
    }
    ~Peer() {
        for (auto* each : {put_, get_, all_, by_room_, by_temp_}) sqlite3_finalize(each);
        sqlite3_close(database_);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void put(std::size_t from, std::size_t to) {
        run("BEGIN IMMEDIATE");
        for (auto n = from; n < to; ++n) {
            const auto values = values_of(n);
            bind(put_, 1, values.id);
            bind(put_, 2, values.room);
            bind(put_, 3, values.note);
            sqlite3_bind_int(put_, 4, values.temperature);
            step(put_);
        }
        run("COMMIT");
    }
    std::size_t get(const std::string& id) {
        bind(get_, 1, id);
        return step(get_);
    }
    std::size_t all() { return step(all_); }
    std::size_t with_room(const std::string& room) {
        bind(by_room_, 1, room);
        return step(by_room_);
    }
    std::size_t with_temperature(int temperature) {
        sqlite3_bind_int(by_temp_, 1, temperature);
        return step(by_temp_);
    }

  private:
    void run(const char* sql) {
        require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        require(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
        return statement;
    }
    static void bind(sqlite3_stmt* statement, int index, const std::string& text) {
        sqlite3_bind_text(statement, index, text.c_str(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT);
    }
    // Reads every column of every row, as somebody does who wants them.
    static std::size_t step(sqlite3_stmt* statement) {
        std::size_t rows = 0;
        int code = SQLITE_OK;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            ++rows;
            Values values;
            const auto text = [&](int column) {
                return std::string(
                    reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
                    static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
            };
            values = {text(0), text(1), text(2), sqlite3_column_int(statement, 3)};
        }
        require(code == SQLITE_DONE, "the peer failed");
        sqlite3_reset(statement);
        return rows;
    }

    sqlite3* database_ = nullptr;
    sqlite3_stmt *put_ = nullptr, *get_ = nullptr, *all_ = nullptr, *by_room_ = nullptr,
                 *by_temp_ = nullptr;
};

cim::Qualifier flag(const char* name) {
    return {name,
            {cim::CimType::Boolean, false},
            true,
            {.to_instance = true, .to_subclass = true},
            false};
}

cim::ClassDeclaration sensor_class() {
    cim::ClassDeclaration declaration;
    declaration.name = "Sensor";
    const auto add = [&](const char* name, cim::CimType type, const char* qualifier) {
        cim::Property property;
        property.name = name;
        property.type = {type, false};
        if (qualifier) property.qualifiers.put(flag(qualifier));
        declaration.properties.push_back(std::move(property));
    };
    add("Id", cim::CimType::String, "key");
    add("Room", cim::CimType::String, "indexed");
    add("Note", cim::CimType::String, nullptr);
    add("Temp", cim::CimType::Sint32, nullptr);
    return declaration;
}

// Ours: the class Sensor in root\cimv2.
class Ours {
  public:
    explicit Ours(const fs::path& folder) : folder_(folder) {
        store_ = need(repository::Store::open({.folder = folder}));
        auto transaction = store_->begin();
        cls_ = need(transaction.put_class(ns_, sensor_class()));
        need(transaction.commit());
    }
    void put(std::size_t from, std::size_t to) {
        auto transaction = store_->begin();
        for (auto n = from; n < to; ++n) {
            const auto values = values_of(n);
            cim::InstanceBuilder builder(cls_);
            need(builder.set(std::size_t{0}, values.id));
            need(builder.set(std::size_t{1}, values.room));
            need(builder.set(std::size_t{2}, values.note));
            need(builder.set(std::size_t{3}, values.temperature));
            need(transaction.put_instance(ns_, *builder.build()));
        }
        need(transaction.commit());
    }
    std::size_t get(const std::string& id) const {
        cim::ObjectPath path;
        path.class_name = "Sensor";
        path.keys.push_back({"Id", id});
        return need(store_->get_instance(ns_, path)) ? 1 : 0;
    }
    std::size_t query(const std::string& text,
                      const std::vector<repository::Condition>& conditions) const {
        const auto schema = store_->schema(ns_);
        const auto parsed = need(wql::parse(text));
        const auto bound = need(wql::bind(parsed, *schema, wql::BindFor::Data));
        std::size_t found = 0;
        std::string after;
        do {
            auto page = need(store_->find({ns_, "Sensor", true, conditions}, after));
            for (const auto& each : page.instances) {
                if (wql::evaluate(bound, *each) == wql::Truth::True) ++found;
            }
            after = std::move(page.next);
        } while (!after.empty());
        return found;
    }
    void reopen() {
        store_.reset();
        store_ = need(repository::Store::open({.folder = folder_}));
        cls_ = store_->schema(ns_)->find_class("Sensor");
    }

  private:
    const fs::path folder_;
    const cim::NamespacePath ns_ = cim::NamespacePath::literal("root\\cimv2");
    std::unique_ptr<repository::Store> store_;
    cim::ClassPtr cls_;
};

void put_all(std::vector<Comparison>& results, Ours& ours, Peer& peer, std::size_t rows) {
    std::size_t our_next = 0;
    std::size_t peer_next = 0;
    const auto rounds = rows / batch;
    results.push_back(
        compare({fmt::format("put, {} a commit", batch), rows, batch, rounds,
                 [&] { ours.put(our_next, our_next + batch), our_next += batch; },
                 [&] { peer.put(peer_next, peer_next + batch), peer_next += batch; }}));
    std::size_t n = 0;
    results.push_back(compare({"put, one a commit", rows, 100, 5,
                               [&] {
                                   for (int i = 0; i < 100; ++i, ++n)
                                       ours.put(n % rows, n % rows + 1);
                               },
                               [&] {
                                   for (int i = 0; i < 100; ++i, ++n)
                                       peer.put(n % rows, n % rows + 1);
                               }}));
}

void read_all(std::vector<Comparison>& results, const Ours& ours, Peer& peer, std::size_t rows) {
    std::mt19937_64 random(1);
    const auto id = [&] { return values_of(random() % rows).id; };
    constexpr std::size_t gets = 2000;
    results.push_back(compare({"get by key", rows, gets, 7,
                               [&] {
                                   for (std::size_t i = 0; i < gets; ++i)
                                       require(ours.get(id()) == 1, "get");
                               },
                               [&] {
                                   for (std::size_t i = 0; i < gets; ++i)
                                       require(peer.get(id()) == 1, "get");
                               }}));
    results.push_back(
        compare({"enumerate", rows, rows, 5,
                 [&] { require(ours.query("SELECT * FROM Sensor", {}) == rows, "enumerate"); },
                 [&] { require(peer.all() == rows, "enumerate"); }}));
    const std::size_t matches = peer.with_temperature(7);
    results.push_back(compare(
        {"query, not indexed", rows, rows, 5,
         [&] {
             require(ours.query("SELECT * FROM Sensor WHERE Temp = 7", {}) == matches, "query");
         },
         [&] { require(peer.with_temperature(7) == matches, "query"); }}));
    constexpr std::size_t queries = 200;
    const auto room = [&] { return fmt::format("room {}", random() % rooms); };
    results.push_back(compare(
        {"query, indexed", rows, queries, 7,
         [&] {
             for (std::size_t i = 0; i < queries; ++i) {
                 const auto name = room();
                 const auto text = fmt::format("SELECT * FROM Sensor WHERE Room = '{}'", name);
                 const auto found =
                     ours.query(text, {{"Room", repository::Condition::Kind::Equal, name}});
                 require(found == rows / rooms, "query");
             }
         },
         [&] {
             for (std::size_t i = 0; i < queries; ++i) {
                 require(peer.with_room(room()) == rows / rooms, "query");
             }
         }}));
}

void store_at(std::vector<Comparison>& results, const fs::path& folder, std::size_t rows) {
    Ours ours(folder / fmt::format("ours-{}", rows));
    Peer peer(folder / fmt::format("peer-{}.db", rows));
    put_all(results, ours, peer, rows);
    read_all(results, ours, peer, rows);
    results.push_back(compare({"restart", rows, 1, 3, [&] { ours.reopen(); }, {}}));
    const auto highest =
        highest_kib([&] { require(ours.query("SELECT * FROM Sensor", {}) == rows, "enumerate"); });
    fmt::print("the process that enumerates {} rows has {} KiB at most\n", rows, highest);
}

// The peer prepares a statement of the same shape.
void parse_queries(std::vector<Comparison>& results) {
    const std::string text =
        "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA "
        "'Win32_Service' "
        "AND TargetInstance.State <> PreviousInstance.State AND (TargetInstance.Name LIKE 'w%' OR "
        "TargetInstance.ProcessId > 1000)";
    const std::string sql =
        "SELECT * FROM modification WHERE class = 'Win32_Service' AND target_state <> "
        "previous_state AND (target_name LIKE 'w%' OR target_process_id > 1000)";
    sqlite3* peer = nullptr;
    require(sqlite3_open(":memory:", &peer) == SQLITE_OK, "peer");
    sqlite3_exec(peer,
                 "CREATE TABLE modification (class TEXT, target_state TEXT, previous_state TEXT, "
                 "target_name TEXT, target_process_id INTEGER)",
                 nullptr, nullptr, nullptr);
    results.push_back(compare({"WQL parse", 0, 1000, 7,
                               [&] {
                                   for (int i = 0; i < 1000; ++i) need(wql::parse(text));
                               },
                               [&] {
                                   for (int i = 0; i < 1000; ++i) {
                                       sqlite3_stmt* statement = nullptr;
                                       sqlite3_prepare_v2(peer, sql.c_str(), -1, &statement,
                                                          nullptr);
                                       require(statement != nullptr, "peer");
                                       sqlite3_finalize(statement);
                                   }
                               }}));
    sqlite3_close(peer);
}

constexpr int schema_classes = 2000;

// A schema of many classes, as MOF; the peer runs a script that makes a row of each class, property
// and qualifier. Both in memory.
void compile_schema(std::vector<Comparison>& results) {
    std::string mof;
    std::string sql = "BEGIN; DELETE FROM element;";
    const auto row = [&](const std::string& name, std::string_view kind, std::string_view value) {
        sql += fmt::format("INSERT INTO element VALUES ('{}', '{}', '{}');\n", name, kind, value);
    };
    for (int i = 0; i < schema_classes; ++i) {
        const auto name = fmt::format("Class{}", i);
        const auto text = fmt::format("The class number {}", i);
        mof += fmt::format("[Description(\"{}\")] class {} {{\n  [key] string Id;\n", text, name);
        row(name, "class", "");
        row(name, "Description", text);
        row(name + ".Id", "property", "string");
        row(name + ".Id", "key", "true");
        for (int p = 0; p < 10; ++p) {
            mof += fmt::format("  [Description(\"A property of it\"), read] uint32 P{};\n", p);
            const auto property = fmt::format("{}.P{}", name, p);
            row(property, "property", "uint32");
            row(property, "Description", "A property of it");
            row(property, "read", "true");
        }
        mof += "};\n";
    }
    sql += "COMMIT;";
    sqlite3* peer = nullptr;
    require(sqlite3_open(":memory:", &peer) == SQLITE_OK, "peer");
    const auto run = [&](const char* script) {
        require(sqlite3_exec(peer, script, nullptr, nullptr, nullptr) == SQLITE_OK, "peer");
    };
    run("CREATE TABLE element (name TEXT, kind TEXT, value TEXT, PRIMARY KEY (name, kind))");
    results.push_back(
        compare({"MOF of a schema, parsed and compiled", schema_classes, schema_classes, 3,
                 [&] {
                     const auto document = mof::parse(mof, "schema.mof");
                     require(document.ok(), "the schema has mistakes");
                     mof::CheckTarget target;
                     require(mof::compile(document, target).ok(), "the schema does not compile");
                 },
                 [&] { run(sql.c_str()); }}));
    sqlite3_close(peer);
}

// Classes without their text; the peer stores a text a class.
void store_schema(std::vector<Comparison>& results, const fs::path& folder) {
    constexpr int classes = schema_classes;
    sqlite3* peer = nullptr;
    require(sqlite3_open((folder / "schema.db").c_str(), &peer) == SQLITE_OK, "peer");
    sqlite3_exec(peer,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "CREATE TABLE classes (name TEXT PRIMARY KEY, text TEXT)",
                 nullptr, nullptr, nullptr);
    int round = 0;
    results.push_back(
        compare({"classes of a schema stored, one commit", classes, classes, 3,
                 [&] {
                     const auto store = need(repository::Store::open(
                         {.folder = folder / fmt::format("schema-{}", round++)}));
                     const auto ns = cim::NamespacePath::literal("root\\cimv2");
                     auto transaction = store->begin();
                     for (int i = 0; i < classes; ++i) {
                         auto declaration = sensor_class();
                         declaration.name = cim::Name(fmt::format("Class{}", i));
                         need(transaction.put_class(ns, std::move(declaration)));
                     }
                     need(transaction.commit());
                 },
                 [&] {
                     sqlite3_exec(peer, "BEGIN", nullptr, nullptr, nullptr);
                     for (int i = 0; i < classes; ++i) {
                         const auto sql =
                             fmt::format("INSERT OR REPLACE INTO classes VALUES ('Class{}', '{}')",
                                         i, std::string(400, 'x'));
                         sqlite3_exec(peer, sql.c_str(), nullptr, nullptr, nullptr);
                     }
                     sqlite3_exec(peer, "COMMIT", nullptr, nullptr, nullptr);
                 }}));
    sqlite3_close(peer);
}

struct Options {
    std::vector<std::size_t> rows{1000, 100'000};
    std::string json;
    fs::path folder = fs::temp_directory_path() / fmt::format("bench_store-{}", ::getpid());
};

Options read_options(int count, char** arguments) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        const std::string value = arguments[i + 1];
        if (name == "--json") options.json = value;
        if (name == "--folder") options.folder = value;
        if (name != "--rows") continue;
        options.rows.clear();
        for (std::size_t at = 0; at < value.size();) {
            const auto comma = std::min(value.find(',', at), value.size());
            options.rows.push_back(std::stoull(value.substr(at, comma - at)));
            at = comma + 1;
        }
    }
    return options;
}

int run(const Options& options) {
    std::vector<Comparison> results;
    fs::create_directories(options.folder);
    parse_queries(results);
    compile_schema(results);
    store_schema(results, options.folder);
    for (const auto rows : options.rows) store_at(results, options.folder, rows);
    print_table(results);
    fs::remove_all(options.folder);
    return options.json.empty() || write_json(results, options.json) ? 0 : 1;
}

}  // namespace
}  // namespace openwmi::bench

int main(int count, char** arguments) {
    return openwmi::bench::run(openwmi::bench::read_options(count, arguments));
}
