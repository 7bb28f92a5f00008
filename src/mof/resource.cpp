#include "mof/resource.h"

#include <algorithm>
#include <charconv>

#include "base/fold.h"
#include "mof/binary.h"
#include "mof/resource_files.h"

namespace openwmi::mof {
namespace {

std::string described(const Resource& resource) {
    if (resource.language == 0) return resource.name;
    return fmt::format("{} (MS_{:x})", resource.name, resource.language);
}

// The ones that have this name, or what there is instead.
Result<std::vector<Resource>> named(const std::vector<Resource>& all, const ResourceName& wanted) {
    std::vector<Resource> found;
    std::string others;
    for (const Resource& each : all) {
        if (base::fold_equal(each.name, wanted.name)) {
            found.push_back(each);
        } else if (each.typical) {
            others += (others.empty() ? "" : ", ") + described(each);
        }
    }
    if (!found.empty()) return found;
    return fail(Status::NotFound, "the file has no resource {}; it has {}", wanted.name,
                others.empty() ? "no binary MOF at all" : others);
}

// By locale: the one asked for; else the one of none; else the only one.
Result<std::vector<Resource>> localized(std::vector<Resource> found, const ResourceName& wanted) {
    std::vector<std::uint32_t> languages;
    std::string list;
    for (const Resource& each : found) {
        if (std::ranges::find(languages, each.language) != languages.end()) continue;
        languages.push_back(each.language);
        list += (list.empty() ? "" : ", ") + described(each);
    }
    std::uint32_t language = wanted.language.value_or(0);
    const bool there = std::ranges::find(languages, language) != languages.end();
    if (!there && (wanted.language || languages.size() > 1)) {
        return fail(Status::NotFound, "the file has {}, and not the one {}", list,
                    wanted.language ? fmt::format("of MS_{:x}", language)
                                    : "of no locale: say which with -L");
    }
    if (!there) language = languages.front();
    std::erase_if(found, [&](const Resource& each) { return each.language != language; });
    return found;
}

}  // namespace

std::uint64_t FileView::number(std::uint64_t at, std::size_t size) {
    const std::string_view bytes = piece(at, size);
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
}

std::string_view FileView::piece(std::uint64_t at, std::uint64_t size) {
    if (at > bytes_.size() || size > bytes_.size() - at) {
        ok_ = false;
        return {};
    }
    return bytes_.substr(at, size);
}

Result<std::string_view> extract_resource(std::string_view file, const ResourceName& wanted) {
    const bool elf = file.starts_with("\177ELF");
    if (!elf && !file.starts_with("MZ")) {
        return fail(Status::MofInvalidFile,
                    "this is neither an ELF file nor a PE file: it has no resources");
    }
    const auto all = elf ? elf_resources(file) : pe_resources(file);
    if (!all) {
        return fail(Status::MofInvalidFile, "this {} file is damaged, or of an unknown kind",
                    elf ? "ELF" : "PE");
    }
    auto found = WMI_TRY(localized(WMI_TRY(named(*all, wanted)), wanted));
    const auto best = std::ranges::max_element(found, {}, [](const Resource& each) {
        return (is_binary(each.bytes) ? 2 : 0) + (each.typical ? 1 : 0);
    });
    if (is_binary(best->bytes)) return best->bytes;
    return fail(Status::MofInvalidFile, "the resource {} is no binary MOF", described(*best));
}

std::optional<std::uint32_t> language_of_locale(std::string_view locale) {
    int radix = 10;
    const std::string_view prefix = locale.substr(0, std::min<std::size_t>(locale.size(), 3));
    if (base::fold_equal(prefix, "MS_")) {
        radix = 16;
        locale.remove_prefix(3);
    } else if (base::fold_equal(prefix.substr(0, std::min<std::size_t>(prefix.size(), 2)), "0x")) {
        radix = 16;
        locale.remove_prefix(2);
    }
    std::uint32_t language = 0;
    const char* end = locale.data() + locale.size();
    const auto [stop, error] = std::from_chars(locale.data(), end, language, radix);
    if (error != std::errc() || stop != end || language == 0) return std::nullopt;
    return language;
}

}  // namespace openwmi::mof
