#include "bridge/requests.h"

#include <wbemprov.h>

#include <utility>

#include "base/text.h"
#include "com/bstr.h"
#include "com/ptr.h"
#include "com/variant.h"
#include "wbem/call_context.h"
#include "wbem/object.h"

namespace openwmi::bridge {
namespace {

using core::Depth;
using core::Session;
using core::SinkPtr;

constexpr LONG put_modes = WBEM_FLAG_UPDATE_ONLY | WBEM_FLAG_CREATE_ONLY;

// Callers may ask to be called back later, sinks for progress.
constexpr LONG by(Mode mode) {
    return mode == Mode::Caller ? WBEM_FLAG_RETURN_IMMEDIATELY : WBEM_FLAG_SEND_STATUS;
}

constexpr LONG enumerator_flags(Mode mode) {
    return by(mode) | (mode == Mode::Caller ? WBEM_FLAG_FORWARD_ONLY : 0);
}

Result<core::CallOptions> check(LONG flags, LONG allowed, IWbemContext* context) {
    WMI_TRY(check_flags(flags, allowed));
    return core::CallOptions{.context = WMI_TRY(wbem::read_context(context)),
                             .amended = (flags & WBEM_FLAG_USE_AMENDED_QUALIFIERS) != 0,
                             .direct_read = (flags & WBEM_FLAG_DIRECT_READ) != 0};
}

// The operation, on the session with these options.
Operation with(core::CallOptions options, Operation operation) {
    if (!options.context && !options.amended && !options.direct_read) return operation;
    return
        [options = std::move(options), operation = std::move(operation)](
            Session& session, SinkPtr sink) { operation(*session.with(options), std::move(sink)); };
}

Result<cim::ObjectPath> read_path(const BSTR path) {
    if (is_blank(path)) return fail(Status::InvalidParameter, "the object path is empty");
    return cim::ObjectPath::parse(com::to_utf8(path));
}

Result<cim::Name> read_class_name(const BSTR name) {
    if (is_blank(name)) return fail(Status::InvalidParameter, "the class name is empty");
    return cim::Name(com::to_utf8(name));
}

Result<repository::PutMode> read_put_mode(LONG flags) {
    switch (flags & put_modes) {
        case WBEM_FLAG_UPDATE_ONLY: return repository::PutMode::UpdateOnly;
        case WBEM_FLAG_CREATE_ONLY: return repository::PutMode::CreateOnly;
        case WBEM_FLAG_CREATE_OR_UPDATE: return repository::PutMode::CreateOrUpdate;
        default:
            return fail(Status::InvalidParameter,
                        "WBEM_FLAG_UPDATE_ONLY and WBEM_FLAG_CREATE_ONLY exclude each other");
    }
}

Result<repository::UpdateMode> read_update_mode(LONG flags) {
    switch (flags & WBEM_MASK_UPDATE_MODE) {
        case WBEM_FLAG_UPDATE_SAFE_MODE: return repository::UpdateMode::Safe;
        case WBEM_FLAG_UPDATE_FORCE_MODE: return repository::UpdateMode::Force;
        case WBEM_FLAG_UPDATE_COMPATIBLE: return repository::UpdateMode::Compatible;
        default:
            return fail(Status::InvalidParameter,
                        "WBEM_FLAG_UPDATE_SAFE_MODE and WBEM_FLAG_UPDATE_FORCE_MODE exclude each "
                        "other");
    }
}

Depth depth_of(LONG flags) {
    return flags & WBEM_FLAG_SHALLOW ? Depth::Shallow : Depth::Deep;
}

}  // namespace

bool is_blank(const BSTR text) {
    return base::trim(com::to_utf8(text)).empty();
}

Result<> check_flags(LONG flags, LONG allowed) {
    if (!(flags & ~allowed)) return {};
    return fail(Status::InvalidParameter, "the flags 0x{:X} are not among those of this method",
                static_cast<std::uint32_t>(flags & ~allowed));
}

Result<Operation> read_get_object(const BSTR path, LONG flags, Mode mode, IWbemContext* context) {
    auto call = WMI_TRY(
        check(flags, by(mode) | WBEM_FLAG_USE_AMENDED_QUALIFIERS | WBEM_FLAG_DIRECT_READ, context));
    return with(std::move(call), [path = WMI_TRY(read_path(path))](Session& session, SinkPtr sink) {
        session.get_object(path, std::move(sink));
    });
}

Result<Operation> read_put_class(IWbemClassObject* object, LONG flags, Mode mode,
                                 IWbemContext* context) {
    auto call = WMI_TRY(check(flags,
                              by(mode) | put_modes | WBEM_MASK_UPDATE_MODE |
                                  WBEM_FLAG_OWNER_UPDATE | WBEM_FLAG_USE_AMENDED_QUALIFIERS,
                              context));
    using Amended = repository::AmendedQualifiers;  // COM-047
    const repository::PutClassOptions options{
        .mode = WMI_TRY(read_put_mode(flags)),
        .update = WMI_TRY(read_update_mode(flags)),
        .amended = flags & WBEM_FLAG_USE_AMENDED_QUALIFIERS ? Amended::Strip : Amended::Refuse};
    auto declaration = WMI_TRY(wbem::declaration_of(object));
    return with(std::move(call),
                [declaration = std::move(declaration), options](Session& session, SinkPtr sink) {
                    session.put_class(declaration, options, std::move(sink));
                });
}

Result<Operation> read_delete_class(const BSTR name, LONG flags, Mode mode, IWbemContext* context) {
    auto call = WMI_TRY(check(flags, by(mode) | WBEM_FLAG_OWNER_UPDATE, context));
    return with(std::move(call),
                [name = WMI_TRY(read_class_name(name))](Session& session, SinkPtr sink) {
                    session.delete_class(name, std::move(sink));
                });
}

Result<Operation> read_enumerate_classes(const BSTR superclass, LONG flags, Mode mode,
                                         IWbemContext* context) {
    auto call = WMI_TRY(
        check(flags, enumerator_flags(mode) | WBEM_FLAG_SHALLOW | WBEM_FLAG_USE_AMENDED_QUALIFIERS,
              context));
    return with(std::move(call), [name = cim::Name(com::to_utf8(superclass)),
                                  depth = depth_of(flags)](Session& session, SinkPtr sink) {
        session.enumerate_classes(name, depth, std::move(sink));
    });
}

Result<Operation> read_put_instance(IWbemClassObject* object, LONG flags, Mode mode,
                                    IWbemContext* context) {
    auto call =
        WMI_TRY(check(flags, by(mode) | put_modes | WBEM_FLAG_USE_AMENDED_QUALIFIERS, context));
    const auto put_mode = WMI_TRY(read_put_mode(flags));
    const auto content = WMI_TRY(wbem::object_of(object));
    if (!content->as_instance()) {
        return fail(Status::InvalidParameter, "{} is a class; PutClass stores classes",
                    content->class_of().name().text());
    }
    return with(std::move(call), [instance = cim::InstancePtr(content->as_instance()), put_mode](
                                     Session& session, SinkPtr sink) {
        session.put_instance(instance, put_mode, std::move(sink));
    });
}

Result<Operation> read_delete_instance(const BSTR path, LONG flags, Mode mode,
                                       IWbemContext* context) {
    auto call = WMI_TRY(check(flags, by(mode), context));
    return with(std::move(call), [path = WMI_TRY(read_path(path))](Session& session, SinkPtr sink) {
        session.delete_instance(path, std::move(sink));
    });
}

Result<Operation> read_enumerate_instances(const BSTR class_name, LONG flags, Mode mode,
                                           IWbemContext* context) {
    auto call = WMI_TRY(check(flags,
                              enumerator_flags(mode) | WBEM_FLAG_SHALLOW |
                                  WBEM_FLAG_USE_AMENDED_QUALIFIERS | WBEM_FLAG_DIRECT_READ,
                              context));
    return with(std::move(call), [name = WMI_TRY(read_class_name(class_name)),
                                  depth = depth_of(flags)](Session& session, SinkPtr sink) {
        session.enumerate_instances(name, depth, std::move(sink));
    });
}

Result<Operation> read_query(const BSTR language, const BSTR query, LONG flags, Mode mode,
                             IWbemContext* context) {
    auto call =
        WMI_TRY(check(flags,
                      enumerator_flags(mode) | WBEM_FLAG_ENSURE_LOCATABLE | WBEM_FLAG_PROTOTYPE |
                          WBEM_FLAG_USE_AMENDED_QUALIFIERS | WBEM_FLAG_DIRECT_READ,
                      context));
    if (is_blank(language) || is_blank(query)) {
        return fail(Status::InvalidParameter, "the query or its language is empty");
    }
    const core::QueryOptions options{.prototype = (flags & WBEM_FLAG_PROTOTYPE) != 0,
                                     .ensure_locatable = (flags & WBEM_FLAG_ENSURE_LOCATABLE) != 0};
    return with(std::move(call), [language = com::to_utf8(language), query = com::to_utf8(query),
                                  options](Session& session, SinkPtr sink) {
        session.exec_query(language, query, options, std::move(sink));
    });
}

Result<Operation> read_method(const BSTR path, const BSTR method, LONG flags, Mode mode,
                              IWbemContext* context, IWbemClassObject* in) {
    auto call = WMI_TRY(check(flags, by(mode), context));
    if (is_blank(method)) return fail(Status::InvalidParameter, "the method name is empty");
    cim::InstancePtr parameters;
    if (in) {
        const auto content = WMI_TRY(wbem::object_of(in));
        parameters = cim::InstancePtr(content->as_instance());
        if (!parameters) {
            return fail(Status::InvalidMethodParameters,
                        "the in-parameters are a class; SpawnInstance gives an instance of it");
        }
    }
    return with(std::move(call),
                [path = WMI_TRY(read_path(path)), name = cim::Name(com::to_utf8(method)),
                 parameters](Session& session, SinkPtr sink) {
                    session.exec_method(path, name, parameters, std::move(sink));
                });
}

Result<EventQuery> read_event_query(const BSTR language, const BSTR query, LONG flags, Mode mode,
                                    IWbemContext* context) {
    if (mode == Mode::Sink) {
        WMI_TRY(check(flags, WBEM_FLAG_SEND_STATUS, context));
    } else if (flags != (WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY)) {
        return fail(Status::InvalidParameter,
                    "the flags must be WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY");
    }
    if (is_blank(language) || is_blank(query)) {
        return fail(Status::InvalidParameter, "the query or its language is empty");
    }
    return EventQuery{com::to_utf8(language), com::to_utf8(query)};
}

Result<cim::NamespacePath> read_child_namespace(const cim::NamespacePath& parent,
                                                const BSTR relative, LONG flags) {
    WMI_TRY(check_flags(flags, WBEM_FLAG_RETURN_IMMEDIATELY));
    const std::string text = com::to_utf8(relative);
    if (is_blank(relative) || text.front() == '\\' || text.front() == '/') {
        return fail(Status::InvalidParameter,
                    "'{}' is no path relative to {}; connect to an absolute one instead", text,
                    parent.text());
    }
    return cim::NamespacePath::parse(parent.text() + "\\" + text);
}

}  // namespace openwmi::bridge
