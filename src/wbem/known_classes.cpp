#include "wbem/known_classes.h"

#include "cim/instance.h"
#include "com/boundary.h"
#include "com/variant.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "wbem/context.h"
#include "wbem/object.h"

namespace openwmi::wbem {
namespace {

// Keeps what a text declares. Confined to one compilation.
class TextTarget final : public mof::Target {
  public:
    explicit TextTarget(KnownClasses& classes) : classes_(classes) {}

    const cim::ObjectPtr& last() const { return last_; }

    Result<bool> namespace_exists(const cim::NamespacePath&) override { return true; }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath&, const cim::Name& name) override {
        return classes_.find_class(name);
    }
    Result<> put_class(const cim::NamespacePath&, const cim::ClassDeclaration& declaration,
                       mof::PutFlags) override {
        cim::ClassPtr superclass;
        if (!declaration.superclass.empty())
            superclass = classes_.find_class(declaration.superclass);
        const auto cls = WMI_TRY(cim::Class::derive(declaration, std::move(superclass)));
        classes_.add(cls);
        last_ = cls;
        return {};
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath&,
                                         const cim::InstancePtr& instance, mof::PutFlags) override {
        last_ = instance;
        return instance->path().value_or(cim::ObjectPath::of_class(instance->class_of().name()));
    }
    Result<> delete_class(const cim::NamespacePath&, const cim::Name&) override {
        return nothing_to_delete();
    }
    Result<> delete_instance(const cim::NamespacePath&, const cim::ObjectPath&) override {
        return nothing_to_delete();
    }

  private:
    static Result<> nothing_to_delete() {
        return fail(Status::InvalidOperation, "a text that stands alone deletes nothing");
    }

    KnownClasses& classes_;
    cim::ObjectPtr last_;
};

}  // namespace

Result<KnownClasses> KnownClasses::of(IWbemContext* context) {
    KnownClasses classes;
    if (!context) return classes;
    com::Ptr<IWbemContext> copy;  // an enumeration of our own
    WMI_TRY(com::to_result(context->Clone(copy.put()), "the context"));
    WMI_TRY(com::to_result(copy->BeginEnumeration(0), "the context"));
    for (;;) {
        com::Variant value;
        const HRESULT hr = copy->Next(0, nullptr, value.put());
        if (hr == WBEM_S_NO_MORE_DATA) return classes;
        WMI_TRY(com::to_result(hr, "the context"));
        if (value.get().vt != VT_UNKNOWN || !value.get().punkVal) continue;
        const auto object = com::Ptr<IUnknown>(value.get().punkVal).query<IWbemClassObject>();
        if (!object) continue;
        const cim::ObjectPtr content = WMI_TRY(object_of(object.get()));
        const auto* instance = content->as_instance();
        classes.add(instance ? instance->class_ptr() : cim::ClassPtr(content->as_class()));
    }
}

void KnownClasses::add(const cim::ClassPtr& cls) {
    for (cim::ClassPtr known = cls; known; known = known->superclass()) {
        classes_.insert_or_assign(known->name(), known);
    }
}

cim::ClassPtr KnownClasses::find_class(const cim::Name& name) const {
    const auto found = classes_.find(name);
    return found == classes_.end() ? cim::find_system_class(name) : found->second;
}

std::vector<cim::ClassPtr> KnownClasses::subclasses(const cim::Name& name) const {
    std::vector<cim::ClassPtr> found;
    for (const auto& [_, cls] : classes_) {
        if (cls->is_a(name) && !(cls->name() == name)) found.push_back(cls);
    }
    return found;
}

Result<cim::ObjectPtr> read_mof(std::string_view text, KnownClasses classes) {
    TextTarget target(classes);
    const mof::Document document = mof::parse(text, "text");
    const mof::Report report = mof::compile(document, target);
    if (!report.ok()) {
        return fail(report.error.status, "line {}: {}", report.first_line, report.error.message);
    }
    if (target.last()) return target.last();
    return fail(Status::InvalidParameter, "the text declares neither a class nor an instance");
}

}  // namespace openwmi::wbem
