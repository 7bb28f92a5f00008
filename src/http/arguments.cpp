#include "http/arguments.h"

namespace openwmi::http {

Result<Arguments> Arguments::of(const Request& request) {
    Arguments arguments;
    if (request.body.empty()) {
        arguments.json_ = request.parameters;
        return arguments;
    }
    arguments.json_ = nlohmann::json::parse(request.body, nullptr, false);
    if (!arguments.json_.is_object()) {
        return fail(Status::InvalidParameter, "the body of the request is no JSON object");
    }
    return arguments;
}

Result<std::string> Arguments::text(const char* name) const {
    const auto found = json_.find(name);
    if (found != json_.end() && found->is_string()) return found->get<std::string>();
    return fail(Status::InvalidParameter, "the request needs the string \"{}\"", name);
}

Result<std::string> Arguments::text(const char* name, std::string_view otherwise) const {
    if (!json_.contains(name)) return std::string(otherwise);
    return text(name);
}

Result<bool> Arguments::boolean(const char* name) const {
    const auto found = json_.find(name);
    if (found != json_.end() && found->is_boolean()) return found->get<bool>();
    return fail(Status::InvalidParameter, "the request needs \"{}\", true or false", name);
}

}  // namespace openwmi::http
