#include "http/exchange.h"

#include <charconv>

#include "base/text.h"
#include "json/json.h"

namespace openwmi::http {

unsigned http_status(Status status) {
    switch (status) {
        case Status::NotFound:
        case Status::InvalidNamespace: return 404;
        case Status::AccessDenied: return 403;
        case Status::AlreadyExists: return 409;
        case Status::NotSupported:
        case Status::ProviderNotCapable: return 501;
        case Status::ShuttingDown:
        case Status::ServerTooBusy: return 503;
        case Status::Failed:
        case Status::CriticalError:
        case Status::OutOfMemory:
        case Status::OutOfDiskSpace:
        case Status::ProviderFailure:
        case Status::ProviderLoadFailure: return 500;
        default: return 400;
    }
}

std::string error_json(const Error& error) {
    const auto name = base::symbol(error.status);
    const auto code = static_cast<std::uint32_t>(error.status);
    return fmt::format(R"({{"status":{},"code":{},"message":{}}})",
                       json::quote(name.empty() ? fmt::format("0x{:08X}", code) : name), code,
                       json::quote(base::to_valid_utf8(error.message)));
}

namespace {

Result<std::string> decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        unsigned byte = 0;
        const char* const digits = text.data() + i + 1;
        const bool complete = i + 2 < text.size();
        if (!complete || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
            return fail(Status::InvalidParameter, "'{}' has a % without two hexadecimal digits",
                        base::to_valid_utf8(text));
        }
        decoded += static_cast<char>(byte);
        i += 2;
    }
    if (!base::is_valid_utf8(decoded)) {
        return fail(Status::InvalidParameter, "the target of the request is not UTF-8");
    }
    return decoded;
}

}  // namespace

Result<> read_target(std::string_view target, Request& request) {
    const auto question = target.find('?');
    request.path = WMI_TRY(decode(target.substr(0, question)));
    std::string_view rest =
        question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto part = rest.substr(0, end);
        const auto equals = part.find('=');
        auto name = WMI_TRY(decode(part.substr(0, equals)));
        auto value = WMI_TRY(decode(equals == std::string_view::npos ? std::string_view()
                                                                     : part.substr(equals + 1)));
        if (!part.empty()) request.parameters[std::move(name)] = std::move(value);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return {};
}

}  // namespace openwmi::http
