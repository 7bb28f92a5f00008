#pragma once

#include <wbemcli.h>

#include <functional>
#include <string>

#include "base/result.h"
#include "core/session.h"

// What a client asks for in a call of IWbemServices, checked and read: flags, paths, objects.
namespace openwmi::bridge {

// An operation on a session, ready to be started.
using Operation = std::function<void(core::Session&, core::SinkPtr)>;

// How the answer is wanted; which of them a method has, its page says.
enum class Mode { Caller, Sink };  // GetObject and GetObjectAsync

// All fail with InvalidParameter for flags that the method does not have (COM-002), and for values
// of the context that no CIM type fits.
Result<Operation> read_get_object(const BSTR path, LONG flags, Mode mode, IWbemContext* context);
Result<Operation> read_put_class(IWbemClassObject* object, LONG flags, Mode mode,
                                 IWbemContext* context);
Result<Operation> read_delete_class(const BSTR name, LONG flags, Mode mode, IWbemContext* context);
Result<Operation> read_enumerate_classes(const BSTR superclass, LONG flags, Mode mode,
                                         IWbemContext* context);
Result<Operation> read_put_instance(IWbemClassObject* object, LONG flags, Mode mode,
                                    IWbemContext* context);
Result<Operation> read_delete_instance(const BSTR path, LONG flags, Mode mode,
                                       IWbemContext* context);
Result<Operation> read_enumerate_instances(const BSTR class_name, LONG flags, Mode mode,
                                           IWbemContext* context);
Result<Operation> read_query(const BSTR language, const BSTR query, LONG flags, Mode mode,
                             IWbemContext* context);
// `in` may be null. Fails with InvalidMethodParameters when it is no instance.
Result<Operation> read_method(const BSTR path, const BSTR method, LONG flags, Mode mode,
                              IWbemContext* context, IWbemClassObject* in);

// COM-066, 069, 070
struct EventQuery {
    std::string language;
    std::string text;
};
Result<EventQuery> read_event_query(const BSTR language, const BSTR query, LONG flags, Mode mode,
                                    IWbemContext* context);

// The absolute path of a namespace below this one (COM-031).
Result<cim::NamespacePath> read_child_namespace(const cim::NamespacePath& parent,
                                                const BSTR relative, LONG flags);

// GetObject("") asks for an empty class (COM-032).
bool is_blank(const BSTR text);

Result<> check_flags(LONG flags, LONG allowed);

}  // namespace openwmi::bridge
