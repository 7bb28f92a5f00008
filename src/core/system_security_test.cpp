#include "core/system_security.h"

#include <gmock/gmock.h>

#include "cim/method_signature.h"
#include "core/test_providers.h"
#include "security/descriptor.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using security::Ace;
using security::Sid;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace right = security::right;

cim::Value as_value(const std::string& text) {
    cim::Unsigneds bytes;
    for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
    return bytes;
}

std::string as_text(const cim::Value& value) {
    std::string text;
    if (const auto* bytes = value.get_if<cim::Unsigneds>()) {
        for (const auto byte : *bytes) text.push_back(static_cast<char>(byte));
    }
    return text;
}

class SystemSecurityTest : public test::ProvidersTest {
  protected:
    Result<Collected> call(const std::shared_ptr<Session>& in, const char* method,
                           const cim::InstancePtr& parameters = {},
                           const char* path = "__SystemSecurity=@") {
        return run([&](SinkPtr sink) {
            in->exec_method(*cim::ObjectPath::parse(path), method, parameters, std::move(sink));
        });
    }
    Result<Collected> call(const char* method, const cim::InstancePtr& parameters = {}) {
        return call(session, method, parameters);
    }
    static cim::InstancePtr with(const char* method, const char* parameter, cim::Value value) {
        const auto cls = cim::find_system_class("__SystemSecurity");
        cim::InstanceBuilder builder(cim::signature_of(*cls->find_method(method))->in);
        EXPECT_TRUE(builder.set(parameter, std::move(value)));
        return builder.build();
    }
    Status set(const std::shared_ptr<Session>& in, const std::string& bytes) {
        const auto outcome = call(in, "SetSD", with("SetSD", "SD", as_value(bytes)));
        if (outcome) return Status::Ok;
        message = outcome.error().message;
        return outcome.error().status;
    }
    security::SecurityDescriptor get(const std::shared_ptr<Session>& in) {
        const auto outcome = call(in, "GetSD");
        EXPECT_TRUE(outcome) << (outcome ? "" : to_text(outcome.error()));
        return *security::SecurityDescriptor::of_bytes(as_text(value(*outcome, "SD")));
    }
    static cim::Value value(const Collected& outcome, const char* name) {
        return outcome.objects.at(0)->as_instance()->find(name).value_or(cim::Value("missing"));
    }
    // Root and the administrators, and one who may only read.
    static security::SecurityDescriptor a_descriptor() {
        auto descriptor = security::default_for_root();
        descriptor.dacl = {
            {Ace::Allow, Ace::ContainerInherit, right::everything, Sid::administrators()},
            {Ace::Deny, 0, right::enable, Sid::of_uid(4711)}};
        return descriptor;
    }
    // The same request as somebody whom no door lets in yet.
    Status as_stranger(const char* method, const cim::InstancePtr& in = {}) {
        ServiceState state;
        state.store = std::move(*repository::Store::open({}));
        cim::ObjectPath path;
        path.class_name = "__SystemSecurity";
        path.singleton = true;
        const MethodRequest request{
            .caller = {.identity = security::Identity::of_user(4711, 4711, {}),
                       .name_space = cim::NamespacePath::root(),
                       .locale = {}},
            .path = path,
            .method = method,
            .in = in,
            .call = {}};
        Result<Collected> outcome;
        call_system_security(
            state, request,
            Completion(gather([&](Result<Collected> got) { outcome = std::move(got); })));
        if (!outcome) return outcome.error().status;
        strangers_rights = value(*outcome, "rights");
        return Status::Ok;
    }

    std::string message;
    cim::Value strangers_rights;
};

TEST_F(SystemSecurityTest, tellsTheCallersRights) {
    const auto outcome = call("GetCallerAccessRights");
    ASSERT_TRUE(outcome) << to_text(outcome.error());
    PROVES("SYS-119", EXPECT_EQ(value(*outcome, "rights"), cim::Value(0x6003F)));
    EXPECT_EQ(value(*outcome, "ReturnValue"), cim::Value(0U));
    PROVES("SYS-119", EXPECT_EQ(as_stranger("GetCallerAccessRights"), Status::Ok)
                          << "no right to execute methods is needed");
    EXPECT_EQ(strangers_rights, cim::Value(0));
}

TEST_F(SystemSecurityTest, answersOnTheClassAndOnItsOneInstance) {
    EXPECT_TRUE(call(session, "GetSD", {}, "__SystemSecurity"));
    const auto wrong = call(session, "GetSD", {}, "__SystemSecurity.Id=1");
    EXPECT_EQ(wrong.error().status, Status::InvalidObjectPath);
    EXPECT_EQ(call("GetEverything").error().status, Status::InvalidMethod);
    EXPECT_EQ(call("SetSD").error().status, Status::InvalidMethodParameters);
}

