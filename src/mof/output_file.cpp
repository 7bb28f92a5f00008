#include "mof/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/guid.h"

namespace openwmi::mof {

Result<> write_file(const std::filesystem::path& path, std::string_view bytes) {
    // Not mkstemp's: its file would be the writer's alone, whatever the umask says.
    const std::string temporary = path.string() + "." + base::Guid::random().text();
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        return fail(Status::MofErrorCreatingTempFile, "{}: {}", temporary,
                    std::generic_category().message(errno));
    }
    std::size_t written = 0;
    int error = 0;
    while (written < bytes.size() && error == 0) {
        const ssize_t count = ::write(file, bytes.data() + written, bytes.size() - written);
        if (count >= 0) written += static_cast<std::size_t>(count);
        if (count < 0 && errno != EINTR) error = errno;
    }
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    std::error_code moved;
    if (error == 0) std::filesystem::rename(temporary, path, moved);
    if (error == 0 && !moved) return {};
    ::unlink(temporary.c_str());
    return fail(Status::Failed, "{}: {}", path.string(),
                error != 0 ? std::generic_category().message(error) : moved.message());
}

}  // namespace openwmi::mof
