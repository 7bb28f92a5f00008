#pragma once

#include <cstdint>
#include <vector>

#include "security/descriptor.h"
#include "security/identity.h"

namespace openwmi::security {

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

// All these rights. Without a DACL everybody has all rights, with an empty one nobody any.
bool grants(const SecurityDescriptor& descriptor, const Token& token, std::uint32_t rights);

}  // namespace openwmi::security
