#include "core/export.h"

#include <algorithm>
#include <array>

#include "cim/schema.h"
#include "mof/writer.h"

namespace openwmi::core {
namespace {

// What a namespace has by itself, or the program says.
bool is_exported(const cim::Class& cls) {
    static const std::array kept_out = {
        cim::Name("__Namespace"), cim::Name("__CIMOMIdentification"), cim::Name("__thisNAMESPACE"),
        cim::Name("__SystemSecurity")};
    return !cls.is_abstract() && std::ranges::find(kept_out, cls.name()) == kept_out.end();
}

// One run of an export. Confined to one thread.
class Export {
  public:
    Export(const repository::Store& store, const ExportSink& sink) : store_(store), sink_(sink) {}

    Result<> run() {
        WMI_TRY(sink_("// Exported by OpenWMI. openwmi mofcomp compiles it.\n"));
        // Parents come before their children.
        for (const auto& ns : store_.namespaces()) WMI_TRY(name_space(ns));
        return {};
    }

  private:
    Result<> name_space(const cim::NamespacePath& ns) {
        const auto schema = store_.schema(ns);
        if (!schema) return {};  // deleted meanwhile
        WMI_TRY(pragma(ns));
        for (const auto& child : WMI_TRY(store_.children(ns))) {
            WMI_TRY(sink_(
                fmt::format("\ninstance of __Namespace\n{{\n    Name = {};\n}};\n",
                            mof::write_value(child.last().text(), {cim::CimType::String, false}))));
        }
        auto classes = schema->subclasses("");
        sort(classes);
        for (const auto& cls : classes) {
            if (!cim::find_system_class(cls->name())) WMI_TRY(sink_("\n" + mof::write(*cls)));
        }
        for (const auto& cls : classes) {
            if (is_exported(*cls)) WMI_TRY(instances(ns, *cls));
        }
        return {};
    }

    // Superclasses first; among those that are equally far down by name, so that the same content
    // is the same text.
    static void sort(std::vector<cim::ClassPtr>& classes) {
        std::ranges::sort(classes, [](const cim::ClassPtr& a, const cim::ClassPtr& b) {
            const auto depth_a = a->derivation().size();
            const auto depth_b = b->derivation().size();
            return depth_a != depth_b ? depth_a < depth_b : a->name() < b->name();
        });
    }

    Result<> pragma(const cim::NamespacePath& ns) {
        std::string escaped;
        for (const char c : ns.text())
            escaped += c == '\\' ? std::string("\\\\") : std::string(1, c);
        return sink_(fmt::format("\n#pragma namespace(\"\\\\\\\\.\\\\{}\")\n", escaped));
    }

    Result<> instances(const cim::NamespacePath& ns, const cim::Class& cls) {
        std::string after;
        do {
            auto page = WMI_TRY(store_.enumerate(ns, cls.name(), false, after));
            for (const auto& each : page.instances) WMI_TRY(sink_("\n" + mof::write(*each)));
            after = std::move(page.next);
        } while (!after.empty());
        return {};
    }

    const repository::Store& store_;
    const ExportSink& sink_;
};

}  // namespace

Result<> export_mof(const repository::Store& store, const ExportSink& sink) {
    return Export(store, sink).run();
}

}  // namespace openwmi::core
