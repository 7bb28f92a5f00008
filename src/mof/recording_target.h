#pragma once

#include <string>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/writer.h"

namespace openwmi::mof {

// For tests: what a compilation asks for, one after the other, as text. Confined.
class RecordingTarget final : public Target {
  public:
    Result<bool> namespace_exists(const cim::NamespacePath& name_space) override {
        said += name_space.text() + "?\n";
        return true;
    }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override {
        return classes_.find_class(name_space, name);
    }
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, PutFlags flags) override {
        record(name_space, mof::write(declaration), flags);
        return classes_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         PutFlags flags) override {
        record(name_space, mof::write(*instance), flags);
        auto path = cim::ObjectPath::of_class(instance->class_of().name());
        path.keys.push_back({{}, std::to_string(++instances_)});
        return path;
    }
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override {
        said += name_space.text() + " -" + name.text() + "\n";
        return fail(Status::NotFound, "there is none");
    }
    Result<> delete_instance(const cim::NamespacePath& name_space,
                             const cim::ObjectPath& path) override {
        said += name_space.text() + " -" + path.text() + "\n";
        return {};
    }

    std::string said;

  private:
    void record(const cim::NamespacePath& name_space, const std::string& object, PutFlags flags) {
        said += name_space.text() + " " + std::to_string(static_cast<int>(flags.mode)) +
                std::to_string(static_cast<int>(flags.update)) + "\n" + object;
    }
    CheckTarget classes_;
    int instances_ = 0;
};

// Everything that compiling it stores, and how it ends.
inline std::string recorded(const Document& document) {
    RecordingTarget target;
    CompileOptions options;
    options.fragments = true;
    const Report report = compile(document, target, options);
    target.said += report.ok() ? "done" : base::to_text(report.error);
    target.said +=
        " " + std::to_string(report.first_line) + "-" + std::to_string(report.last_line) + "\n";
    for (const auto& each : report.diagnostics) {
        if (each.severity == base::Severity::Error) target.said += each.message + "\n";
    }
    return target.said;
}

}  // namespace openwmi::mof