TEST_F(SystemSecurityTest, aNamespaceInheritsFromThoseAbove) {
    const auto root = open("root\\cimv2")->open(cim::NamespacePath::root());
    EXPECT_EQ(get(*root), security::default_for_root());
    const auto by_default = get(*root);
    for (const auto& ace : *by_default.dacl) {
        const bool administrators = ace.sid == Sid::administrators();
        const auto reserved = right::full_write | right::partial_write | right::remote_access;
        PROVES("OD-006", EXPECT_EQ(ace.mask & reserved, administrators ? reserved : 0U));
        PROVES("OD-006",
               EXPECT_EQ(ace.mask, administrators ? right::everything
                                                  : right::enable | right::method_execute |
                                                        right::write_provider));
    }
    const auto inherited = get(session);
    PROVES("SYS-121", ASSERT_EQ(inherited.dacl->size(), 4U));
    EXPECT_EQ(inherited.dacl->front().flags, Ace::ContainerInherit | Ace::Inherited);

    ASSERT_EQ(set(session, a_descriptor().bytes()), Status::Ok) << message;
    const auto both = get(session);
    ASSERT_EQ(both.dacl->size(), 6U);
    PROVES("SYS-120", EXPECT_EQ((*both.dacl)[1], (*a_descriptor().dacl)[1]));
    PROVES("SYS-120", EXPECT_EQ((*both.dacl)[2].flags, Ace::ContainerInherit | Ace::Inherited));
    const auto child = open("root\\test\\child");
    const auto below = get(child);
    PROVES("SYS-121", ASSERT_EQ(below.dacl->size(), 5U));
    PROVES("SYS-121", EXPECT_EQ((*below.dacl)[0].flags, Ace::ContainerInherit | Ace::Inherited));
    EXPECT_EQ(as_stranger("GetSD"), Status::AccessDenied);
}

TEST_F(SystemSecurityTest, whatIsInheritedIsNotStored) {
    auto descriptor = a_descriptor();
    descriptor.dacl->push_back({Ace::Allow, Ace::Inherited, right::enable, Sid::of_uid(4712)});
    ASSERT_EQ(set(session, descriptor.bytes()), Status::Ok);
    const auto stored = get(session);
    PROVES("SYS-121", EXPECT_EQ(std::ranges::count(*stored.dacl, Sid::of_uid(4712), &Ace::sid), 0));
    PROVES("SYS-120", EXPECT_EQ(as_stranger("GetSD"), Status::AccessDenied));
    PROVES("SYS-121", EXPECT_EQ(as_stranger("SetSD", with("SetSD", "SD", as_value("x"))),
                                Status::AccessDenied));
    EXPECT_THAT(states.seen,
                ElementsAre(HasSubstr("root\\test:__SystemSecurity=@ stored: the "
                                      "security descriptor is kept, but not enforced")));
}

TEST_F(SystemSecurityTest, aDescriptorThatIsNoneIsRefused) {
    const auto spoiled = [](const std::function<void(security::SecurityDescriptor&)>& spoil) {
        auto descriptor = a_descriptor();
        spoil(descriptor);
        return descriptor.bytes();
    };
    const auto before = get(session);
    PROVES("SYS-122", EXPECT_EQ(set(session, "nonsense"), Status::InvalidObject));
    const struct {
        const char* what;
        std::function<void(security::SecurityDescriptor&)> spoil;
    } rows[] = {
        {"the DACL is missing", [](auto& sd) { sd.dacl.reset(); }},
        {"WBEM_FULL_WRITE_REP", [](auto& sd) { sd.dacl->front().mask &= ~right::partial_write; }},
        {"WBEM_FULL_WRITE_REP", [](auto& sd) { sd.dacl->front().mask &= ~right::write_provider; }},
        {"INHERIT_ONLY_ACE", [](auto& sd) { sd.dacl->front().flags = Ace::InheritOnly; }},
        {"access bits 0x80000000", [](auto& sd) { sd.dacl->front().mask |= 0x80000000; }},
        {"flags 0x80", [](auto& sd) { sd.dacl->front().flags |= 0x80; }},
        {"type 9", [](auto& sd) { sd.dacl->front().type = 9; }},
        {"an owner and a group", [](auto& sd) { sd.owner.reset(); }},
        {"an owner and a group", [](auto& sd) { sd.group.reset(); }},
    };
    for (const auto& row : rows) {
        PROVES("SYS-122", EXPECT_EQ(set(session, spoiled(row.spoil)), Status::InvalidParameter));
        EXPECT_THAT(message, HasSubstr(row.what));
    }
    auto damaged = a_descriptor().bytes();
    damaged[20] = 9;  // the revision of the DACL
    PROVES("SYS-122", EXPECT_EQ(set(session, damaged), Status::InvalidParameter));
    EXPECT_EQ(get(session), before);
    EXPECT_THAT(states.seen, IsEmpty());
}

