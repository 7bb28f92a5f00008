#include "com/runtime/registration_file.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "base/text.h"

namespace openwmi::com::runtime {
namespace {

constexpr std::size_t max_file_bytes = 16384;

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

base::Result<std::string> read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return fail(Status::AccessDenied, "{}: the file cannot be read", file.string());
    std::string content(max_file_bytes + 1, '\0');
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    if (content.size() > max_file_bytes) {
        return fail(Status::InvalidParameter, "{}: a registration file has at most {} bytes",
                    file.string(), max_file_bytes);
    }
    return content;
}

base::Result<> set(Registration& registration, std::string_view key, std::string_view value) {
    if (key == "InprocServer32") {
        const std::filesystem::path library(value);
        registration.library = library.is_absolute()
                                   ? library
                                   : (registration.file.parent_path() / library).lexically_normal();
    } else if (key == "ThreadingModel") {
        if (value != "Both" && value != "Free" && value != "Neutral") {
            return fail(Status::NotSupported,
                        "ThreadingModel={} is not supported: calls arrive on any thread (Both, "
                        "Free or Neutral)",
                        value);
        }
        registration.threading_model = value;
    } else if (key == "Name") {
        registration.name = value;
    } else if (key == "LocalServer32") {
        return fail(Status::NotSupported,
                    "LocalServer32: classes in processes of their own are not supported yet");
    }
    return {};
}

}  // namespace

std::vector<std::filesystem::path> registration_folders() {
    std::string_view list = OPENWMI_CLASSES_DEFAULT;
    if (const char* from_environment = secure_getenv("OPENWMI_CLASSES_PATH"))
        list = from_environment;
    std::vector<std::filesystem::path> folders;
    while (!list.empty()) {
        const auto end = list.find(':');
        const auto folder = list.substr(0, end);
        if (!folder.empty()) folders.emplace_back(folder);
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return folders;
}

base::Result<Registration> parse_registration(const std::filesystem::path& file,
                                              std::string_view content) {
    Registration registration;
    registration.file = file;
    registration.threading_model = "Both";
    for (int number = 1; !content.empty(); ++number) {
        const auto end = content.find('\n');
        const auto line = base::trim(content.substr(0, end));
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (line.empty() || line.front() == '#') continue;
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            return fail(Status::InvalidParameter, "{}:{}: a line is Key=Value or a comment",
                        file.string(), number);
        }
        const auto done = set(registration, base::trim(line.substr(0, equals)),
                              base::trim(line.substr(equals + 1)));
        if (!done)
            return fail(done.error().status, "{}:{}: {}", file.string(), number,
                        done.error().message);
    }
    if (registration.library.empty()) {
        return fail(Status::InvalidParameter, "{}: there is no line InprocServer32=library",
                    file.string());
    }
    return registration;
}

base::Result<std::optional<Registration>> find_registration(
    const std::vector<std::filesystem::path>& folders, const std::string& clsid) {
    for (const auto& folder : folders) {
        for (const auto& name : {clsid + ".class", lower_case(clsid) + ".class"}) {
            const auto file = std::filesystem::absolute(folder / name);
            std::error_code ignored;  // what cannot be looked at is not there
            if (!std::filesystem::exists(file, ignored)) continue;
            const std::string content = WMI_TRY(read_file(file));
            return WMI_TRY(parse_registration(file, content));
        }
    }
    return std::optional<Registration>();
}

}  // namespace openwmi::com::runtime
