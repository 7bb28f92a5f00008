#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/schema.h"

// For the tests of wql and match: the system classes and a few that the documentation's samples
// are about.
namespace openwmi::wql::test {

struct SampleProperty {
    const char* name;
    cim::CimType type;
    bool array = false;
    const char* class_name = "";
};

// Confined to one thread.
class SampleSchema final : public cim::Schema {
  public:
    SampleSchema() {
        for (const auto& system : cim::system_classes()) add(system.cls);
        define_process_classes();
        define_other_classes();
        define_events();
    }

    cim::ClassPtr find_class(const cim::Name& name) const override {
        const auto found = classes_.find(name);
        return found == classes_.end() ? nullptr : found->second;
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        std::vector<cim::ClassPtr> found;
        for (const auto& [key, cls] : classes_) {
            if (key != name && (name.empty() || cls->is_a(name))) found.push_back(cls);
        }
        return found;
    }

    void define(const char* name, const char* superclass,
                std::initializer_list<SampleProperty> properties) {
        cim::ClassDeclaration declaration;
        declaration.name = name;
        declaration.superclass = superclass;
        for (const auto& sample : properties) {
            cim::Property property;
            property.name = sample.name;
            property.type = {sample.type, sample.array};
            property.class_name = sample.class_name;
            declaration.properties.push_back(std::move(property));
        }
        auto cls = cim::Class::derive(std::move(declaration), find_class(superclass));
        WMI_CHECK(cls.has_value(), "the samples are correct");
        add(*cls);
    }

    cim::InstancePtr make(const char* class_name,
                          std::vector<std::pair<const char*, cim::Value>> values = {}) const {
        cim::InstanceBuilder builder(find_class(class_name));
        for (auto& [name, value] : values) {
            WMI_CHECK(builder.set(cim::Name(name), std::move(value)).has_value(),
                      "the samples fit their classes");
        }
        return builder.build();
    }
    // __InstanceCreationEvent and its like, about that object.
    cim::InstancePtr event(const char* class_name, cim::InstancePtr target,
                           cim::InstancePtr previous = nullptr) const {
        std::vector<std::pair<const char*, cim::Value>> values;
        values.emplace_back("TargetInstance", std::move(target));
        if (previous) values.emplace_back("PreviousInstance", std::move(previous));
        return make(class_name, std::move(values));
    }

  private:
    void add(const cim::ClassPtr& cls) { classes_[cls->name()] = cls; }

    void define_process_classes() {
        using enum cim::CimType;
        define("CIM_Process", "",
               {{"Name", String}, {"Priority", Uint32}, {"CreationDate", Datetime}});
        define("Win32_Process", "CIM_Process",
               {{"CommandLine", String},
                {"ProcessId", Uint32},
                {"WorkingSetSize", Uint64},
                {"UserModeTime", Sint64}});
        define("Sandboxed_Process", "Win32_Process", {{"Sandbox", String}});
    }
    void define_other_classes() {
        using enum cim::CimType;
        define("Win32_LogicalDisk", "",
               {{"DeviceID", String}, {"FreeSpace", Uint64}, {"FileSystem", String}});
        define("Win32_Service", "", {{"Name", String}, {"State", String}, {"Started", Boolean}});
        define("Win32_Printer", "",
               {{"Local", Boolean},
                {"Network", Boolean},
                {"DriverName", String},
                {"PortName", String}});
        define("Win32_NTLogEvent", "",
               {{"SourceName", String}, {"EventCode", Uint16}, {"Data", Uint8, true}});
        define("Win32_LocalTime", "", {{"Hour", Uint32}, {"Minute", Uint32}, {"Second", Uint32}});
        define("CIM_DirectoryContainsFile", "",
               {{"GroupComponent", Reference}, {"PartComponent", Reference}});
        define("Everything", "",
               {{"Small", Sint8},
                {"Big", Sint64},
                {"Natural", Uint64},
                {"Float", Real32},
                {"Double", Real64},
                {"Flag", Boolean},
                {"Letter", Char16},
                {"Text", String},
                {"Moment", Datetime},
                {"Link", Reference},
                {"Part", Object},
                {"Numbers", Sint32, true},
                {"Other", Sint64},
                {"OtherText", String},
                {"Disk", Object, false, "Win32_LogicalDisk"}});
    }
    void define_events() {
        using enum cim::CimType;
        define("EmailEvent", "__ExtrinsicEvent",
               {{"Sender", String}, {"Importance", Uint8}, {"Urgent", Boolean}});
        define("SecurityViolationEvent", "__ExtrinsicEvent", {{"Building", String}});
        define("RegistryEvent", "__ExtrinsicEvent", {});
        define("RegistryTreeChangeEvent", "RegistryEvent",
               {{"Hive", String}, {"RootPath", String}});
        define("E", "", {{"Prop1", Sint32}, {"Prop2", Sint32}});
        define("MyEvent", "__ExtrinsicEvent",
               {{"E1", Object, false, "E"}, {"E2", Object, false, "E"}, {"List", Uint8, true}});
    }

    std::map<cim::Name, cim::ClassPtr> classes_;
};

}  // namespace openwmi::wql::test
