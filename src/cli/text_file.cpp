#include "cli/text_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace openwmi::cli {

Result<std::string> read_text_file(const std::filesystem::path& file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
        return fail(Status::NotFound, "{} cannot be read: it is a folder", file.string());
    }
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string text;
    if (stream) text.assign(std::istreambuf_iterator<char>(stream), {});
    if (stream) return text;
    const auto why = errno == 0 ? "" : ": " + std::generic_category().message(errno);
    return fail(Status::NotFound, "{} cannot be read{}", file.string(), why);
}

}  // namespace openwmi::cli
