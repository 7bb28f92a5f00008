#include "core/partial.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/fold.h"

namespace openwmi::core {

namespace {

// The names of the values of one kind of partial operation.
struct Names {
    std::string_view announced;  // says that there are others
    std::string_view request;    // the client's own request, not left over from another call
    std::string_view prefix;     // of all but the first
};
constexpr Names get_names{"__GET_EXTENSIONS", "__GET_EXT_CLIENT_REQUEST", "__GET_EXT_"};
constexpr Names put_names{"__PUT_EXTENSIONS", "__PUT_EXT_CLIENT_REQUEST", "__PUT_EXT_"};

bool belongs_to(const Names& names, const cim::Name& name) {
    return name == cim::Name(names.announced) || base::fold_starts_with(name.text(), names.prefix);
}

template <class T>
Result<T> value_or(const cim::CallContext& context, std::string_view name, T otherwise,
                   std::string_view expected) {
    const auto* value = context.find(cim::Name(name));
    if (!value || value->is_null()) return otherwise;
    if (const auto* typed = value->get_if<T>()) return *typed;
    return fail(Status::InvalidContext, "the context's value {} must be {}", name, expected);
}

Result<bool> flag(const cim::CallContext& context, std::string_view name) {
    return value_or<bool>(context, name, false, "a boolean (VT_BOOL)");
}

Result<std::vector<cim::Name>> properties(const cim::CallContext& context, std::string_view name,
                                          const cim::Class& cls) {
    const auto texts = WMI_TRY(
        value_or<cim::Strings>(context, name, {}, "an array of strings (VT_ARRAY | VT_BSTR)"));
    std::vector<cim::Name> all;
    for (const auto& text : texts) {
        if (text == "*") {
            return fail(Status::InvalidProperty,
                        "{} lists '*': leave it out to mean all properties", name);
        }
        if (!cls.find_property(text)) {
            return fail(Status::InvalidProperty, "{} lists {}, which {} does not have", name, text,
                        cls.name().text());
        }
        all.emplace_back(text);
    }
    return all;
}

// Whether a client asks for a partial operation of this kind with this very call.
Result<bool> is_requested(const cim::CallContextPtr& sent, const Names& names) {
    if (!sent) return false;
    const bool announced = WMI_TRY(flag(*sent, names.announced));
    const auto unannounced = std::ranges::find_if(sent->entries(), [&](const auto& entry) {
        return base::fold_starts_with(entry.name.text(), names.prefix);
    });
    if (!announced && unannounced != sent->entries().end()) {
        return fail(Status::InvalidContext, "the context has {}, but not {} = TRUE",
                    unannounced->name.text(), names.announced);
    }
    if (!announced) return false;
    return flag(*sent, names.request);
}

class PartialPutErrors final : public ResultSink {
  public:
    explicit PartialPutErrors(Completion completion) : completion_(std::move(completion)) {}
    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        return completion_.indicate(objects);
    }
    void progress(provider::Progress progress) override { completion_.progress(progress); }
    void explain(const cim::InstancePtr& status) override { completion_.explain(status); }
    void complete(Result<std::string> outcome) override {
        if (outcome || outcome.error().status != Status::UnsupportedParameter) {
            return completion_.complete(std::move(outcome));
        }
        completion_.complete(Result<>(fail(Status::ProviderNotCapable,
                                           "the provider does not write some properties only: {}",
                                           outcome.error().message)));
    }

  private:
    Completion completion_;
};

bool lists(const std::vector<cim::Name>& properties, const cim::Property& property) {
    return properties.empty() || std::ranges::find(properties, property.name) != properties.end();
}

}  // namespace

bool PartialGet::wants(const cim::Property& property) const {
    if (property.is_key()) return true;
    return !keys_only && lists(properties, property);
}

bool PartialPut::wants(const cim::Property& property) const {
    return lists(properties, property);
}

Result<std::optional<PartialGet>> read_partial_get(const cim::CallContextPtr& sent,
                                                   const cim::Class& cls) {
    if (!WMI_TRY(is_requested(sent, get_names))) return std::nullopt;
    PartialGet partial;
    partial.keys_only = WMI_TRY(flag(*sent, "__GET_EXT_KEYS_ONLY"));
    partial.properties = WMI_TRY(properties(*sent, "__GET_EXT_PROPERTIES", cls));
    return partial;
}

Result<std::optional<PartialPut>> read_partial_put(const cim::CallContextPtr& sent,
                                                   repository::PutMode mode,
                                                   const cim::Class& cls) {
    if (!WMI_TRY(is_requested(sent, put_names))) return std::nullopt;
    if (mode != repository::PutMode::UpdateOnly) {
        return fail(Status::InvalidContext,
                    "a part of an instance is written with WBEM_FLAG_UPDATE_ONLY only");
    }
    PartialPut partial;
    partial.properties = WMI_TRY(properties(*sent, "__PUT_EXT_PROPERTIES", cls));
    partial.strict_nulls = WMI_TRY(flag(*sent, "__PUT_EXT_STRICT_NULLS"));
    // Whatever is stored is stored as a whole or not at all.
    WMI_TRY(flag(*sent, "__PUT_EXT_ATOMIC"));
    return partial;
}

cim::CallContextPtr context_for_providers(const cim::CallContextPtr& sent, Kept kept) {
    if (!sent) return nullptr;
    std::vector<cim::CallContext::Entry> entries;
    for (const auto& entry : sent->entries()) {
        const bool of_get = belongs_to(get_names, entry.name);
        const bool of_put = belongs_to(put_names, entry.name);
        const bool is_mark = entry.name == cim::Name(get_names.request) ||
                             entry.name == cim::Name(put_names.request);
        const bool at_hand = (of_get && kept == Kept::Get) || (of_put && kept == Kept::Put);
        if ((!of_get && !of_put) || (at_hand && !is_mark)) entries.push_back(entry);
    }
    if (entries.size() == sent->entries().size()) return sent;
    if (entries.empty()) return nullptr;
    return std::make_shared<const cim::CallContext>(std::move(entries));
}

cim::InstancePtr project(const PartialGet& partial, const cim::Instance& instance) {
    std::vector<bool> visible;
    for (const auto& property : instance.class_of().properties()) {
        visible.push_back(partial.wants(property));
    }
    return instance.with_projection(std::move(visible));
}

Result<cim::InstancePtr> merge(const PartialPut& partial, const cim::Instance& stored,
                               const cim::Instance& given) {
    cim::InstanceBuilder merged(stored);
    const auto properties = given.class_of().properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto& property = properties[i];
        const auto& listed = partial.properties;
        if (given.is_hidden(i)) continue;
        const bool is_listed = std::ranges::find(listed, property.name) != listed.end();
        if (property.is_key() || (listed.empty() ? given.is_default(i) : !is_listed)) continue;
        if (given.is_null(i) && !partial.strict_nulls) continue;
        if (given.is_null(i) && property.not_null()) {
            return fail(Status::IllegalNull, "{}.{} must have a value",
                        stored.class_of().name().text(), property.name.text());
        }
        WMI_TRY(merged.set(property.name, given.get(i)));
    }
    return merged.build();
}

Completion with_partial_put_errors(Completion completion) {
    return Completion(std::make_shared<PartialPutErrors>(std::move(completion)));
}

}  // namespace openwmi::core
