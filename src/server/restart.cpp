#include "server/restart.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "repository/maintenance.h"

namespace openwmi::server {

namespace fs = std::filesystem;

namespace {

fs::path record_in(const fs::path& state_folder) {
    return state_folder / "owed_restore";
}

tl::unexpected<Error> cannot_write(const fs::path& file) {
    return fail(errno == ENOSPC ? Status::OutOfDiskSpace : Status::AccessDenied,
                "{} cannot be written: {}", file.string(), std::strerror(errno));
}

// On disk when it returns.
Result<> write_file(const fs::path& file, const std::string& text) {
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return cannot_write(file);
    const auto written = ::write(descriptor, text.data(), text.size());
    const bool done = written == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
    const auto failure = done ? Result<>() : Result<>(cannot_write(file));
    ::close(descriptor);
    return failure;
}

}  // namespace

Result<> Restart::with(const fs::path& backup) {
    const auto record = record_in(state_folder_);
    if (auto written = write_file(record, backup.string()); !written) {
        std::error_code error;
        fs::remove(record, error);
        return written;
    }
    wanted_ = true;
    ::kill(::getpid(), SIGTERM);
    return {};
}

void restore_if_owed(const fs::path& state_folder, const Log& log) {
    const auto record = record_in(state_folder);
    std::string backup;
    if (std::ifstream file(record); !file || !std::getline(file, backup, '\0')) return;
    const auto aside = repository::restore(state_folder / "repository", backup);
    if (!aside) {
        log.error("repository", "the backup was not restored: " + to_text(aside.error()),
                  {{"backup", backup}});
    } else {
        log.info("repository", "restored", {{"backup", backup}, {"previous", aside->string()}});
    }
    std::error_code error;
    fs::remove(record, error);
    if (error) log.error("repository", record.string() + ": " + error.message());
}

}  // namespace openwmi::server
