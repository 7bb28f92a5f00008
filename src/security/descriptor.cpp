#include "security/descriptor.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace openwmi::security {
namespace {

// MS-DTYP 2.4.6, 2.4.5, 2.4.4: the self-relative form, numbers little-endian.
constexpr std::size_t descriptor_header_bytes = 20;
constexpr std::size_t acl_header_bytes = 8;
constexpr std::size_t ace_header_bytes = 8;  // with the mask
constexpr std::size_t sid_header_bytes = 8;
constexpr std::uint16_t dacl_present = 0x4;
constexpr std::uint16_t self_relative = 0x8000;
constexpr std::uint8_t acl_revision = 2;
constexpr std::uint8_t acl_revision_with_objects = 4;
constexpr std::uint32_t known_rights = right::everything | right::subscribe | right::publish;
constexpr std::uint8_t known_flags = Ace::ObjectInherit | Ace::ContainerInherit | Ace::NoPropagate |
                                     Ace::InheritOnly | Ace::Inherited;

template <class T>
T read(std::string_view bytes, std::size_t at) {
    T number = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) {
        number = static_cast<T>(number << 8 | static_cast<std::uint8_t>(bytes[at + i]));
    }
    return number;
}

template <class T>
void append(std::string& bytes, T number) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFF));
    }
}

tl::unexpected<Error> no_descriptor(std::string_view why) {
    return fail(Status::InvalidObject, "the security descriptor is not valid: {}", why);
}

// The SID that begins there and may be followed by something else.
Result<Sid> read_sid(std::string_view bytes) {
    if (bytes.size() < sid_header_bytes) return Sid::of_bytes(bytes);
    return Sid::of_bytes(
        bytes.substr(0, sid_header_bytes + std::size_t{4} * static_cast<std::uint8_t>(bytes[1])));
}

Result<std::optional<Sid>> read_sid_at(std::string_view bytes, std::uint32_t offset,
                                       std::string_view whose) {
    if (offset == 0) return std::optional<Sid>();
    if (offset < descriptor_header_bytes || offset >= bytes.size()) {
        return no_descriptor(fmt::format("its {} lies outside of it", whose));
    }
    auto sid = read_sid(bytes.substr(offset));
    if (!sid) return no_descriptor(fmt::format("its {} is no SID", whose));
    return std::optional<Sid>(std::move(*sid));
}

tl::unexpected<Error> bad_entry(std::size_t index, std::string_view why) {
    return fail(Status::InvalidParameter, "entry {} of the DACL {}", index + 1, why);
}

Result<Ace> read_ace(std::string_view bytes, std::size_t index) {
    Ace ace{.type = read<std::uint8_t>(bytes, 0),
            .flags = read<std::uint8_t>(bytes, 1),
            .mask = read<std::uint32_t>(bytes, 4),
            .sid = Sid::administrators()};
    if (ace.type > Ace::Deny) {
        return bad_entry(index, fmt::format("has the type {}; 0 allows, 1 denies", ace.type));
    }
    auto sid = read_sid(bytes.substr(ace_header_bytes));
    if (!sid) return bad_entry(index, "has no valid SID");
    ace.sid = std::move(*sid);
    return ace;
}

Result<std::vector<Ace>> read_acl(std::string_view bytes) {
    const auto refuse = [](std::string_view why) {
        return fail(Status::InvalidParameter, "the DACL is not valid: {}", why);
    };
    if (bytes.size() < acl_header_bytes) return refuse("it is cut off");
    const auto revision = read<std::uint8_t>(bytes, 0);
    const auto size = read<std::uint16_t>(bytes, 2);
    const auto count = read<std::uint16_t>(bytes, 4);
    if (revision != acl_revision && revision != acl_revision_with_objects) {
        return refuse(fmt::format("its revision is {}", revision));
    }
    if (size < acl_header_bytes || size > bytes.size()) return refuse("it is cut off");
    std::vector<Ace> entries;
    std::string_view rest = bytes.substr(acl_header_bytes, size - acl_header_bytes);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = rest.size() < 4 ? 0 : read<std::uint16_t>(rest, 2);
        if (length < ace_header_bytes + sid_header_bytes || length > rest.size()) {
            return bad_entry(i, "is cut off");
        }
        entries.push_back(WMI_TRY(read_ace(rest.substr(0, length), i)));
        rest.remove_prefix(length);
    }
    return entries;
}

std::string acl_bytes(const std::vector<Ace>& entries) {
    std::string aces;
    for (const auto& ace : entries) {
        const auto sid = ace.sid.bytes();
        append(aces, ace.type);
        append(aces, ace.flags);
        append(aces, static_cast<std::uint16_t>(ace_header_bytes + sid.size()));
        append(aces, ace.mask);
        aces += sid;
    }
    std::string acl;
    append(acl, acl_revision);
    append(acl, std::uint8_t{0});
    append(acl, static_cast<std::uint16_t>(acl_header_bytes + aces.size()));
    append(acl, static_cast<std::uint16_t>(entries.size()));
    append(acl, std::uint16_t{0});
    return acl + aces;
}

