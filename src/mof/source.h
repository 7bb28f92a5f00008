#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openwmi::mof {

// What a document may cost. Everything past a limit is refused with a diagnostic.
struct Limits {
    std::size_t file_bytes = 64u << 20;
    std::size_t total_bytes = 256u << 20;  // with everything included
    std::size_t files = 16384;
    std::size_t tokens = 8u << 20;  // of all files: bounds the memory that a document takes
    std::size_t include_depth = 16;
    std::size_t nesting = 64;  // of embedded objects (OD-065)
    std::size_t errors = 100;  // then the parser stops
};

// The bytes of a MOF file as UTF-8. UTF-8 with or without BOM, UTF-16 of either byte order with BOM
// (MOF-002); without a BOM and not valid UTF-8 it is ANSI, read as Windows-1252. Fails with
// MofInvalidFile.
struct DecodedText {
    std::string text;
    bool ansi = false;  // guessed: worth a warning
};
Result<DecodedText> decode(std::string_view bytes);

// Where the text of an #include comes from, so that tests need no disk and a service need not open
// files for its clients.
class SourceReader {
  public:
    struct Source {
        std::string name;  // the same for the same file: an include cycle is found by it
        std::string bytes;
    };

    virtual ~SourceReader() = default;
    // `including` is the name of the file with the #include. Fails with
    // MofErrorInvalidIncludeFile.
    virtual Result<Source> read(std::string_view include, std::string_view including,
                                const Limits& limits) = 0;
};

// Reads includes from disk, relative to the including file; accepts \ as separator. Confined.
class FileReader final : public SourceReader {
  public:
    Result<Source> read(std::string_view include, std::string_view including,
                        const Limits& limits) override;
    // The file given on a command line. Fails with MofInvalidFile.
    static Result<Source> open(const std::string& path, const Limits& limits = {});
};

// All *.mof files in a folder and below it, in the order of their paths. Fails with NotFound.
Result<std::vector<std::filesystem::path>> files_under(const std::filesystem::path& folder);

}  // namespace openwmi::mof
