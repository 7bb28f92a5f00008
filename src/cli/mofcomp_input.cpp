#include "cli/mofcomp_input.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "core/this_computer.h"
#include "mof/binary.h"
#include "mof/flag_words.h"
#include "mof/resource.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

Result<mof::CompileOptions> compile_options(const MofcompOptions& options) {
    mof::CompileOptions compile;
    compile.class_flags = WMI_TRY(mof::class_flags_of_words(options.class_flags));
    compile.instance_flags = WMI_TRY(mof::instance_flags_of_words(options.instance_flags));
    if (!options.name_space.empty()) {
        std::string server;
        const auto path = cim::NamespacePath::parse(options.name_space, &server);
        if (!path) return fail(Status::InvalidParameter, "-N: {}", path.error().message);
        compile.name_space = *path;
    }
    if (!options.authority.empty() && options.user.find('\\') != std::string::npos) {
        return fail(Status::InvalidParameter, "the domain is given in -U and in -A");
    }
    if (!options.resource_locale.empty() && !mof::language_of_locale(options.resource_locale)) {
        return fail(Status::InvalidParameter, "-L: '{}' is no locale, which is like MS_409",
                    options.resource_locale);
    }
    return compile;
}

std::string remote_server(const std::string& name_space) {
    std::string server;
    const auto path = cim::NamespacePath::parse(name_space, &server);
    return !path || core::is_this_computer(server) ? std::string() : server;
}

Result<mof::SourceReader::Source> open_input(const MofcompOptions& options) {
    if (options.resource.empty()) return mof::FileReader::open(options.file);
    mof::Limits limits;
    limits.file_bytes = std::size_t{1}
                        << 30;  // of a library; the resource is a MOF file like others
    auto file = WMI_TRY(mof::FileReader::open(options.file, limits));
    mof::ResourceName wanted{options.resource, std::nullopt};
    if (!options.resource_locale.empty()) {
        wanted.language = mof::language_of_locale(options.resource_locale);
    }
    const auto resource = mof::extract_resource(file.bytes, wanted);
    if (!resource)
        return fail(resource.error().status, "{}: {}", file.name, resource.error().message);
    return mof::SourceReader::Source{file.name, std::string(*resource)};
}

Json mof_request(const MofcompOptions& options, const mof::SourceReader::Source& source,
                 const mof::Document& document, RememberingReader& reader) {
    Json request;
    if (!options.name_space.empty()) request["namespace"] = options.name_space;
    if (!options.class_flags.empty()) request["class"] = options.class_flags;
    if (!options.instance_flags.empty()) request["instance"] = options.instance_flags;
    if (options.autorecover) request["autorecover"] = true;
    if (options.resource.empty()) {
        request["path"] = std::filesystem::absolute(source.name).lexically_normal().string();
    }
    if (mof::is_binary(source.bytes)) {
        request["files"] = {{{"name", source.name}, {"binary", base::to_base64(source.bytes)}}};
        return request;
    }
    request["files"] = files_json(document, reader);
    return request;
}

}  // namespace openwmi::cli
