#include "mof/compiler.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "mof/alias_table.h"
#include "mof/batching.h"
#include "mof/declaration_builder.h"
#include "mof/literal.h"
#include "mof/qualifier_table.h"

namespace openwmi::mof {
namespace {

using cim::Name;
using cim::NamespacePath;

// What the pragmas before an item say about it.
struct Setting {
    NamespacePath name_space;
    PutFlags class_flags;
    PutFlags instance_flags;
};

std::string folded_key(const NamespacePath& name_space, const Name& name) {
    return name_space.key() + ':' + base::fold(name.text());
}

// Stores one document. Lives for one compilation; confined to its thread. An item is stored when
// all aliases that it uses have a path: at its place, or right after the last of them.
class Compiler final : public LiteralResolver {
  public:
    Compiler(const Document& document, Target& target, const CompileOptions& options,
             Report& report)
        : document_(document),
          target_(target),
          options_(options),
          report_(report),
          qualifiers_(document),
          aliases_(document),
          batching_(target, options, report, document.items.size()) {}

    void run();

    Judged<cim::ObjectPtr> embedded_object(const InstanceNode& node,
                                           const Name& declared_class) override;
    Judged<std::string> alias_path(const AliasUse& alias, const Place& place) override;

  private:
    void read_settings();
    void count_needs();
    void store_all();
    bool store_with_dependents(std::size_t item);
    // Whether the compilation goes on.
    bool store_and_count(std::size_t item);
    void forget_failed(std::size_t item);
    Judged<> store(std::size_t item);
    Judged<> store_class(const ClassNode& node);
    Judged<> store_instance(const InstanceNode& node);
    Judged<> delete_class(const DeleteClassNode& node);
    Judged<> delete_instance(const DeleteInstanceNode& node);
    Judged<> require_namespace(const NamespacePath& name_space);
    // Whether the superclass can be judged; false: a fragment hangs on a class that is not there.
    Judged<bool> check_superclass(const ClassNode& node);
    // Null: not there, and that is a warning only.
    Judged<cim::ClassPtr> class_for_instance(const NameUse& name);
    Judged<cim::ClassPtr> find_class(const NameUse& name);
    Judged<cim::InstancePtr> build(const InstanceNode& node, const cim::ClassPtr& cls);
    Judged<> assign(const AssignmentNode& assignment, cim::InstanceBuilder& builder);
    void remember(const cim::ObjectPath& path, const std::optional<NameUse>& alias);
    // The report tells of the first failure, its diagnostics of all.
    void record_failure(std::size_t item, const Problem& failure);
    void note(const Problem& mistake);
    void warn(Status status, const Place& place, std::string message);

    const Place& place() const { return document_.items[item_].place; }
    const Setting& setting() const { return settings_[item_]; }
    tl::unexpected<Problem> failed(const Error& error) const {
        return tl::unexpected<Problem>(Problem{error.status, error.message, place()});
    }

    const Document& document_;
    Target& target_;
    const CompileOptions& options_;
    Report& report_;
    QualifierTable qualifiers_;
    AliasTable aliases_;
    Batching batching_;

