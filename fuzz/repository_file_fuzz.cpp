// Any bytes as a repository's file: refused with a reason and left as they are, or opened and read
// like one of ours. The first byte chooses between a file of garbage and a whole repository whose
// bytes are overwritten in places that the input names.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "repository/maintenance.h"
#include "repository/store.h"

namespace {

using namespace openwmi;
namespace fs = std::filesystem;

void require(bool condition) {
    if (!condition) std::abort();
}

std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// In memory where the machine has such a folder; one a process.
const fs::path& folder() {
    static const fs::path made = [] {
        fs::path path = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
        path /= "openwmi-fuzz-" + std::to_string(::getpid());
        fs::create_directory(path);
        fs::permissions(path, fs::perms::owner_all);
        std::atexit([] { fs::remove_all(folder()); });
        return path;
    }();
    return made;
}

// The file of a repository that is whole.
const std::string& whole() {
    static const std::string bytes = [] {
        const auto path = folder() / "whole";
        {
            require(repository::Store::open({.folder = path}).has_value());
        }
        return content(path / "repository.db");
    }();
    return bytes;
}

std::string file_of(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || data[0] % 2 == 0) return {data, data + size};
    std::string bytes = whole();
    for (std::size_t i = 1; i + 4 <= size; i += 4) {
        const std::size_t at =
            data[i] | std::size_t{data[i + 1]} << 8 | std::size_t{data[i + 2]} << 16;
        bytes[at % bytes.size()] = static_cast<char>(data[i + 3]);
    }
    return bytes;
}

void read_all(const repository::Store& store) {
    for (const auto& ns : store.namespaces()) {
        for (const auto& cls : store.schema(ns)->subclasses("")) {
            std::string after;
            do {
                const auto page = store.enumerate(ns, cls->name(), false, after);
                if (!page) return require(!page.error().message.empty());
                after = page->next;
            } while (!after.empty());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto place = folder() / "repository";
    std::error_code code;
    fs::remove_all(place, code);
    fs::create_directory(place);
    fs::permissions(place, fs::perms::owner_all);
    const auto bytes = file_of(data, size);
    const auto file = place / "repository.db";
    std::ofstream(file, std::ios::binary) << bytes;

    const auto found = repository::verify(place);
    require(found.has_value() || !found.error().message.empty());
    require(content(file) == bytes);
    const auto store = repository::Store::open({.folder = place});
    if (store) {
        read_all(**store);
    } else {
        require(!store.error().message.empty());
        const bool refused = store.error().message.find("left as it is") != std::string::npos ||
                             store.error().message.find("left as it was") != std::string::npos;
        if (refused) require(content(file) == bytes);
    }
    return 0;
}
