#include "bridge/mof_request.h"

#include <wbemcli.h>

#include "core/this_computer.h"
#include "mof/flag_words.h"

namespace openwmi::bridge {
namespace {

Result<CompilerOptions> read_options(std::int32_t bits) {
    constexpr std::int32_t known = WBEM_FLAG_CHECK_ONLY | WBEM_FLAG_AUTORECOVER |
                                   WBEM_FLAG_WMI_CHECK | WBEM_FLAG_CONSOLE_PRINT |
                                   WBEM_FLAG_DONT_ADD_TO_LIST | WBEM_FLAG_SPLIT_FILES |
                                   WBEM_FLAG_STORE_FILE;
    if ((bits & ~known) != 0) {
        return fail(Status::InvalidParameter, "unknown options 0x{:x}",
                    static_cast<std::uint32_t>(bits & ~known));
    }
    if ((bits & WBEM_FLAG_STORE_FILE) != 0) {
        return fail(Status::NotSupported,
                    "what WBEM_FLAG_STORE_FILE does is nowhere documented: files stay where they "
                    "are");
    }
    return CompilerOptions{.check_only = (bits & WBEM_FLAG_CHECK_ONLY) != 0,
                           .autorecover = (bits & WBEM_FLAG_AUTORECOVER) != 0,
                           .wdm_check = (bits & WBEM_FLAG_WMI_CHECK) != 0,
                           .console_print = (bits & WBEM_FLAG_CONSOLE_PRINT) != 0,
                           .dont_add_to_list = (bits & WBEM_FLAG_DONT_ADD_TO_LIST) != 0,
                           .split_files = (bits & WBEM_FLAG_SPLIT_FILES) != 0};
}

Result<cim::NamespacePath> read_namespace(const std::string& text) {
    std::string server;
    auto path = cim::NamespacePath::parse(text, &server);
    if (!path) return fail(Status::InvalidParameter, "{}", path.error().message);
    if (core::is_this_computer(server)) return *path;
    return fail(
        Status::NotSupported,
        "'{}' is another computer; this release compiles for the service of its own process "
        "only",
        server);
}

}  // namespace

Result<MofArguments> read_mof_arguments(const RawMofArguments& raw) {
    MofArguments arguments;
    arguments.options = WMI_TRY(read_options(raw.options));
    if (raw.user.find('\\') != std::string::npos && !raw.authority.empty()) {
        return fail(Status::InvalidParameter,
                    "the domain is given in the user: then the authority is NULL");
    }
    arguments.has_namespace = !raw.name_space.empty();
    if (arguments.has_namespace) {
        arguments.compile.name_space = WMI_TRY(read_namespace(raw.name_space));
    }
    arguments.compile.class_flags =
        WMI_TRY(mof::put_flags_of_bits(static_cast<std::uint32_t>(raw.class_flags)));
    arguments.compile.instance_flags =
        WMI_TRY(mof::instance_flags_of_bits(static_cast<std::uint32_t>(raw.instance_flags)));
    arguments.has_flags = raw.class_flags != 0 || raw.instance_flags != 0;
    return arguments;
}

Result<> check_file_options(const MofArguments& arguments) {
    const CompilerOptions& options = arguments.options;
    const bool placed = arguments.has_namespace || arguments.has_flags;
    if (options.autorecover && (placed || options.dont_add_to_list)) {
        return fail(Status::InvalidParameter,
                    "WBEM_FLAG_AUTORECOVER: when the file is compiled again, nobody remembers a "
                    "namespace, flags or WBEM_FLAG_DONT_ADD_TO_LIST; say them in the file");
    }
    const bool more = options.autorecover || options.dont_add_to_list || options.split_files ||
                      options.wdm_check || arguments.has_flags;
    if (options.check_only && more) {
        return fail(Status::InvalidParameter,
                    "WBEM_FLAG_CHECK_ONLY stands alone, but for WBEM_FLAG_CONSOLE_PRINT");
    }
    return {};
}

std::optional<SplitName> read_split_name(std::string_view text) {
    SplitName split;
    std::size_t comma = text.find(',');
    split.name = std::string(text.substr(0, comma));
    while (comma != std::string_view::npos) {
        text.remove_prefix(comma + 1);
        comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        if (part.size() < 2) return std::nullopt;
        const std::string_view value = part.substr(1);
        switch (part[0]) {
            case 'a': split.locale = value; break;
            case 'n': split.neutral = value; break;
            case 'l': split.localized = value; break;
            default: return std::nullopt;
        }
    }
    const bool whole = !split.name.empty() && !split.locale.empty() && !split.neutral.empty() &&
                       !split.localized.empty();
    return whole ? std::optional(split) : std::nullopt;
}

}  // namespace openwmi::bridge