    std::vector<Setting> settings_;                      // an item
    std::vector<std::size_t> needs_;                     // an item: aliases without a path yet
    std::vector<std::vector<std::size_t>> dependents_;   // an item: who waits for its path
    std::vector<bool> reached_;                          // an item: its turn has come
    std::unordered_map<Name, std::string> alias_paths_;  // full paths
    std::unordered_set<std::string> known_namespaces_;
    std::unordered_set<std::string> partial_classes_;  // fragments: hang on a class that is missing
    std::size_t item_ = 0;                             // the item being stored
    std::vector<Problem> further_;                     // mistakes of the item behind its first
};

void Compiler::run() {
    read_settings();
    count_needs();
    store_all();
    // What precedes a failing object stays (MOF-064).
    const Result<> finished = batching_.finish();
    if (!finished) record_failure(item_, failed(finished.error()).value());
}

void Compiler::store_all() {
    for (std::size_t i = 0; i < document_.items.size(); ++i) {
        reached_[i] = true;
        if (needs_[i] == 0 && !store_with_dependents(i)) return;
    }
}

void Compiler::read_settings() {
    Setting current{options_.name_space, options_.class_flags, options_.instance_flags};
    for (const Item& item : document_.items) {
        if (const auto* node = std::get_if<NamespaceNode>(&item.node)) {
            current.name_space = node->path;
        } else if (const auto* flags = std::get_if<ClassFlagsNode>(&item.node)) {
            current.class_flags = flags->flags;
        } else if (const auto* instance_flags = std::get_if<InstanceFlagsNode>(&item.node)) {
            current.instance_flags = instance_flags->flags;
        }
        settings_.push_back(current);
    }
}

void Compiler::count_needs() {
    needs_.assign(document_.items.size(), 0);
    dependents_.resize(document_.items.size());
    reached_.assign(document_.items.size(), false);
    for (std::size_t i = 0; i < document_.items.size(); ++i) {
        for (const AliasTable::Use& use : aliases_.uses_in(i)) {
            if (const auto named = aliases_.item_of(use.name)) {
                ++needs_[i];
                dependents_[*named].push_back(i);
            }
        }
    }
}

// False: the compilation ends here.
bool Compiler::store_with_dependents(std::size_t item) {
    std::deque<std::size_t> ready = {item};
    while (!ready.empty()) {
        item_ = ready.front();
        ready.pop_front();
        if (!store_and_count(item_)) return false;
        for (const std::size_t dependent : dependents_[item_]) {
            if (--needs_[dependent] == 0 && reached_[dependent]) ready.push_back(dependent);
        }
    }
    return true;
}

bool Compiler::store_and_count(std::size_t item) {
    const Judged<> stored = store(item);
    if (!stored) {
        record_failure(item, stored.error());
        forget_failed(item);
        if (!options_.fragments) return false;
    }
    const Result<> counted = batching_.done();
    if (!counted) record_failure(item, failed(counted.error()).value());
    return counted.has_value();
}

// A check goes on after a mistake; what hangs on a class that has one is not judged.
void Compiler::forget_failed(std::size_t item) {
    if (const auto* cls = std::get_if<ClassNode>(&document_.items[item].node)) {
        partial_classes_.insert(folded_key(setting().name_space, cls->name.text));
    }
}

Judged<> Compiler::store(std::size_t item) {
    const auto& node = document_.items[item].node;
    if (const auto* name_space = std::get_if<NamespaceNode>(&node)) {
        return require_namespace(name_space->path);
    }
    if (std::holds_alternative<QualifierNode>(node) ||
        std::holds_alternative<ClassFlagsNode>(node) ||
        std::holds_alternative<InstanceFlagsNode>(node)) {
        return {};
    }
    if (Judged<> there = require_namespace(setting().name_space); !there) return there;
    if (const auto* cls = std::get_if<ClassNode>(&node)) return store_class(*cls);
    if (const auto* instance = std::get_if<InstanceNode>(&node)) return store_instance(*instance);
    if (const auto* removal = std::get_if<DeleteClassNode>(&node)) return delete_class(*removal);
    return delete_instance(std::get<DeleteInstanceNode>(node));
}

Judged<> Compiler::require_namespace(const NamespacePath& name_space) {
    if (known_namespaces_.contains(name_space.key())) return {};
    const Result<bool> exists = target_.namespace_exists(name_space);
    if (!exists) return failed(exists.error());
    if (!*exists) {
        return problem(Status::InvalidNamespace, place(), "there is no namespace {}",
                       name_space.text());
    }
    known_namespaces_.insert(name_space.key());
    return {};
}

Judged<cim::ClassPtr> Compiler::find_class(const NameUse& name) {
    Result<cim::ClassPtr> cls = target_.find_class(setting().name_space, name.text);
    if (cls) return std::move(*cls);
    return tl::unexpected<Problem>(Problem{cls.error().status, cls.error().message, name.place});
}

Judged<bool> Compiler::check_superclass(const ClassNode& node) {
    if (!node.superclass) return true;
    const NameUse& name = *node.superclass;
    if (partial_classes_.contains(folded_key(setting().name_space, name.text))) return false;
    Judged<cim::ClassPtr> superclass = find_class(name);
    if (!superclass) return tl::unexpected(std::move(superclass.error()));
    if (!*superclass) {
        if (!options_.fragments) {
            return problem(Status::InvalidSuperclass, name.place,
                           "there is no class {} in {}, which {} is derived from", name.text,
                           setting().name_space.text(), node.name.text);
        }
        warn(Status::InvalidSuperclass, name.place,
             fmt::format("class {} is not here: what {} inherits is not checked", name.text,
                         node.name.text));
        return false;
    }
    if ((*superclass)->qualifiers().is_true("Terminal")) {
        return problem(Status::MofInvalidClassDeclaration, name.place,
                       "class {} is terminal and cannot have subclasses", name.text);
    }
    return true;
}

Judged<> Compiler::store_class(const ClassNode& node) {
    const Judged<bool> judgeable = check_superclass(node);
    if (!judgeable) return tl::unexpected(judgeable.error());
    DeclarationBuilder builder(qualifiers_, item_, *this);
    const Judged<cim::ClassDeclaration> declaration = builder.build(node);
    if (!declaration) return tl::unexpected(declaration.error());
    if (*judgeable) {
        if (const Result<> begun = batching_.begin(); !begun) return failed(begun.error());
        const Result<> put =
            target_.put_class(setting().name_space, *declaration, setting().class_flags);
        if (!put) return failed(put.error());
        partial_classes_.erase(folded_key(setting().name_space, node.name.text));
    } else {
        partial_classes_.insert(folded_key(setting().name_space, node.name.text));
    }
    ++report_.classes;
    remember(cim::ObjectPath::of_class(node.name.text), node.alias);
    return {};
}

Judged<cim::ClassPtr> Compiler::class_for_instance(const NameUse& name) {
    cim::ClassPtr nobody_knows;
    if (partial_classes_.contains(folded_key(setting().name_space, name.text))) {
        return nobody_knows;
    }
    Judged<cim::ClassPtr> cls = find_class(name);
    if (!cls || *cls) return cls;
    if (!options_.fragments) {
        return problem(Status::InvalidClass, name.place, "there is no class {} in {}", name.text,
                       setting().name_space.text());
    }
    warn(Status::InvalidClass, name.place,
         fmt::format("class {} is not here: its instance is not checked", name.text));
    return nobody_knows;
}

Judged<> Compiler::store_instance(const InstanceNode& node) {
    Judged<cim::ClassPtr> cls = class_for_instance(node.class_name);
    if (!cls) return tl::unexpected(std::move(cls.error()));
    cim::ObjectPath path = cim::ObjectPath::of_class(node.class_name.text);
    if (*cls) {
        const Judged<cim::InstancePtr> instance = build(node, *cls);
        if (!instance) return tl::unexpected(instance.error());
        const Result<> ready = target_.stands_alone(**cls) ? batching_.commit() : batching_.begin();
        if (!ready) return failed(ready.error());
        Result<cim::ObjectPath> put =
            target_.put_instance(setting().name_space, *instance, setting().instance_flags);
        if (!put) return failed(put.error());
        path = std::move(*put);
    }
    ++report_.instances;
    remember(path, node.alias);
    return {};
}

Judged<cim::InstancePtr> Compiler::build(const InstanceNode& node, const cim::ClassPtr& cls) {
    cim::InstanceBuilder builder(cls);
    std::optional<Problem> first;
    for (const AssignmentNode& assignment : node.assignments) {
        Judged<> assigned = assign(assignment, builder);
        if (!assigned && first) further_.push_back(std::move(assigned.error()));
        if (!assigned && !first) first = std::move(assigned.error());
    }
    if (first) return tl::unexpected(std::move(*first));
    if (!node.qualifiers.empty()) {
        Judged<cim::QualifierSet> qualifiers = qualifiers_.qualifiers(node.qualifiers, item_);
        if (!qualifiers) return tl::unexpected(std::move(qualifiers.error()));
        builder.set_qualifiers(std::move(*qualifiers));
    }
    return builder.build();
}

Judged<> Compiler::assign(const AssignmentNode& assignment, cim::InstanceBuilder& builder) {
    const NameUse& name = assignment.name;
    const cim::Class& cls = *builder.class_ptr();
    if (name.text.starts_with("__")) {
        return problem(Status::SystemProperty, name.place, "{} is a system property: it is not set",
                       name.text);
    }
    const std::optional<std::size_t> index = cls.find_property(name.text);
    if (!index) {
        return problem(Status::NotFound, name.place, "class {} has no property {}",
                       cls.name().text(), name.text);
    }
    if (!assignment.qualifiers.empty()) {
        Judged<cim::QualifierSet> set = qualifiers_.qualifiers(assignment.qualifiers, item_);
        if (!set) return tl::unexpected(std::move(set.error()));
        builder.set_property_qualifiers(name.text, std::move(*set));
    }
    if (!assignment.value) return {};
    const cim::Property& property = cls.properties()[*index];
    Judged<cim::Value> value =
        convert(*assignment.value, {property.type, property.class_name}, this);
    if (!value) return tl::unexpected(std::move(value.error()));
    const Result<> set = builder.set(*index, std::move(*value));
    if (set) return {};
    return problem(set.error().status, assignment.place, "{}", set.error().message);
}

Judged<cim::ObjectPtr> Compiler::embedded_object(const InstanceNode& node,
                                                 const Name& declared_class) {
    Judged<cim::ClassPtr> cls = class_for_instance(node.class_name);
    if (!cls) return tl::unexpected(std::move(cls.error()));
    if (!*cls) return cim::ObjectPtr();
    const bool may_differ = declared_class.empty() || partial_classes_.contains(folded_key(
                                                          setting().name_space, declared_class));
    if (!may_differ && !(*cls)->is_a(declared_class)) {
        return problem(Status::MofTypeMismatch, node.class_name.place,
                       "an object of class {} cannot stand for one of class {}",
                       node.class_name.text, declared_class.text());
    }
    Judged<cim::InstancePtr> instance = build(node, *cls);
    if (!instance) return tl::unexpected(std::move(instance.error()));
    return cim::ObjectPtr(std::move(*instance));
}

Judged<std::string> Compiler::alias_path(const AliasUse& alias, const Place& place) {
    const auto found = alias_paths_.find(Name(alias.name));
    if (found != alias_paths_.end()) return found->second;
    if (options_.fragments) return std::string();
    return problem(Status::MofUnexpectedAlias, place, "no object has the alias ${}", alias.name);
}

Judged<> Compiler::delete_class(const DeleteClassNode& node) {
    if (const Result<> alone = batching_.commit(); !alone) return failed(alone.error());
    const Result<> deleted = target_.delete_class(setting().name_space, node.class_name);
    if (deleted) {
        ++report_.deleted;
        return {};
    }
    const Status status = deleted.error().status;
    const bool missing = status == Status::NotFound || status == Status::InvalidClass;
    if (missing && !node.must_exist) return {};
    return failed(deleted.error());
}

Judged<> Compiler::delete_instance(const DeleteInstanceNode& node) {
    Result<cim::ObjectPath> path = cim::ObjectPath::parse(node.path);
    if (!path) {
        std::string quoted = node.path;  // keys in single quotes (MOF-043)
        std::replace(quoted.begin(), quoted.end(), '\'', '"');
        path = cim::ObjectPath::parse(quoted);
    }
    if (!path) return failed(path.error());
    if (path->server && *path->server != ".") {
        return problem(Status::MofInvalidNamespaceSpecification, place(),
                       "a MOF file cannot delete on another server ({})", *path->server);
    }
    const NamespacePath name_space = path->name_space.value_or(setting().name_space);
    if (Judged<> there = require_namespace(name_space); !there) return there;
    if (const Result<> alone = batching_.commit(); !alone) return failed(alone.error());
    const Result<> deleted = target_.delete_instance(name_space, *path);
    if (deleted) {
        ++report_.deleted;
        return {};
    }
    if (deleted.error().status == Status::NotFound && !node.must_exist) return {};
    return failed(deleted.error());
}

void Compiler::remember(const cim::ObjectPath& path, const std::optional<NameUse>& alias) {
    cim::ObjectPath full = path;
    if (!full.server) full.server = ".";
    if (!full.name_space) full.name_space = setting().name_space;
    report_.stored.push_back(full.text());
    if (alias) alias_paths_.emplace(alias->text, report_.stored.back());
}

void Compiler::warn(Status status, const Place& at, std::string message) {
    const std::string file = at.file == 0 ? "" : document_.files[at.file].name;
    report_.diagnostics.push_back(
        {status, std::move(message), at.span, file, base::Severity::Warning});
}

void Compiler::record_failure(std::size_t item, const Problem& failure) {
    note(failure);
    for (const Problem& each : std::exchange(further_, {})) note(each);
    if (!report_.ok()) return;
    const Place& where = document_.items[item].place;
    report_.phase = Phase::Store;
    report_.error = {failure.status, failure.message};
    report_.object_number = item + 1;
    report_.first_line = document_.begin_of(where).line;
    report_.last_line = document_.end_of(where).line;
    report_.file = document_.files[where.file].name;
}

void Compiler::note(const Problem& mistake) {
    const std::string file =
        mistake.place.file == 0 ? "" : document_.files[mistake.place.file].name;
    report_.diagnostics.push_back(
        {mistake.status, mistake.message, mistake.place.span, file, base::Severity::Error});
}

void report_parse_errors(const Document& document, Report& report) {
    const auto first =
        std::find_if(document.diagnostics.begin(), document.diagnostics.end(),
                     [](const base::Diagnostic& d) { return d.severity == base::Severity::Error; });
    report.phase = Phase::Parse;
    report.error = {first->status, first->message};
    report.file = first->file.empty() ? document.files.front().name : first->file;
    const auto file = std::find_if(document.files.begin(), document.files.end(),
                                   [&](const SourceFile& f) { return f.name == report.file; });
    const auto index = static_cast<std::uint32_t>(file - document.files.begin());
    report.first_line = document.begin_of({index, first->span}).line;
    report.last_line = document.end_of({index, first->span}).line;
}

void warn_autorecover(const Document& document, Report& report) {
    report.diagnostics.push_back(
        {Status::Ok,
         fmt::format("File {} does not contain #PRAGMA AUTORECOVER. Its contents will not be "
                     "included when the repository is rebuilt; to have them included, place the "
                     "statement on the first line of the file.",
                     document.files.front().name),
         {0, 0},
         "",
         base::Severity::Warning});
}

}  // namespace

Report compile(const Document& document, Target& target, const CompileOptions& options) {
    Report report;
    report.diagnostics = document.diagnostics;
    if (!document.ok()) {
        report_parse_errors(document, report);
        return report;
    }
    if (options.instance_flags.update != UpdateMode::Compatible) {
        report.phase = Phase::Argument;
        report.error = {Status::InvalidParameter,
                        "safe and forced updates are those of classes, not of instances"};
        return report;
    }
    if (options.warn_autorecover && !document.autorecover) warn_autorecover(document, report);
    Compiler(document, target, options, report).run();
    return report;
}

std::string summary(const Report& report) {
    std::string so_far = fmt::format("{} classes and {} instances stored, {} deleted",
                                     report.classes, report.instances, report.deleted);
    if (report.ok()) return so_far;
    const std::string lines =
        report.first_line == 0 ? ""
        : report.first_line == report.last_line
            ? fmt::format("line {}", report.first_line)
            : fmt::format("lines {} to {}", report.first_line, report.last_line);
    switch (report.phase) {
        case Phase::Parse:
            return fmt::format("{}, {}: {}; nothing stored", report.file, lines,
                               base::to_text(report.error));
        case Phase::Store:
            return fmt::format("{}, object {} on {}: {}; before it: {}", report.file,
                               report.object_number, lines, base::to_text(report.error), so_far);
        default: return base::to_text(report.error) + "; nothing stored";
    }
}

Result<PutFlags> put_flags_of_bits(std::uint32_t bits) {
    constexpr std::uint32_t update_only = 1;
    constexpr std::uint32_t create_only = 2;
    constexpr std::uint32_t safe = 0x20;
    constexpr std::uint32_t force = 0x40;
    if ((bits & ~(update_only | create_only | safe | force)) != 0) {
        return fail(Status::InvalidParameter, "unknown flags 0x{:x}", bits);
    }
    const bool contradictory = ((bits & create_only) != 0 && bits != create_only) ||
                               ((bits & safe) != 0 && (bits & force) != 0);
    if (contradictory) {
        return fail(Status::InvalidParameter,
                    "createonly stands alone; safeupdate and forceupdate exclude each other");
    }
    PutFlags flags;
    if ((bits & create_only) != 0) flags.mode = PutMode::CreateOnly;
    if ((bits & update_only) != 0) flags.mode = PutMode::UpdateOnly;
    if ((bits & safe) != 0) flags.update = UpdateMode::Safe;
    if ((bits & force) != 0) flags.update = UpdateMode::Force;
    return flags;
}

}  // namespace openwmi::mof
