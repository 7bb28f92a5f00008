#pragma once

#include <wbemcli.h>

#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "cim/object.h"
#include "cim/schema.h"

namespace openwmi::wbem {

// The classes that a text may stand on: those that the values of a context are or are made of, with
// their superclasses, and the system classes. Confined to one call.
class KnownClasses final : public cim::Schema {
  public:
    // Null: the system classes alone. Fails as IWbemContext does.
    static Result<KnownClasses> of(IWbemContext* context);

    void add(const cim::ClassPtr& cls);
    cim::ClassPtr find_class(const cim::Name& name) const override;
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override;

  private:
    std::unordered_map<cim::Name, cim::ClassPtr> classes_;
};

// The last object that the MOF declares; its classes are known to what follows them. Fails with
// InvalidSyntax and the compiler's words, and InvalidParameter for a text without an object.
Result<cim::ObjectPtr> read_mof(std::string_view text, KnownClasses classes);

}  // namespace openwmi::wbem
