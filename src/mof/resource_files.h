#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::mof {

// One resource of a file that may be a binary MOF. `bytes` lie within the file.
struct Resource {
    std::string name;
    std::uint32_t language = 0;  // 0: of none
    bool typical = false;        // of the kind that binary MOFs are usually kept in
    std::string_view bytes;
};

// Numbers at any offset of a file that a stranger made: what lies outside reads as 0 and is
// remembered. Confined.
class FileView {
  public:
    explicit FileView(std::string_view bytes) : bytes_(bytes) {}
    std::uint64_t number(std::uint64_t at, std::size_t size);  // little-endian
    std::uint16_t u16(std::uint64_t at) { return static_cast<std::uint16_t>(number(at, 2)); }
    std::uint32_t u32(std::uint64_t at) { return static_cast<std::uint32_t>(number(at, 4)); }
    std::string_view piece(std::uint64_t at, std::uint64_t size);
    bool ok() const { return ok_; }
    std::size_t size() const { return bytes_.size(); }

  private:
    std::string_view bytes_;
    bool ok_ = true;
};

// All resources, or nothing when the file is damaged. Private to the room.
std::optional<std::vector<Resource>> elf_resources(std::string_view file);
std::optional<std::vector<Resource>> pe_resources(std::string_view file);

}  // namespace openwmi::mof
