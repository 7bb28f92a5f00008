#include "server/shipped_mofs.h"

#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <system_error>

#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::server {

namespace {

namespace fs = std::filesystem;

// Path of a file -> the hash of its content when it last compiled.
using Record = std::map<std::string, std::string>;

Record read_record(const fs::path& file) {
    Record record;
    std::ifstream stream(file);
    std::string hash;
    std::string path;
    while (stream >> hash && std::getline(stream >> std::ws, path)) record[path] = hash;
    return record;
}

bool write_record(const fs::path& file, const Record& record) {
    const fs::path fresh = file.string() + ".new";
    {
        std::ofstream stream(fresh);
        for (const auto& [path, hash] : record) stream << hash << ' ' << path << '\n';
        if (!stream.flush()) return false;
    }
    std::error_code error;
    fs::rename(fresh, file, error);
    return !error;
}

std::vector<fs::path> mofs_in(const fs::path& folder, const Log& log) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".mof") files.push_back(entry.path());
    }
    if (error) {
        log.warning("server", "a folder of MOF files cannot be read",
                    {{"folder", folder.string()}, {"reason", error.message()}});
    }
    std::ranges::sort(files);
    return files;
}

// Everything that decides what the compiler sees: the file itself and what it includes.
std::string hash_of(const mof::Document& document) {
    std::string all;
    for (const auto& file : document.files) all += file.name + '\0' + file.text + '\0';
    return fmt::format("{:016x}", XXH3_64bits(all.data(), all.size()));
}

bool compile(const mof::Document& document, const std::shared_ptr<core::Session>& session,
             base::Executor& executor, const Log& log) {
    core::SessionTarget target(session, executor);
    const auto report = mof::compile(document, target);
    for (const auto& each : report.diagnostics) {
        if (each.severity == base::Severity::Error) {
            log.error("mof", document.render(each), {{"file", document.files.front().name}});
        }
    }
    if (!report.ok()) {
        log.error("mof", mof::summary(report), {{"file", document.files.front().name}});
        return false;
    }
    log.info("mof", "compiled a MOF file",
             {{"file", document.files.front().name}, {"stored", mof::summary(report)}});
    return true;
}

}  // namespace

void compile_shipped_mofs(const std::vector<fs::path>& folders, const fs::path& record_file,
                          const std::shared_ptr<core::Session>& session, base::Executor& executor,
                          const Log& log) {
    auto record = read_record(record_file);
    const auto before = record;
    for (const auto& folder : folders) {
        for (const auto& path : mofs_in(folder, log)) {
            const auto file = mof::FileReader::open(path.string());
            if (!file) {
                log.error("mof", to_text(file.error()));
                continue;
            }
            mof::FileReader reader;
            mof::ParseOptions options;
            options.reader = &reader;
            const auto document = mof::parse(file->bytes, file->name, options);
            const auto hash = hash_of(document);
            if (record[path.string()] == hash) continue;
            if (compile(document, session, executor, log)) {
                record[path.string()] = hash;
            } else {
                record.erase(path.string());
            }
        }
    }
    if (record != before && !write_record(record_file, record)) {
        log.warning("server", "which MOF files were compiled cannot be kept",
                    {{"file", record_file.string()}});
    }
}

}  // namespace openwmi::server
