// PE/COFF as Microsoft specifies it publicly ("PE Format"): headers, section table, .rsrc section.
#include <algorithm>

#include "base/fold.h"
#include "base/text.h"
#include "mof/resource_files.h"

namespace openwmi::mof {
namespace {

constexpr std::uint64_t coff_header_at = 0x3c;
constexpr std::uint32_t inside = 0x80000000u;  // of a name: a string; of data: a directory
constexpr std::size_t most_entries = 65536;
constexpr std::size_t section_size = 40;

struct Section {
    std::uint32_t address;
    std::uint32_t size;
    std::uint32_t file_offset;
};

struct Entry {
    std::string name;
    std::uint32_t id = 0;  // of entries without a name
    std::uint32_t target = 0;
};

// The resource tree of one file: type, name, language. Confined.
class ResourceTree {
  public:
    explicit ResourceTree(std::string_view file) : view_(file) {}
    std::optional<std::vector<Resource>> resources();

  private:
    std::optional<std::uint32_t> find_tree();
    std::optional<std::uint64_t> offset_of(std::uint32_t address) const;
    std::vector<Entry> entries(std::uint32_t directory);
    std::string name_at(std::uint32_t offset);
    void add(const Entry& name, const Entry& language, bool typical, std::vector<Resource>& found);
    static bool is_directory(const Entry& entry) { return (entry.target & inside) != 0; }

    FileView view_;
    std::vector<Section> sections_;
    std::uint64_t root_ = 0;  // of the tree in the file
    std::size_t entries_ = 0;
    bool damaged_ = false;
};

// The address of the resource directory; 0: there is none. Reads the sections on its way.
std::optional<std::uint32_t> ResourceTree::find_tree() {
    constexpr std::uint16_t pe32 = 0x10b;
    constexpr std::uint16_t pe32_plus = 0x20b;
    constexpr std::uint32_t resource_table = 2;
    const std::uint64_t coff = view_.u32(coff_header_at);
    if (view_.piece(coff, 4) != std::string_view("PE\0\0", 4)) return std::nullopt;
    const std::uint64_t optional_header = coff + 24;
    const std::uint16_t kind = view_.u16(optional_header);
    if (kind != pe32 && kind != pe32_plus) return std::nullopt;
    const std::uint64_t tables = optional_header + (kind == pe32 ? 96 : 112);
    const std::uint64_t sections = optional_header + view_.u16(coff + 20);
    const std::uint16_t count = view_.u16(coff + 6);
    for (std::uint64_t i = 0; i < count && view_.ok(); ++i) {
        const std::uint64_t at = sections + i * section_size;
        sections_.push_back({view_.u32(at + 12), view_.u32(at + 16), view_.u32(at + 20)});
    }
    if (view_.u32(tables - 4) <= resource_table) return 0;
    return view_.u32(tables + std::uint64_t{resource_table} * 8);
}

std::optional<std::uint64_t> ResourceTree::offset_of(std::uint32_t address) const {
    for (const Section& each : sections_) {
        if (address >= each.address && address - each.address < each.size) {
            return std::uint64_t{each.file_offset} + (address - each.address);
        }
    }
    return std::nullopt;
}

std::string ResourceTree::name_at(std::uint32_t offset) {
    const std::uint64_t at = root_ + offset;
    std::u16string name(view_.u16(at), u'\0');
    for (std::size_t i = 0; i < name.size() && view_.ok(); ++i) name[i] = view_.u16(at + 2 + 2 * i);
    return base::utf16_to_utf8(name);
}

std::vector<Entry> ResourceTree::entries(std::uint32_t directory) {
    const std::uint64_t at = root_ + (directory & ~inside);
    const std::size_t count = std::size_t{view_.u16(at + 12)} + view_.u16(at + 14);
    std::vector<Entry> found;
    for (std::size_t i = 0; i < count && view_.ok(); ++i) {
        if (++entries_ > most_entries) {
            damaged_ = true;
            break;
        }
        const std::uint32_t name = view_.u32(at + 16 + 8 * i);
        Entry entry{{}, name, view_.u32(at + 20 + 8 * i)};
        if ((name & inside) != 0) entry.name = name_at(name & ~inside);
        found.push_back(std::move(entry));
    }
    return found;
}

void ResourceTree::add(const Entry& name, const Entry& language, bool typical,
                       std::vector<Resource>& found) {
    const std::uint64_t leaf = root_ + language.target;
    const auto at = offset_of(view_.u32(leaf));
    if (!at) {
        damaged_ = true;
        return;
    }
    found.push_back({name.name.empty() ? "#" + std::to_string(name.id) : name.name, language.id,
                     typical, view_.piece(*at, view_.u32(leaf + 4))});
}

std::optional<std::vector<Resource>> ResourceTree::resources() {
    std::vector<Resource> found;
    const auto address = find_tree();
    if (!address || !view_.ok()) return std::nullopt;
    if (*address == 0) return found;
    const auto root = offset_of(*address);
    if (!root) return std::nullopt;
    root_ = *root;
    for (const Entry& type : entries(0)) {
        if (!is_directory(type)) continue;
        const bool typical = base::fold_equal(type.name, "MOFDATA");
        for (const Entry& name : entries(type.target)) {
            if (!is_directory(name)) continue;
            for (const Entry& language : entries(name.target)) {
                if (!is_directory(language)) add(name, language, typical, found);
            }
        }
    }
    if (damaged_ || !view_.ok()) return std::nullopt;
    return found;
}

}  // namespace

std::optional<std::vector<Resource>> pe_resources(std::string_view file) {
    return ResourceTree(file).resources();
}

}  // namespace openwmi::mof