Result<> check_entry(const Ace& ace, std::size_t index) {
    const bool writes_all = ace.mask & right::full_write;
    const auto needed = right::partial_write | right::write_provider;
    if (writes_all && (ace.mask & needed) != needed) {
        return bad_entry(index,
                         "has WBEM_FULL_WRITE_REP without WBEM_PARTIAL_WRITE_REP and "
                         "WBEM_WRITE_PROVIDER");
    }
    if ((ace.flags & Ace::InheritOnly) && !(ace.flags & Ace::ContainerInherit)) {
        return bad_entry(index, "has INHERIT_ONLY_ACE without CONTAINER_INHERIT_ACE");
    }
    if (ace.mask & ~known_rights) {
        return bad_entry(index, fmt::format("has the access bits 0x{:X}, which mean nothing here",
                                            ace.mask & ~known_rights));
    }
    if (ace.flags & ~known_flags) {
        return bad_entry(index, fmt::format("has the flags 0x{:X}, which mean nothing here",
                                            ace.flags & ~known_flags));
    }
    if (ace.type > Ace::Deny) {
        return bad_entry(index, fmt::format("has the type {}; 0 allows, 1 denies", ace.type));
    }
    return {};
}

}  // namespace

Result<SecurityDescriptor> SecurityDescriptor::of_bytes(std::string_view bytes) {
    if (bytes.size() < descriptor_header_bytes) return no_descriptor("it is cut off");
    if (bytes[0] != 1) return no_descriptor("its revision is not 1");
    const auto control = read<std::uint16_t>(bytes, 2);
    if (!(control & self_relative)) return no_descriptor("it is not self-relative");
    SecurityDescriptor descriptor;
    descriptor.owner = WMI_TRY(read_sid_at(bytes, read<std::uint32_t>(bytes, 4), "owner"));
    descriptor.group = WMI_TRY(read_sid_at(bytes, read<std::uint32_t>(bytes, 8), "group"));
    const auto dacl = read<std::uint32_t>(bytes, 16);
    if (!(control & dacl_present) || dacl == 0) return descriptor;
    if (dacl < descriptor_header_bytes || dacl >= bytes.size()) {
        return no_descriptor("its DACL lies outside of it");
    }
    descriptor.dacl = WMI_TRY(read_acl(bytes.substr(dacl)));
    return descriptor;
}

std::string SecurityDescriptor::bytes() const {
    std::string parts;
    const auto place = [&](const std::string& part) {
        const auto offset = static_cast<std::uint32_t>(descriptor_header_bytes + parts.size());
        parts += part;
        return offset;
    };
    const auto dacl_at = dacl ? place(acl_bytes(*dacl)) : 0;
    const auto owner_at = owner ? place(owner->bytes()) : 0;
    const auto group_at = group ? place(group->bytes()) : 0;
    std::string bytes;
    append(bytes, std::uint8_t{1});
    append(bytes, std::uint8_t{0});
    append(bytes, static_cast<std::uint16_t>(self_relative | (dacl ? dacl_present : 0)));
    append(bytes, owner_at);
    append(bytes, group_at);
    append(bytes, std::uint32_t{0});  // no SACL
    append(bytes, dacl_at);
    return bytes + parts;
}

Result<> check_for_namespace(const SecurityDescriptor& descriptor) {
    if (!descriptor.dacl) return fail(Status::InvalidParameter, "the DACL is missing");
    if (!descriptor.owner || !descriptor.group) {
        return fail(Status::InvalidParameter, "the descriptor needs an owner and a group");
    }
    if (acl_bytes(*descriptor.dacl).size() > 0xFFFF) {
        return fail(Status::InvalidParameter, "the DACL is larger than 64 KiB");
    }
    for (std::size_t i = 0; i < descriptor.dacl->size(); ++i) {
        WMI_TRY(check_entry((*descriptor.dacl)[i], i));
    }
    return {};
}

SecurityDescriptor default_for_root() {
    const auto administrators = Sid::administrators();
    std::vector<Ace> dacl;
    dacl.push_back({Ace::Allow, Ace::ContainerInherit, right::everything, administrators});
    // Authenticated Users, LOCAL SERVICE, NETWORK SERVICE
    for (const char* sid : {"S-1-5-11", "S-1-5-19", "S-1-5-20"}) {
        dacl.push_back({Ace::Allow, Ace::ContainerInherit,
                        right::enable | right::method_execute | right::write_provider,
                        *Sid::parse(sid)});
    }
    return {.owner = administrators, .group = administrators, .dacl = std::move(dacl)};
}

std::vector<Ace> inherited_by_child(const std::vector<Ace>& parent) {
    std::vector<Ace> taken;
    for (const auto& ace : parent) {
        if (!(ace.flags & Ace::ContainerInherit)) continue;
        auto& child = taken.emplace_back(ace);
        const bool goes_on = !(ace.flags & Ace::NoPropagate);
        child.flags =
            static_cast<std::uint8_t>(Ace::Inherited | (goes_on ? Ace::ContainerInherit : 0));
    }
    return taken;
}

}  // namespace openwmi::security
