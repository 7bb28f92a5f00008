#include "http/method_request.h"

#include <nlohmann/json.hpp>

#include "cim/method_signature.h"
#include "json/json.h"

namespace openwmi::http {
namespace {

constexpr const char* parameters_class = "__PARAMETERS";

// The classes of the namespace, and for __PARAMETERS the one of the method.
class WithParameters final : public cim::Schema {
  public:
    WithParameters(std::shared_ptr<const cim::Schema> all, cim::ClassPtr parameters)
        : all_(std::move(all)), parameters_(std::move(parameters)) {}

    cim::ClassPtr find_class(const cim::Name& name) const override {
        if (name == cim::Name(parameters_class)) return parameters_;
        return all_ ? all_->find_class(name) : nullptr;
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        return all_ ? all_->subclasses(name) : std::vector<cim::ClassPtr>();
    }

  private:
    const std::shared_ptr<const cim::Schema> all_;
    const cim::ClassPtr parameters_;
};

// The class of the object, as far as anybody has it: the call itself says what is wrong otherwise.
cim::ClassPtr find_class(const cim::ObjectPath& path, core::Session& session,
                         base::Executor& executor) {
    const auto found = core::wait_for(executor, [&](core::SinkPtr sink) {
        session.get_object(cim::ObjectPath::of_class(path.class_name), std::move(sink));
    });
    const auto* cls =
        found && !found->objects.empty() ? found->objects.front()->as_class() : nullptr;
    return cim::ClassPtr(cls);
}

Result<cim::InstancePtr> read_parameters(const nlohmann::json& sent, const cim::ClassPtr& signature,
                                         const core::Session& session) {
    if (!sent.is_object()) {
        return fail(Status::InvalidMethodParameters,
                    R"("in" is {}; expected an object of the parameters)", sent.type_name());
    }
    if (sent.empty()) return signature ? cim::InstanceBuilder(signature).build() : nullptr;
    if (!signature) {
        return fail(Status::InvalidMethodParameters, "the method takes no parameters; {} was given",
                    sent.begin().key());
    }
    auto named = sent;
    named["__CLASS"] = parameters_class;
    auto read =
        json::read_instance(named.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                            WithParameters(session.schema(), signature));
    if (!read) return fail(Status::InvalidMethodParameters, "{}", read.error().message);
    return read;
}

Result<cim::InstancePtr> in_parameters(const nlohmann::json& request, const cim::ObjectPath& path,
                                       const cim::Name& name, core::Session& session,
                                       base::Executor& executor) {
    const auto sent = request.find("in");
    const auto cls = find_class(path, session, executor);
    const auto* method = cls ? cls->find_method(name) : nullptr;
    if (!method) return cim::InstancePtr();  // which the call refuses
    const auto signature = WMI_TRY(cim::signature_of(*method));
    if (sent != request.end() && !sent->is_null()) {
        return read_parameters(*sent, signature.in, session);
    }
    return cim::InstancePtr();
}

Result<std::string> text(const nlohmann::json& request, const char* name) {
    const auto found = request.find(name);
    if (found != request.end() && found->is_string()) return found->get<std::string>();
    return fail(Status::InvalidParameter, "the request needs the string \"{}\"", name);
}

}  // namespace

Result<std::string> call_method(const nlohmann::json& request, core::Session& session,
                                base::Executor& executor) {
    const auto path = WMI_TRY(cim::ObjectPath::parse(WMI_TRY(text(request, "path"))));
    const cim::Name name(WMI_TRY(text(request, "method")));
    const auto in = WMI_TRY(in_parameters(request, path, name, session, executor));
    const auto outcome = WMI_TRY(core::wait_for(executor, [&](core::SinkPtr sink) {
        session.exec_method(path, name, in, std::move(sink));
    }));
    return fmt::format(R"({{"path":{},"method":{},"out":{}}})", json::quote(path.text()),
                       json::quote(name.text()),
                       outcome.objects.empty() ? "null" : json::write(*outcome.objects.front()));
}

}  // namespace openwmi::http