TEST_F(SystemSecurityTest, theSameDescriptorAsAnObject) {
    ASSERT_EQ(set(session, a_descriptor().bytes()), Status::Ok);
    const auto got = call("GetSecurityDescriptor");
    ASSERT_TRUE(got) << to_text(got.error());
    const auto object = value(*got, "Descriptor");
    const auto* descriptor = object.get<cim::ObjectPtr>()->as_instance();
    ASSERT_TRUE(descriptor);
    EXPECT_EQ(descriptor->class_of().name(), cim::Name("__SecurityDescriptor"));
    const auto dacl = descriptor->find("DACL")->get<cim::Objects>();
    ASSERT_EQ(dacl.size(), 6U);
    const auto* denied = dacl[1]->as_instance();
    PROVES("SYS-123", EXPECT_EQ(*denied->find("AceType"), cim::Value(1U)));
    EXPECT_EQ(*denied->find("AccessMask"), cim::Value(1U));
    const auto trustee = denied->find("Trustee")->get<cim::ObjectPtr>();
    EXPECT_EQ(*trustee->as_instance()->find("SidString"), cim::Value("S-1-22-1-4711"));

    auto before = get(session);
    const auto child = open("root\\test\\other");
    ASSERT_TRUE(
        call(child, "SetSecurityDescriptor", with("SetSecurityDescriptor", "Descriptor", object)));
    const auto copied = get(child);
    PROVES("SYS-123", EXPECT_EQ((*copied.dacl)[0], (*before.dacl)[0]));
    PROVES("SYS-123", EXPECT_EQ((*copied.dacl)[1], (*before.dacl)[1]));
}

TEST_F(SystemSecurityTest, anObjectChangesWhatItNames) {
    const auto make = [](const char* cls,
                         const std::vector<std::pair<const char*, cim::Value>>& values) {
        cim::InstanceBuilder builder(cim::find_system_class(cls));
        for (const auto& [name, value] : values) EXPECT_TRUE(builder.set(name, value)) << name;
        return builder.build();
    };
    const auto set_object = [&](const cim::InstancePtr& object) {
        return call("SetSecurityDescriptor",
                    with("SetSecurityDescriptor", "Descriptor", cim::Value(object)));
    };
    ASSERT_EQ(set(session, a_descriptor().bytes()), Status::Ok);
    const auto before = get(session);
    const auto owner = make("__Trustee", {{"Name", "root"}});
    ASSERT_TRUE(set_object(make("__SecurityDescriptor", {{"Owner", owner}})));
    EXPECT_EQ(get(session).owner, Sid::of_uid(0)) << "by its name";
    EXPECT_EQ(get(session).dacl, before.dacl) << "ControlFlags do not say that there is one";
    EXPECT_EQ(get(session).group, before.group);

    const auto ace = make("__ACE", {{"AccessMask", 1U},
                                    {"AceType", 0U},
                                    {"Trustee", make("__Trustee", {{"SidString", "S-1-1-0"}})}});
    ASSERT_TRUE(set_object(
        make("__SecurityDescriptor", {{"ControlFlags", 4U}, {"DACL", cim::Objects{ace}}})));
    EXPECT_EQ(get(session).dacl->front(), (Ace{Ace::Allow, 0, 1, *Sid::parse("S-1-1-0")}));

    const auto nobody = make("__Trustee", {{"Name", "no such account"}});
    const auto nameless = make("__ACE", {{"AccessMask", 1U}, {"AceType", 0U}});
    const auto without_mask = make("__ACE", {{"AceType", 0U}, {"Trustee", owner}});
    const auto far = make("__ACE", {{"AccessMask", 1U}, {"AceType", 256U}, {"Trustee", owner}});
    EXPECT_EQ(set_object(make("__SecurityDescriptor", {{"Owner", nobody}})).error().status,
              Status::InvalidParameter);
    for (const auto& bad : {nameless, without_mask, far}) {
        const auto outcome = set_object(
            make("__SecurityDescriptor", {{"ControlFlags", 4U}, {"DACL", cim::Objects{bad}}}));
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().status, Status::InvalidParameter);
    }
    EXPECT_EQ(set_object(make("__SecurityDescriptor", {{"ControlFlags", 4U}})).error().status,
              Status::InvalidParameter)
        << "a DACL that is present, but NULL";
    EXPECT_EQ(
        call("SetSecurityDescriptor", with("SetSecurityDescriptor", "Descriptor", cim::Value()))
            .error()
            .status,
        Status::InvalidParameter);
}

TEST_F(SystemSecurityTest, theListsOfWindows9xAreDisabled) {
    PROVES("SYS-124", EXPECT_EQ(call("Get9XUserList").error().status, Status::MethodDisabled));
    PROVES("SYS-124", EXPECT_EQ(call("Set9XUserList").error().status, Status::MethodDisabled));
}

TEST_F(SystemSecurityTest, theDescriptorIsChangedByMethodsOnly) {
    const auto cls = cim::find_system_class("__thisNAMESPACE");
    cim::InstanceBuilder builder(cls);
    const auto put = run([&](SinkPtr sink) {
        session->put_instance(builder.build(), repository::PutMode::CreateOrUpdate,
                              std::move(sink));
    });
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().status, Status::AccessDenied);
    ASSERT_EQ(set(session, a_descriptor().bytes()), Status::Ok);
    const auto gone = run([&](SinkPtr sink) {
        session->delete_instance(*cim::ObjectPath::parse("__thisNAMESPACE=@"), std::move(sink));
    });
    EXPECT_EQ(gone.error().status, Status::AccessDenied);
}

}  // namespace
}  // namespace openwmi::core
