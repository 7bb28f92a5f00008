#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "security/identity.h"

namespace openwmi::security {

// The rights that concern events (WBEM_RIGHT_SUBSCRIBE, WBEM_RIGHT_PUBLISH).
inline constexpr std::uint32_t right_subscribe = 0x40;
inline constexpr std::uint32_t right_publish = 0x80;

// The SIDs by which descriptors know someone. Value.
class Token {
  public:
    static Token of(const Identity& identity);
    static Token of(const Sid& user);  // of whom no more is known than that
    static Token of_nobody();          // whom only Everyone includes

    bool has(const Sid& sid) const;
    bool is_administrator() const { return has(Sid::administrators()); }

  private:
    std::vector<Sid> sids_;
};

// Who may do what: the part of a Windows security descriptor that decides (its DACL). Immutable.
class Descriptor {
  public:
    // O:BAG:BAD:(A;;0x80;;;BA). Fails with InvalidParameter, saying what was expected where.
    static Result<Descriptor> parse_sddl(std::string_view text);
    // The self-relative binary form. Fails with InvalidParameter.
    static Result<Descriptor> parse_bytes(std::string_view bytes);

    // All these rights. Without a DACL everybody has all rights, with an empty one nobody any.
    bool grants(const Token& token, std::uint32_t rights) const;

  private:
    friend class SddlParser;
    friend class DescriptorReader;
    struct Entry {
        bool allows = false;
        std::uint32_t rights = 0;
        Sid who;
    };
    std::optional<std::vector<Entry>> entries_;
};

}  // namespace openwmi::security
