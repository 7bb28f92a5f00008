#include "core/apply.h"

#include <algorithm>

#include "base/fold.h"
#include "core/apply_target.h"

namespace openwmi::core {
namespace {

// What earlier applies created: instances of a class of ours in root\openwmi, one an object.
// Confined to one thread.
class Memory {
  public:
    Memory(ApplyTarget& target, std::shared_ptr<Session> session, base::Executor& executor,
           const std::string& source)
        : target_(target), session_(std::move(session)), executor_(executor), source_(source) {}

    // The paths that this source created, as they were written down.
    Result<std::vector<std::string>> created() const {
        std::vector<std::string> result;
        const auto session = session_->open(name_space());
        if (!session) return result;  // never yet
        const auto found = wait_for(executor_, [&](SinkPtr sink) {
            (*session)->enumerate_instances(class_name(), Depth::Shallow, std::move(sink));
        });
        if (!found) {
            if (found.error().status == Status::InvalidClass) return result;
            return fail(found.error());
        }
        for (const auto& object : found->objects) {
            const auto* instance = object->as_instance();
            if (instance->find("Source") != cim::Value(source_)) continue;
            result.push_back(instance->find("Path")->get<std::string>());
        }
        std::ranges::sort(result);
        return result;
    }

    Result<> remember(const std::string& path) {
        auto& store = target_.inner();
        if (!cls_) {
            if (!WMI_TRY(store.namespace_exists(name_space()))) WMI_TRY(make_namespace());
            WMI_TRY(store.put_class(name_space(), declaration(), {}));
            cls_ = WMI_TRY(store.find_class(name_space(), class_name()));
        }
        cim::InstanceBuilder builder(cls_);
        WMI_TRY(builder.set("Source", source_));
        WMI_TRY(builder.set("Path", path));
        WMI_TRY(store.put_instance(name_space(), builder.build(), {}));
        return {};
    }

    Result<> forget(const std::string& path) {
        cim::ObjectPath mark;
        mark.class_name = class_name();
        mark.keys = {{"Source", source_}, {"Path", path}};
        auto gone = target_.inner().delete_instance(name_space(), mark);
        if (!gone && gone.error().status == Status::NotFound) return {};
        return gone;
    }

  private:
    static cim::NamespacePath name_space() { return cim::NamespacePath::literal("root\\openwmi"); }
    static cim::Name class_name() { return "OpenWMI_Applied"; }
    static cim::ClassDeclaration declaration() {
        cim::ClassDeclaration result;
        result.name = class_name();
        for (const char* name : {"Source", "Path"}) {
            cim::Property property;
            property.name = name;
            property.type = {cim::CimType::String, false};
            property.qualifiers.put({.name = "key",
                                     .type = {cim::CimType::Boolean, false},
                                     .value = true,
                                     .flavor = {.to_instance = true, .to_subclass = true}});
            result.properties.push_back(std::move(property));
        }
        return result;
    }
    Result<> make_namespace() {
        cim::InstanceBuilder builder(cim::find_system_class("__Namespace"));
        WMI_TRY(builder.set("Name", "openwmi"));
        WMI_TRY(target_.inner().put_instance(cim::NamespacePath::root(), builder.build(), {}));
        return {};
    }

    ApplyTarget& target_;
    const std::shared_ptr<Session> session_;
    base::Executor& executor_;
    const std::string& source_;
    cim::ClassPtr cls_;
};

// Instances go before classes, and namespaces last, with all that is in them.
int order_of(const cim::ObjectPath& path) {
    if (path.class_name == "__Namespace") return 2;
    return path.is_class() ? 1 : 0;
}

Result<> prune(ApplyTarget& target, Memory& memory) {
    struct Doomed {
        cim::ObjectPath path;
        std::string text;
    };
    std::vector<Doomed> doomed;
    for (auto& text : WMI_TRY(memory.created())) {
        if (target.seen().contains(base::fold(text))) continue;
        auto path = WMI_TRY(cim::ObjectPath::parse(text));
        doomed.push_back({std::move(path), std::move(text)});
    }
    std::ranges::stable_sort(doomed, {}, [](const Doomed& each) { return order_of(each.path); });
    for (const auto& each : doomed) {
        WMI_TRY(target.prune(each.path));
        if (!target.dry_run()) WMI_TRY(memory.forget(each.text));
    }
    return {};
}

Result<> remember_created(const ApplyTarget& target, Memory& memory, std::size_t from) {
    for (auto i = from; i < target.changes().size(); ++i) {
        const auto& change = target.changes()[i];
        if (change.what == AppliedChange::What::Created) WMI_TRY(memory.remember(change.path));
    }
    return {};
}

}  // namespace

Result<Applied> apply(std::span<const mof::Document> documents,
                      const std::shared_ptr<Session>& session, base::Executor& executor,
                      const ApplyOptions& options) {
    for (const auto& document : documents) {
        if (document.ok()) continue;
        return fail(Status::InvalidParameter, "{} has mistakes: nothing was applied",
                    document.files.front().name);
    }
    ApplyTarget target(session, executor, options.dry_run);
    Memory memory(target, session, executor, options.source);
    Applied result;
    for (const auto& document : documents) {
        const auto from = target.changes().size();
        auto report = mof::compile(document, target);
        if (!options.dry_run) WMI_TRY(remember_created(target, memory, from));
        if (report.ok()) continue;
        result.failed = std::move(report);
        result.failed_file = document.files.front().name;
        break;
    }
    if (options.prune && result.ok()) WMI_TRY(prune(target, memory));
    result.changes = target.changes();
    result.unchanged = target.unchanged();
    return result;
}

}  // namespace openwmi::core
