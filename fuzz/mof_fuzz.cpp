// Any bytes as a MOF file: parsed, judged, compiled against nothing; and what it declares, written
// and parsed again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "mof/writer.h"

namespace {

using namespace openwmi;

void require_readable(const std::string& text) {
    mof::ParseOptions options;
    options.system_classes = true;
    const mof::Document document = mof::parse(text, "written.mof", options);
    if (document.ok()) return;
    for (const auto& diagnostic : document.diagnostics) {
        std::fputs(document.render(diagnostic).c_str(), stderr);
    }
    std::abort();
}

// Stores nothing; whatever comes is written as MOF, which has to be readable.
class WritingTarget final : public mof::Target {
  public:
    Result<bool> namespace_exists(const cim::NamespacePath&) override { return true; }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override {
        return classes_.find_class(name_space, name);
    }
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, mof::PutFlags flags) override {
        require_readable(mof::write(declaration));
        return classes_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         mof::PutFlags flags) override {
        require_readable(mof::write(*instance));
        return classes_.put_instance(name_space, instance, flags);
    }
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override {
        return classes_.delete_class(name_space, name);
    }
    Result<> delete_instance(const cim::NamespacePath& name_space,
                             const cim::ObjectPath& path) override {
        return classes_.delete_instance(name_space, path);
    }

  private:
    mof::CheckTarget classes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    mof::ParseOptions parse_options;
    parse_options.fragments = true;
    const mof::Document document = mof::parse(bytes, "fuzz.mof", parse_options);
    for (const auto& diagnostic : document.diagnostics) document.render(diagnostic);
    WritingTarget target;
    mof::CompileOptions options;
    options.fragments = true;
    const mof::Report report = mof::compile(document, target, options);
    if (document.ok() != (report.phase != mof::Phase::Parse)) std::abort();
    return 0;
}
