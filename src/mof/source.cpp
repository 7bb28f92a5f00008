#include "mof/source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/text.h"

namespace openwmi::mof {
namespace {

namespace fs = std::filesystem;

// What the bytes 0x80 to 0x9f stand for in Windows-1252; the rest is Latin-1.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

std::string decode_ansi(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        const bool mapped = byte >= 0x80 && byte < 0xa0;
        base::append_utf8(text, mapped ? windows_1252[byte - 0x80] : byte);
    }
    return text;
}

Result<DecodedText> decode_utf16(std::string_view bytes, bool big_endian) {
    if (bytes.size() % 2 != 0) {
        return fail(Status::MofInvalidFile, "the UTF-16 text ends in the middle of a character");
    }
    std::u16string units(bytes.size() / 2, u'\0');
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto first = static_cast<unsigned char>(bytes[2 * i]);
        const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
        units[i] = static_cast<char16_t>(big_endian ? first << 8 | second : second << 8 | first);
    }
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool high = (units[i] & 0xfc00) == 0xd800;
        const bool low = (units[i] & 0xfc00) == 0xdc00;
        const bool paired = high && i + 1 < units.size() && (units[i + 1] & 0xfc00) == 0xdc00;
        if (low || (high && !paired)) {
            return fail(Status::MofInvalidFile, "the UTF-16 text has a lone surrogate at byte {}",
                        2 * i + 2);
        }
        if (paired) ++i;
    }
    return DecodedText{base::utf16_to_utf8(units), false};
}

Result<std::string> read_file(const fs::path& path, const Limits& limits, Status status) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return fail(status, "{}: {}", path.string(), error ? error.message() : "not a file");
    }
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return fail(status, "{}: {}", path.string(), error.message());
    if (size > limits.file_bytes) {
        return fail(status, "{}: {} bytes are more than the {} a MOF file may have", path.string(),
                    size, limits.file_bytes);
    }
    std::ifstream stream(path, std::ios::binary);
    std::string bytes(size, '\0');
    if (!stream || (size > 0 && !stream.read(bytes.data(), static_cast<std::streamsize>(size)))) {
        return fail(status, "{}: cannot be read", path.string());
    }
    return bytes;
}

// The name by which a file is known: its canonical path, so that a cycle through links is seen.
std::string canonical_name(const fs::path& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return error ? path.string() : canonical.string();
}

}  // namespace

Result<DecodedText> decode(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xff\xfe"sv)) return decode_utf16(bytes.substr(2), false);
    if (bytes.starts_with("\xfe\xff"sv)) return decode_utf16(bytes.substr(2), true);
    const bool marked = bytes.starts_with("\xef\xbb\xbf"sv);
    if (marked) bytes.remove_prefix(3);
    if (base::is_valid_utf8(bytes)) return DecodedText{std::string(bytes), false};
    if (marked) return fail(Status::MofInvalidFile, "the text is marked as UTF-8 but is not");
    return DecodedText{decode_ansi(bytes), true};
}

Result<SourceReader::Source> FileReader::read(std::string_view include, std::string_view including,
                                              const Limits& limits) {
    std::string name(include);
    for (char& c : name) {
        if (c == '\\') c = '/';
    }
    const fs::path path = fs::path(including).parent_path() / name;
    std::string bytes = WMI_TRY(read_file(path, limits, Status::MofErrorInvalidIncludeFile));
    return Source{canonical_name(path), std::move(bytes)};
}

Result<SourceReader::Source> FileReader::open(const std::string& path, const Limits& limits) {
    std::string bytes = WMI_TRY(read_file(path, limits, Status::MofInvalidFile));
    return Source{path, std::move(bytes)};
}

Result<std::vector<std::filesystem::path>> files_under(const std::filesystem::path& folder) {
    std::error_code code;
    std::vector<std::filesystem::path> files;
    std::filesystem::recursive_directory_iterator at(folder, code);
    const std::filesystem::recursive_directory_iterator end;
    for (; !code && at != end; at.increment(code)) {
        if (at->path().extension() == ".mof") files.push_back(at->path());
    }
    if (code) return fail(Status::NotFound, "{}: {}", folder.string(), code.message());
    std::ranges::sort(files);
    return files;
}

}  // namespace openwmi::mof
