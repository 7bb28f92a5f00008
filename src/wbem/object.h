#pragma once

#include <wbemcli.h>

#include "base/result.h"
#include "cim/class.h"
#include "cim/object.h"
#include "cim/value.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// A class or an instance as COM sees it: a view on the immutable object. The first write makes a
// builder behind the view, so nobody else's object ever changes, and whoever passed the view on
// (Indicate) may go on writing. `origin` places a class; to an instance it is given only if it has
// none. Confined to one thread at a time; shareable as long as nobody writes.
com::Ptr<IWbemClassObject> make_object(const cim::ObjectPtr& object,
                                       cim::OriginPtr origin = nullptr);

// A class under construction without a name or superclass: what GetObject("") gives (COM-036).
com::Ptr<IWbemClassObject> make_empty_class(cim::OriginPtr origin = nullptr);

// The content of one of our objects at this moment, immutable from now on. Fails with
// InvalidParameter for null, InvalidObject for an implementation that is not ours, IncompleteClass
// for a class without a name.
Result<cim::ObjectPtr> object_of(IWbemClassObject* object);

// What PutClass stores. Fails like object_of, and with InvalidParameter for an instance.
Result<cim::ClassDeclaration> declaration_of(IWbemClassObject* object);

}  // namespace openwmi::wbem
