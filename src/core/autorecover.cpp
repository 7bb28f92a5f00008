#include "core/autorecover.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/text.h"
#include "mof/output_file.h"

namespace openwmi::core {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view heading =
    "# MOF files that are compiled again, in this order, when the repository is rebuilt.";

bool is_comment(std::string_view line) {
    return base::trim(line).empty() || line.starts_with('#');
}

}  // namespace

AutorecoverList::AutorecoverList(const fs::path& state_folder)
    : list_(state_folder.empty() ? fs::path() : state_folder / "autorecover"),
      owing_(state_folder.empty() ? fs::path() : state_folder / "autorecover.due") {}

Result<std::vector<std::string>> AutorecoverList::read() const {
    if (list_.empty()) return in_memory_;
    std::vector<std::string> lines;
    std::error_code error;
    if (!fs::exists(list_, error)) return lines;
    std::ifstream stream(list_);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    if (!stream.eof()) return fail(Status::Failed, "{} cannot be read", list_.string());
    return lines;
}

Result<> AutorecoverList::write(const std::vector<std::string>& lines) {
    if (list_.empty()) {
        in_memory_ = lines;
        return {};
    }
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return mof::write_file(list_, text);
}

Result<> AutorecoverList::add(const fs::path& file) {
    const std::string name = file.lexically_normal().string();
    const bool one_line = std::ranges::none_of(name, [](unsigned char c) { return c < 0x20; });
    if (!file.is_absolute() || !one_line) {
        return fail(Status::InvalidParameter,
                    "'{}' is not the full path of a file on this computer", name);
    }
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
        return fail(Status::NotFound, "the service cannot see a file {}: {}", name,
                    error ? error.message() : "there is none");
    }
    const std::lock_guard lock(mutex_);
    auto lines = WMI_TRY(read());
    if (std::ranges::find(lines, name) != lines.end()) return {};
    if (lines.empty()) lines.emplace_back(heading);
    lines.push_back(name);
    return write(lines);
}

Result<> AutorecoverList::remove(const fs::path& file) {
    const std::lock_guard lock(mutex_);
    auto lines = WMI_TRY(read());
    if (std::erase(lines, file.lexically_normal().string()) == 0) {
        return fail(Status::NotFound, "{} is not in the list", file.string());
    }
    return write(lines);
}

Result<std::vector<fs::path>> AutorecoverList::files() const {
    const std::lock_guard lock(mutex_);
    std::vector<fs::path> files;
    for (const std::string& line : WMI_TRY(read())) {
        if (!is_comment(line)) files.emplace_back(line);
    }
    return files;
}

Result<> AutorecoverList::owe() {
    if (owing_.empty()) return {};
    return mof::write_file(owing_, "");
}

bool AutorecoverList::is_owed() const {
    std::error_code error;
    return !owing_.empty() && fs::exists(owing_, error);
}

Result<> AutorecoverList::recovered() {
    std::error_code error;
    if (!owing_.empty()) fs::remove(owing_, error);
    if (!error) return {};
    return fail(Status::Failed, "{}: {}", owing_.string(), error.message());
}

}  // namespace openwmi::core
