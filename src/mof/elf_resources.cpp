#include <algorithm>

#include "base/fold.h"
#include "mof/resource.h"
#include "mof/resource_files.h"

namespace openwmi::mof {
namespace {

constexpr std::string_view prefix = ".openwmi.mof.";
constexpr std::uint32_t without_bytes = 8;  // SHT_NOBITS

// Where ELF files keep what is asked for here, for both widths.
struct Widths {
    std::size_t offset;  // bytes of an offset or size
    std::uint64_t sections_at, header_size, section_offset, section_size, section_link;
};
constexpr Widths wide = {8, 0x28, 0x3a, 0x18, 0x20, 0x28};
constexpr Widths narrow = {4, 0x20, 0x2e, 0x10, 0x14, 0x18};

// The section table of one file. Confined.
class Sections {
  public:
    Sections(std::string_view file, const Widths& widths) : view_(file), widths_(widths) {}
    std::optional<std::vector<Resource>> resources();

  private:
    std::uint64_t header(std::uint64_t index) const { return table_ + index * each_; }
    std::string_view content(std::uint64_t index) {
        const std::uint64_t at = header(index);
        if (view_.u32(at + 4) == without_bytes) return {};
        return view_.piece(view_.number(at + widths_.section_offset, widths_.offset),
                           view_.number(at + widths_.section_size, widths_.offset));
    }

    FileView view_;
    const Widths& widths_;
    std::uint64_t table_ = 0;
    std::uint64_t each_ = 0;
};

// The name may end in a locale: .openwmi.mof.NAME.ms_409
Resource resource_of(std::string_view name, std::string_view bytes) {
    Resource resource{std::string(name), 0, true, bytes};
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot + 4 > name.size()) return resource;
    const std::string_view ending = name.substr(dot + 1);
    const auto language = language_of_locale(ending);
    if (language && base::fold_equal(ending.substr(0, 3), "ms_")) {
        resource.name = std::string(name.substr(0, dot));
        resource.language = *language;
    }
    return resource;
}

std::optional<std::vector<Resource>> Sections::resources() {
    std::vector<Resource> found;
    table_ = view_.number(widths_.sections_at, widths_.offset);
    each_ = view_.u16(widths_.header_size);
    std::uint64_t count = view_.u16(widths_.header_size + 2);
    std::uint64_t names = view_.u16(widths_.header_size + 4);
    if (table_ == 0) return found;  // a stripped file may have no sections
    if (table_ > view_.size() || each_ < widths_.section_link + 4) return std::nullopt;
    if (count == 0) count = view_.number(table_ + widths_.section_size, widths_.offset);
    if (names == 0xffff) names = view_.u32(table_ + widths_.section_link);
    if (count > (view_.size() - table_) / each_ || names >= count) return std::nullopt;
    const std::string_view all_names = content(names);
    for (std::uint64_t i = 0; i < count && view_.ok(); ++i) {
        const std::uint32_t name_at = view_.u32(header(i));
        if (name_at >= all_names.size()) continue;
        const std::string_view rest = all_names.substr(name_at);
        if (!rest.starts_with(prefix)) continue;
        const std::string_view name = rest.substr(0, rest.find('\0')).substr(prefix.size());
        found.push_back(resource_of(name, content(i)));
    }
    if (!view_.ok()) return std::nullopt;
    return found;
}

}  // namespace

std::optional<std::vector<Resource>> elf_resources(std::string_view file) {
    constexpr char is_wide = 2;
    constexpr char is_narrow = 1;
    constexpr char little_endian = 1;
    if (file.size() < 6 || file[5] != little_endian) return std::nullopt;
    if (file[4] != is_wide && file[4] != is_narrow) return std::nullopt;
    return Sections(file, file[4] == is_wide ? wide : narrow).resources();
}

}  // namespace openwmi::mof
