#include "core/security_objects.h"

#include <limits>
#include <utility>

#include "cim/schema.h"
#include "security/account.h"

namespace openwmi::core {
namespace {

using security::Ace;
using security::Sid;

constexpr std::uint64_t dacl_present = 0x4;
constexpr std::uint64_t self_relative = 0x8000;

cim::Value as_bytes(const std::string& text) {
    cim::Unsigneds bytes;
    for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
    return bytes;
}

Result<cim::InstancePtr> to_trustee(const Sid& sid) {
    cim::InstanceBuilder builder(cim::find_system_class("__Trustee"));
    const auto bytes = sid.bytes();
    WMI_TRY(builder.set("SID", as_bytes(bytes)));
    WMI_TRY(builder.set("SidLength", std::uint64_t{bytes.size()}));
    WMI_TRY(builder.set("SidString", sid.text()));
    if (const auto account = security::find_account(sid)) {
        WMI_TRY(builder.set("Name", account->name));
        if (!account->domain.empty()) WMI_TRY(builder.set("Domain", account->domain));
    }
    return builder.build();
}

Result<cim::InstancePtr> to_ace(const Ace& ace) {
    cim::InstanceBuilder builder(cim::find_system_class("__ACE"));
    WMI_TRY(builder.set("AccessMask", std::uint64_t{ace.mask}));
    WMI_TRY(builder.set("AceFlags", std::uint64_t{ace.flags}));
    WMI_TRY(builder.set("AceType", std::uint64_t{ace.type}));
    WMI_TRY(builder.set("Trustee", WMI_TRY(to_trustee(ace.sid))));
    return builder.build();
}

template <class T>
const T* find(const cim::Value& value) {
    return value.get_if<T>();
}

Result<Sid> read_trustee(const cim::Instance& trustee) {
    const auto value = [&](const char* name) { return trustee.find(name).value_or(cim::Value()); };
    const auto bytes = value("SID");
    if (const auto* each = find<cim::Unsigneds>(bytes); each && !each->empty()) {
        std::string text;
        for (const auto byte : *each) text.push_back(static_cast<char>(byte));
        return Sid::of_bytes(text);
    }
    const auto written = value("SidString");
    if (const auto* text = find<std::string>(written)) return Sid::parse(*text);
    const auto name = value("Name");
    if (const auto* text = find<std::string>(name)) {
        const auto domain = value("Domain");
        const auto* where = find<std::string>(domain);
        if (const auto sid = security::find_sid(*text, where ? *where : "")) return *sid;
        return fail(Status::InvalidParameter, "there is no account '{}'", *text);
    }
    return fail(Status::InvalidParameter, "a trustee has neither SID nor SidString nor Name");
}

const cim::Instance* embedded(const cim::Value& value) {
    const auto* object = value.get_if<cim::ObjectPtr>();
    return object ? (*object)->as_instance() : nullptr;
}

template <class T>
Result<T> read_number(const cim::Instance& ace, const char* name, bool required) {
    const auto value = ace.find(name).value_or(cim::Value());
    const auto* number = value.get_if<std::uint64_t>();
    if (!number && !required) return T{0};
    if (number && *number <= std::numeric_limits<T>::max()) return static_cast<T>(*number);
    return fail(Status::InvalidParameter, "{} of an entry of the DACL is {}", name,
                number ? std::to_string(*number) : "NULL");
}

Result<Ace> read_ace(const cim::Instance& ace) {
    const auto trustee = ace.find("Trustee").value_or(cim::Value());
    if (!embedded(trustee)) {
        return fail(Status::InvalidParameter, "an entry of the DACL has no Trustee");
    }
    return Ace{.type = WMI_TRY(read_number<std::uint8_t>(ace, "AceType", true)),
               .flags = WMI_TRY(read_number<std::uint8_t>(ace, "AceFlags", false)),
               .mask = WMI_TRY(read_number<std::uint32_t>(ace, "AccessMask", true)),
               .sid = WMI_TRY(read_trustee(*embedded(trustee)))};
}

Result<std::vector<Ace>> read_list(const cim::Objects& objects) {
    std::vector<Ace> list;
    for (const auto& object : objects) {
        const auto* ace = object->as_instance();
        if (!ace) return fail(Status::InvalidParameter, "the DACL has a class in it");
        list.push_back(WMI_TRY(read_ace(*ace)));
    }
    return list;
}

}  // namespace

Result<cim::InstancePtr> to_object(const security::SecurityDescriptor& descriptor) {
    cim::InstanceBuilder builder(cim::find_system_class("__SecurityDescriptor"));
    auto control = self_relative;
    if (descriptor.dacl) {
        control |= dacl_present;
        cim::Objects list;
        for (const auto& ace : *descriptor.dacl) list.emplace_back(WMI_TRY(to_ace(ace)));
        WMI_TRY(builder.set("DACL", std::move(list)));
    }
    WMI_TRY(builder.set("ControlFlags", control));
    if (descriptor.owner) {
        WMI_TRY(builder.set("Owner", WMI_TRY(to_trustee(*descriptor.owner))));
    }
    if (descriptor.group) {
        WMI_TRY(builder.set("Group", WMI_TRY(to_trustee(*descriptor.group))));
    }
    return builder.build();
}

Result<security::SecurityDescriptor> apply_object(const cim::Instance& object,
                                                  security::SecurityDescriptor to) {
    const auto value = [&](const char* name) { return object.find(name).value_or(cim::Value()); };
    const auto control = value("ControlFlags");
    const auto* flags = control.get_if<std::uint64_t>();
    if (flags && (*flags & dacl_present)) {
        const auto dacl = value("DACL");
        const auto* list = dacl.get_if<cim::Objects>();
        to.dacl.reset();  // a NULL list is a missing one
        if (list) to.dacl = WMI_TRY(read_list(*list));
    }
    const auto owner = value("Owner");
    if (embedded(owner)) to.owner = WMI_TRY(read_trustee(*embedded(owner)));
    const auto group = value("Group");
    if (embedded(group)) to.group = WMI_TRY(read_trustee(*embedded(group)));
    return to;
}

}  // namespace openwmi::core
