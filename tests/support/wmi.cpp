#include "support/wmi.h"

#include <chrono>
#include <fstream>
#include <sstream>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "wbem/object.h"

namespace openwmi::support {
namespace {

// A CheckTarget that remembers the last instance.
class RememberingTarget final : public mof::Target {
  public:
    Result<bool> namespace_exists(const cim::NamespacePath& name_space) override {
        return inner_.namespace_exists(name_space);
    }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override {
        return inner_.find_class(name_space, name);
    }
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, mof::PutFlags flags) override {
        return inner_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         mof::PutFlags flags) override {
        last_instance = instance;
        return inner_.put_instance(name_space, instance, flags);
    }
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override {
        return inner_.delete_class(name_space, name);
    }
    Result<> delete_instance(const cim::NamespacePath& name_space,
                             const cim::ObjectPath& path) override {
        return inner_.delete_instance(name_space, path);
    }

    cim::InstancePtr last_instance;

  private:
    mof::CheckTarget inner_;
};

[[noreturn]] void raise(const base::Error& what) {
    throw error(static_cast<HRESULT>(what.status), what.message);
}

class Services final : public provider_services<> {
  public:
    using Find = std::function<com_ptr<IWbemClassObject>(const std::string&)>;
    explicit Services(Find find) : find_(std::move(find)) {}

    HRESULT STDMETHODCALLTYPE GetObject(const BSTR strObjectPath, LONG, IWbemContext*,
                                        IWbemClassObject** ppObject, IWbemCallResult**) override {
        return guarded([&]() -> HRESULT {
            find_(to_utf8({strObjectPath, SysStringLen(strObjectPath)})).copy_to(ppObject);
            return WBEM_S_NO_ERROR;
        });
    }

  private:
    Find find_;
};

}  // namespace

struct WmiObjects::Impl {
    RememberingTarget target;
};

WmiObjects::WmiObjects() : impl_(std::make_unique<Impl>()) {}
WmiObjects::~WmiObjects() = default;

void WmiObjects::compile(std::string_view mof_text) {
    mof::CompileOptions options;
    options.name_space = cim::NamespacePath::literal("root\\test");
    const auto document = mof::parse(mof_text, "test.mof");
    const auto report = mof::compile(document, impl_->target, options);
    if (!report.ok()) throw error(static_cast<HRESULT>(report.error.status), mof::summary(report));
}

void WmiObjects::compile_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) throw error(WBEM_E_NOT_FOUND, file.string() + " cannot be read");
    compile(text.str());
}

com_ptr<IWbemClassObject> WmiObjects::find_class(const std::string& name,
                                                 const std::string& name_space) const {
    const auto path = cim::NamespacePath::parse(name_space);
    if (!path) raise(path.error());
    const auto class_name = cim::Name(name);
    const auto found = impl_->target.find_class(*path, class_name);
    if (!found) raise(found.error());
    if (!*found) throw error(WBEM_E_NOT_FOUND, "class " + name + " is not defined");
    return wbem::make_object(*found);
}

com_ptr<IWbemClassObject> WmiObjects::last_instance() const {
    return wbem::make_object(impl_->target.last_instance);
}

com_ptr<IWbemServices> WmiObjects::services(const std::string& name_space) const {
    return make<Services>(
        [this, name_space](const std::string& name) { return find_class(name, name_space); });
}

HRESULT CollectingSink::Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) {
    const std::lock_guard lock(mutex_);
    for (LONG i = 0; i < lObjectCount; ++i) objects_.emplace_back(apObjArray[i]);
    changed_.notify_all();
    return WBEM_S_NO_ERROR;
}

HRESULT CollectingSink::SetStatus(LONG, HRESULT hResult, BSTR, IWbemClassObject*) {
    const std::lock_guard lock(mutex_);
    statuses_.push_back(hResult);
    changed_.notify_all();
    return WBEM_S_NO_ERROR;
}

std::vector<com_ptr<IWbemClassObject>> CollectingSink::objects() const {
    const std::lock_guard lock(mutex_);
    return objects_;
}

std::vector<HRESULT> CollectingSink::statuses() const {
    const std::lock_guard lock(mutex_);
    return statuses_;
}

bool CollectingSink::wait_for(std::size_t count,
                              const std::function<bool(IWbemClassObject*)>& fulfils) const {
    std::unique_lock lock(mutex_);
    std::size_t examined = 0;
    std::size_t fulfilling = 0;
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
        for (; examined < objects_.size(); ++examined) {
            if (fulfils(objects_[examined].get())) ++fulfilling;
        }
        return fulfilling >= count;
    });
}

}  // namespace openwmi::support
