#include "repository/load.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "cim/codec.h"

namespace openwmi::repository {
namespace {

tl::unexpected<Error> contradiction(std::string_view what, const Error& error) {
    return fail(Status::CriticalError, "{} cannot be read: {}", what, error.message);
}

// Derives the classes of one namespace from their stored declarations, superclasses first, in
// whatever order the declarations come.
class ClassLoader {
  public:
    ClassLoader(ClassTable& table, const Layouts& layouts) : table_(table), layouts_(layouts) {}

    Result<> load(Database& database, std::int64_t name_space) {
        {
            auto rows = database.query("SELECT key, declaration FROM classes WHERE namespace = ?",
                                       name_space);
            while (WMI_TRY(rows.step())) pending_.emplace(rows.text(0), rows.blob(1));
        }
        while (!pending_.empty()) WMI_TRY(derive(pending_.begin()->first));
        return {};
    }

  private:
    Result<> derive(const std::string& key) {
        auto node = pending_.extract(key);
        const auto& bytes = node.mapped();
        auto declaration = cim::decode_class(bytes, resolver());
        if (!declaration) return contradiction("class " + node.key(), declaration.error());
        const auto superclass_name = declaration->superclass;
        if (pending_.contains(row_key(superclass_name))) {
            WMI_TRY(derive(row_key(superclass_name)));
        }
        cim::ClassPtr superclass;
        if (!superclass_name.empty()) {
            superclass = table_.find_class(superclass_name);
            if (!superclass) {
                return contradiction("class " + node.key(),
                                     {Status::InvalidSuperclass,
                                      "its superclass " + superclass_name.text() + " is missing"});
            }
        }
        auto cls = cim::Class::derive(std::move(*declaration), superclass);
        if (!cls) return contradiction("class " + node.key(), cls.error());
        table_.put(std::move(*cls));
        return {};
    }

    // A default value may embed an instance of a class that is still to be derived.
    cim::Resolver resolver() {
        auto result = layouts_.resolver(table_);
        result.find_class = [this, known = result.find_class](const cim::Name& name) {
            if (pending_.contains(row_key(name)) && !derive(row_key(name))) return cim::ClassPtr();
            return known(name);
        };
        return result;
    }

    ClassTable& table_;
    const Layouts& layouts_;
    std::unordered_map<std::string, std::vector<std::byte>> pending_;
};

struct NamespaceRow {
    std::int64_t id = 0;
    std::string path;
    std::vector<std::byte> self;
};

Result<std::vector<NamespaceRow>> namespace_rows(Database& database) {
    std::vector<NamespaceRow> result;
    auto rows = database.query("SELECT id, path, object FROM namespaces ORDER BY key");
    while (WMI_TRY(rows.step())) result.push_back({rows.integer(0), rows.text(1), rows.blob(2)});
    return result;
}

Result<NamespacePtr> load_namespace(Database& database, const Layouts& layouts,
                                    const NamespaceRow& row, const Catalog& catalog,
                                    const std::string& server) {
    const auto path = cim::NamespacePath::parse(row.path);
    if (!path) return contradiction("namespace " + row.path, path.error());
    auto ns = std::make_shared<Namespace>();
    ns->id = row.id;
    ns->path = *path;
    ns->origin = std::make_shared<const cim::Origin>(cim::Origin{server, *path});
    auto classes = std::make_shared<ClassTable>(*path);
    WMI_TRY(ClassLoader(*classes, layouts).load(database, row.id));
    ns->classes = std::move(classes);
    if (!path->is_root()) {
        const auto above = catalog.get(path->parent());
        if (!above) return contradiction("namespace " + row.path, above.error());
        auto self = layouts.decode(row.self, *(*above)->classes, (*above)->origin);
        if (!self) return contradiction("namespace " + row.path, self.error());
        ns->self = std::move(*self);
    }
    return ns;
}

}  // namespace

Result<std::shared_ptr<const Catalog>> load_catalog(Database& database, const Layouts& layouts,
                                                    const std::string& server) {
    auto catalog = std::make_shared<Catalog>();
    {
        auto ticket = database.query("SELECT value FROM store WHERE key = 'ticket'");
        WMI_TRY(ticket.step());
        catalog->ticket = static_cast<std::uint64_t>(ticket.integer(0));
    }
    for (const auto& row : WMI_TRY(namespace_rows(database))) {
        auto ns = WMI_TRY(load_namespace(database, layouts, row, *catalog, server));
        auto key = ns->path.key();
        catalog->namespaces.emplace(std::move(key), std::move(ns));
    }
    return catalog;
}

}  // namespace openwmi::repository
