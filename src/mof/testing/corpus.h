#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "mof/compiler.h"
#include "mof/parser.h"

// The MOF files of the corpus: files from public repositories that nobody here wrote, in the folder
// that OPENWMI_CORPUS names, with an INDEX.tsv (file, repository, path, licence, expected, notes).
namespace openwmi::mof::testing {

namespace fs = std::filesystem;

struct CorpusFile {
    std::string file;
    std::string origin;  // repository/path
    std::string expected;

    // A page about a system class prints its declaration, which only the system may compile
    // (MOF-009).
    bool declares_system_class() const {
        return fs::path(origin).filename().string().starts_with("--");
    }
};

inline std::string read_bytes(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return std::move(bytes).str();
}

// The files and what they include. Used by one test at a time.
class Corpus {
  public:
    static const char* folder() { return std::getenv("OPENWMI_CORPUS"); }

    Corpus() : folder_(folder()) {
        std::ifstream stream(folder_ / "INDEX.tsv");
        for (std::string line; std::getline(stream, line);) {
            std::vector<std::string> fields(1);
            for (const char c : line) {
                if (c == '\t') {
                    fields.emplace_back();
                } else {
                    fields.back() += c;
                }
            }
            if (fields.size() < 5 || fields[0] == "file") continue;
            files_.push_back({fields[0], fields[1] + "/" + fields[2], fields[4]});
        }
        for (const CorpusFile& file : files_) reader_.places[file.origin] = path_of(file);
    }

    const std::vector<CorpusFile>& files() const { return files_; }
    fs::path path_of(const CorpusFile& file) const { return folder_ / "mof" / file.file; }

    Document parse(const CorpusFile& file) { return parse(file, read_bytes(path_of(file))); }
    Document parse(const CorpusFile& file, std::string_view bytes) {
        return mof::parse(bytes, file.origin, options_for(file));
    }
    ParseOptions options_for(const CorpusFile& file) {
        ParseOptions options;
        options.reader = &reader_;
        options.fragments = true;
        options.system_classes = file.declares_system_class();
        return options;
    }
    static Report check(const Document& document, Target& target) {
        CompileOptions options;
        options.fragments = true;
        return compile(document, target, options);
    }

  private:
    // Finds an include by where both files came from; one that the corpus does not hold is empty,
    // as the corpus is flat and partial.
    struct Reader final : SourceReader {
        std::map<std::string, fs::path> places;
        Result<Source> read(std::string_view include, std::string_view including,
                            const Limits&) override {
            const fs::path path = (fs::path(including).parent_path() / include).lexically_normal();
            const auto found = places.find(path.string());
            if (found == places.end()) return Source{path.string(), ""};
            return Source{path.string(), read_bytes(found->second)};
        }
    };

    fs::path folder_;
    std::vector<CorpusFile> files_;
    Reader reader_;
};

}  // namespace openwmi::mof::testing
