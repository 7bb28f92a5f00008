#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "security/identity.h"

namespace openwmi::security {

// The rights to a namespace (SEC-002).
namespace right {
inline constexpr std::uint32_t enable = 0x1;
inline constexpr std::uint32_t method_execute = 0x2;
inline constexpr std::uint32_t full_write = 0x4;
inline constexpr std::uint32_t partial_write = 0x8;
inline constexpr std::uint32_t write_provider = 0x10;
inline constexpr std::uint32_t remote_access = 0x20;
inline constexpr std::uint32_t subscribe = 0x40;
inline constexpr std::uint32_t publish = 0x80;
inline constexpr std::uint32_t read_control = 0x20000;
inline constexpr std::uint32_t write_dac = 0x40000;
// What an administrator has: everything that GetCallerAccessRights can tell.
inline constexpr std::uint32_t everything = enable | method_execute | full_write | partial_write |
                                            write_provider | remote_access | read_control |
                                            write_dac;
}  // namespace right

// One entry of an access control list (SEC-005, 006). Value.
struct Ace {
    enum Type : std::uint8_t { Allow = 0, Deny = 1 };
    enum Flag : std::uint8_t {
        ObjectInherit = 0x1,
        ContainerInherit = 0x2,  // child namespaces, too
        NoPropagate = 0x4,       // children, but not theirs
        InheritOnly = 0x8,       // not the namespace itself
        Inherited = 0x10,        // comes from a parent; never set by clients
    };
    std::uint8_t type = Allow;
    std::uint8_t flags = 0;
    std::uint32_t mask = 0;
    Sid sid;

    friend bool operator==(const Ace&, const Ace&) = default;
};

// A Windows security descriptor as far as namespaces use it: the SACL is not kept. Value.
struct SecurityDescriptor {
    std::optional<Sid> owner;
    std::optional<Sid> group;
    std::optional<std::vector<Ace>> dacl;  // empty: there is none

    // The self-relative binary form. Fails with InvalidObject when it is none, with
    // InvalidParameter when its DACL is not valid (SYS-122).
    static Result<SecurityDescriptor> of_bytes(std::string_view bytes);
    std::string bytes() const;

    friend bool operator==(const SecurityDescriptor&, const SecurityDescriptor&) = default;
};

// What a descriptor must be to be one of a namespace (SYS-122). Fails with InvalidParameter, saying
// which entry is wrong.
Result<> check_for_namespace(const SecurityDescriptor& descriptor);

// What root has until somebody sets another one (SEC-008, OD-056).
SecurityDescriptor default_for_root();

// The entries that a child namespace takes over from its parent's list (SEC-007).
std::vector<Ace> inherited_by_child(const std::vector<Ace>& parent);

}  // namespace openwmi::security
