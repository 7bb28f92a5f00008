#pragma once

#include <cstdint>
#include <string>
#include <vector>

// ELF files made by hand, for tests.
namespace openwmi::mof {

inline std::string little_endian(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
}

inline void put(std::string& file, std::size_t at, std::uint64_t value, std::size_t size) {
    file.replace(at, size, little_endian(value, size));
}

// A resource, or section, of a file made for a test.
struct Made {
    std::string name;
    std::uint32_t language;
    std::string bytes;
};

// The least ELF file with these sections.
inline std::string elf(const std::vector<Made>& sections, bool wide) {
    const std::size_t width = wide ? 8 : 4;
    const std::size_t each = wide ? 64 : 40;
    std::string names(1, '\0');
    std::string content(64, '\0');
    std::string table(each, '\0');
    const auto add = [&](const std::string& name, const std::string& bytes) {
        std::string header(each, '\0');
        put(header, 0, names.size(), 4);
        put(header, 4, 1, 4);
        put(header, wide ? 0x18 : 0x10, content.size(), width);
        put(header, wide ? 0x20 : 0x14, bytes.size(), width);
        table += header;
        names += name + '\0';
        content += bytes;
    };
    for (const Made& made : sections) add(made.name, made.bytes);
    names += std::string(".shstrtab") + '\0';
    const std::size_t last = sections.size() + 1;
    std::string header(each, '\0');
    put(header, 4, 3, 4);
    put(header, wide ? 0x18 : 0x10, content.size(), width);
    put(header, wide ? 0x20 : 0x14, names.size(), width);
    table += header;
    content += names;
    std::string file = content;
    file.replace(0, 4, "\177ELF");
    file[4] = wide ? 2 : 1;
    file[5] = 1;
    put(file, wide ? 0x28 : 0x20, file.size(), width);
    put(file, wide ? 0x3a : 0x2e, each, 2);
    put(file, wide ? 0x3c : 0x30, last + 1, 2);
    put(file, wide ? 0x3e : 0x32, last, 2);
    return file + table;
}

}  // namespace openwmi::mof
