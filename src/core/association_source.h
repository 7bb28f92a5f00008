#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cim/class.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "cim/schema.h"

namespace openwmi::core {

// The object in the braces of ASSOCIATORS OF {…}, and whether a reference means it: however the
// path in it is written, and with a class above or below that of the source. Immutable.
class AssociationSource {
  public:
    // Fails: InvalidClass, InvalidObjectPath (COM-032: also when it lies in another namespace, as
    // queries do not leave theirs, WQL-020).
    static Result<AssociationSource> resolve(const cim::NamespacePath& ns,
                                             const cim::ObjectPath& path,
                                             std::shared_ptr<const cim::Schema> schema);

    const cim::ObjectPath& path() const { return path_; }
    const cim::Class& cls() const { return *cls_; }

    // Of a reference that stands in an instance of the source's namespace.
    bool is(const cim::ObjectPath& reference) const;

  private:
    AssociationSource(cim::NamespacePath ns, cim::ObjectPath path, cim::ClassPtr cls,
                      std::shared_ptr<const cim::Schema> schema, std::string key)
        : name_space_(std::move(ns)),
          path_(std::move(path)),
          cls_(std::move(cls)),
          schema_(std::move(schema)),
          key_(std::move(key)) {}

    cim::NamespacePath name_space_;
    cim::ObjectPath path_;
    cim::ClassPtr cls_;
    std::shared_ptr<const cim::Schema> schema_;
    std::string key_;  // comparable_key; empty: the source is a class
};

}  // namespace openwmi::core
