#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "cim/class.h"
#include "cim/schema.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

std::string qualifier_text(const QualifierSet& qualifiers) {
    std::string text;
    for (const auto& qualifier : qualifiers.all()) {
        if (qualifier.name == Name("CIMTYPE")) continue;
        text += text.empty() ? "[" : ",";
        text += qualifier.name.text();
        if (const auto* value = qualifier.value.get_if<std::string>()) text += "(" + *value + ")";
    }
    return text.empty() ? text : text + "] ";
}

std::string type_text(const Property& property) {
    if (property.type.element == CimType::Reference) return property.class_name.text() + " ref";
    if (property.class_name.empty()) return std::string(keyword(property.type.element));
    return "object:" + property.class_name.text();
}

std::string property_text(const Property& property) {
    auto text = qualifier_text(property.qualifiers) + type_text(property) + " " +
                property.name.text() + (property.type.array ? "[]" : "");
    if (!property.default_value.is_null()) {
        text += "=" + display(property.default_value, property.type);
    }
    return text;
}

// What the class itself says, in a line: "[abstract] __A : __B { [key] string Name; ... }".
std::string describe(const Class& cls) {
    const auto& declaration = cls.declaration();
    auto text = qualifier_text(declaration.qualifiers) + declaration.name.text();
    if (cls.superclass()) text += " : " + cls.superclass()->name().text();
    text += " {";
    for (const auto& property : declaration.properties) text += " " + property_text(property) + ";";
    return text + " }";
}

const SystemClass* find(const Name& name) {
    for (const auto& system_class : system_classes()) {
        if (system_class.cls->name() == name) return &system_class;
    }
    return nullptr;
}

// A row of the specification that describes one class, and the class as it must be.
struct Row {
    const char* id;
    const char* name;
    const char* description;
    SystemScope scope = SystemScope::Every;
};

constexpr auto root_only = SystemScope::RootOnly;

constexpr Row rows[] = {
    {"SYS-005", "__QOSFailureEvent",
     "__QOSFailureEvent : __EventDroppedEvent { uint32 ErrorCode; string ErrorDescription; }"},
    {"SYS-019", "__SystemClass", "[abstract] __SystemClass { }"},
    {"SYS-020", "__IndicationRelated", "[abstract] __IndicationRelated : __SystemClass { }"},
    {"SYS-021", "__EventFilter",
     "__EventFilter : __IndicationRelated {"
     " [read,write] uint8 CreatorSID[]=(1,1,0,0,0,0,0,5,18,0,0,0);"
     " [read,write] string EventAccess; [read,write] string EventNamespace;"
     " [key,read,write] string Name; [read,write] string Query;"
     " [read,write] string QueryLanguage; }"},
    {"SYS-030", "__EventConsumer",
     "[abstract] __EventConsumer : __IndicationRelated { uint8 CreatorSID[]; string MachineName;"
     " [units(bytes)] uint32 MaximumQueueSize; }"},
    {"SYS-033", "__FilterToConsumerBinding",
     "[association] __FilterToConsumerBinding : __IndicationRelated {"
     " [key] __EventConsumer ref Consumer; [key] __EventFilter ref Filter; uint8 CreatorSID[];"
     " boolean DeliverSynchronously=FALSE; uint32 DeliveryQoS;"
     " boolean MaintainSecurityContext=FALSE; boolean SlowDownProviders=FALSE; }"},
    {"SYS-039", "__EventGenerator", "[abstract] __EventGenerator : __IndicationRelated { }"},
    {"SYS-040", "__TimerInstruction",
     "[abstract] __TimerInstruction : __EventGenerator { boolean SkipIfPassed=FALSE;"
     " [key] string TimerId; }"},
    {"SYS-041", "__IntervalTimerInstruction",
     "__IntervalTimerInstruction : __TimerInstruction {"
     " [units(milliseconds)] uint32 IntervalBetweenEvents; }"},
    {"SYS-042", "__AbsoluteTimerInstruction",
     "__AbsoluteTimerInstruction : __TimerInstruction { datetime EventDateTime; }"},
    {"SYS-046", "__TimerEvent", "__TimerEvent : __Event { uint32 NumFirings; string TimerId; }"},
    {"SYS-050", "__TimerNextFiring",
     "__TimerNextFiring : __IndicationRelated { sint64 NextEvent64BitTime;"
     " [key] string TimerId; }"},
    {"SYS-051", "__Event",
     "[abstract] __Event : __IndicationRelated { uint8 SECURITY_DESCRIPTOR[];"
     " uint64 TIME_CREATED; }"},
    {"SYS-055", "__ExtrinsicEvent", "[abstract] __ExtrinsicEvent : __Event { }"},
    {"SYS-056", "__SystemEvent", "__SystemEvent : __ExtrinsicEvent { }"},
    {"SYS-057", "__InstanceOperationEvent",
     "__InstanceOperationEvent : __Event { object TargetInstance; }"},
    {"SYS-058", "__InstanceCreationEvent",
     "__InstanceCreationEvent : __InstanceOperationEvent { }"},
    {"SYS-059", "__InstanceModificationEvent",
     "__InstanceModificationEvent : __InstanceOperationEvent { object PreviousInstance; }"},
    {"SYS-060", "__InstanceDeletionEvent",
     "__InstanceDeletionEvent : __InstanceOperationEvent { }"},
    {"SYS-061", "__MethodInvocationEvent",
     "__MethodInvocationEvent : __InstanceOperationEvent { string Method;"
     " object:__PARAMETERS Parameters; boolean PreCall; }"},
    {"SYS-062", "__ClassOperationEvent", "__ClassOperationEvent : __Event { object TargetClass; }"},
    {"SYS-063", "__ClassCreationEvent", "__ClassCreationEvent : __ClassOperationEvent { }"},
    {"SYS-063", "__ClassDeletionEvent", "__ClassDeletionEvent : __ClassOperationEvent { }"},
    {"SYS-064", "__ClassModificationEvent",
     "__ClassModificationEvent : __ClassOperationEvent { object PreviousClass; }"},
    {"SYS-065", "__NamespaceOperationEvent",
     "__NamespaceOperationEvent : __Event { object:__Namespace TargetNamespace; }"},
    {"SYS-066", "__NamespaceCreationEvent",
     "__NamespaceCreationEvent : __NamespaceOperationEvent { }"},
    {"SYS-066", "__NamespaceDeletionEvent",
     "__NamespaceDeletionEvent : __NamespaceOperationEvent { }"},
    {"SYS-067", "__NamespaceModificationEvent",
     "__NamespaceModificationEvent : __NamespaceOperationEvent {"
     " object:__Namespace PreviousNamespace; }"},
    {"SYS-068", "__AggregateEvent",
     "__AggregateEvent : __IndicationRelated { uint32 NumberOfEvents; object Representative; }"},
    {"SYS-070", "__EventDroppedEvent",
     "__EventDroppedEvent : __SystemEvent { object:__Event Event;"
     " __EventConsumer ref IntendedConsumer; }"},
    {"SYS-072", "__EventQueueOverflowEvent",
     "__EventQueueOverflowEvent : __EventDroppedEvent { [units(bytes)] uint32 CurrentQueueSize; }"},
    {"SYS-074", "__ConsumerFailureEvent",
     "__ConsumerFailureEvent : __EventDroppedEvent { uint32 ErrorCode; string ErrorDescription;"
     " object ErrorObject; }"},
    {"SYS-076", "__Provider", "[abstract] __Provider : __SystemClass { [key] string Name; }"},
    {"SYS-077", "__Win32Provider",
     "__Win32Provider : __Provider { string ClientLoadableCLSID; string CLSID; sint32 Concurrency;"
     " string DefaultMachineName; boolean Enabled; string HostingModel;"
     " sint32 ImpersonationLevel=0; sint32 InitializationReentrancy=0;"
     " [SubType(interval)] datetime InitializationTimeoutInterval; boolean InitializeAsAdminFirst;"
     " [SubType(interval)] datetime OperationTimeoutInterval;"
     " boolean PerLocaleInitialization=FALSE; boolean PerUserInitialization=FALSE;"
     " boolean Pure=TRUE; string SecurityDescriptor; boolean SupportsExplicitShutdown;"
     " boolean SupportsExtendedStatus; boolean SupportsQuotas; boolean SupportsSendStatus;"
     " boolean SupportsShutdown; boolean SupportsThrottling;"
     " [SubType(interval)] datetime UnloadTimeout; uint32 Version; }"},
    {"SYS-090", "__ProviderRegistration",
     "[abstract] __ProviderRegistration : __SystemClass { [key] __Provider ref provider; }"},
    {"SYS-091", "__EventProviderRegistration",
     "__EventProviderRegistration : __ProviderRegistration { string EventQueryList[]; }"},
    {"SYS-092", "__EventConsumerProviderRegistration",
     "__EventConsumerProviderRegistration : __ProviderRegistration {"
     " string ConsumerClassNames[]; }"},
    {"SYS-093", "__ObjectProviderRegistration",
     "[abstract] __ObjectProviderRegistration : __ProviderRegistration {"
     " sint32 InteractionType=0; string QuerySupportLevels[]; boolean SupportsBatching;"
     " boolean SupportsDelete=FALSE; boolean SupportsEnumeration=FALSE;"
     " boolean SupportsGet=FALSE; boolean SupportsPut=FALSE; boolean SupportsTransactions; }"},
    {"SYS-099", "__InstanceProviderRegistration",
     "__InstanceProviderRegistration : __ObjectProviderRegistration {"
     " boolean SupportsEnumeration=TRUE; }"},
    {"SYS-100", "__ClassProviderRegistration",
     "__ClassProviderRegistration : __ObjectProviderRegistration {"
     " [SubType(interval)] datetime CacheRefreshInterval; boolean PerUserSchema;"
     " string ReferencedSetQueries[]; string ResultSetQueries[];"
     " boolean ReSynchroniseOnNamespaceOpen; boolean SuppportsBatching;"
     " string UnsupportedQueries[]; uint32 Version; }"},
    {"SYS-101", "__MethodProviderRegistration",
     "__MethodProviderRegistration : __ProviderRegistration { }"},
    {"SYS-102", "__PropertyProviderRegistration",
     "__PropertyProviderRegistration : __ProviderRegistration { boolean SupportsGet=FALSE;"
     " boolean SupportsPut=FALSE; }"},
    {"SYS-104", "__CacheControl", "[abstract] __CacheControl : __SystemClass { }", root_only},
    {"SYS-105", "__EventProviderCacheControl",
     "[singleton] __EventProviderCacheControl : __CacheControl {"
     " [SubType(interval)] datetime ClearAfter; }",
     root_only},
    {"SYS-106", "__EventConsumerProviderCacheControl",
     "[singleton] __EventConsumerProviderCacheControl : __CacheControl {"
     " [SubType(interval)] datetime ClearAfter; }",
     root_only},
    {"SYS-107", "__EventSinkCacheControl",
     "[singleton] __EventSinkCacheControl : __CacheControl {"
     " [SubType(interval)] datetime ClearAfter; }",
     root_only},
    {"SYS-108", "__ObjectProviderCacheControl",
     "[singleton] __ObjectProviderCacheControl : __CacheControl {"
     " [SubType(interval)] datetime ClearAfter; }",
     root_only},
    {"SYS-109", "__PropertyProviderCacheControl",
     "[singleton] __PropertyProviderCacheControl : __CacheControl {"
     " [SubType(interval)] datetime ClearAfter; }",
     root_only},
    {"SYS-111", "__ArbitratorConfiguration",
     "[singleton] __ArbitratorConfiguration : __SystemClass {"
     " uint32 OutstandingTasksPerUser; uint32 OutstandingTasksTotal;"
     " uint32 PermanentSubscriptionsPerUser; uint32 PermanentSubscriptionsTotal;"
     " uint32 PollingInstructionsPerUser; uint32 PollingInstructionsTotal;"
     " uint32 PollingMemoryPerUser; uint32 PollingMemoryTotal; uint32 QuotaRetryCount;"
     " uint32 QuotaRetryWaitInterval; uint32 TaskThreadsPerUser; uint32 TaskThreadsTotal;"
     " uint32 TemporarySubscriptionsPerUser; uint32 TemporarySubscriptionsTotal;"
     " uint32 TotalCacheDisk; uint32 TotalCacheDiskPerTask; uint32 TotalCacheDiskPerUser;"
     " uint32 TotalCacheMemory; uint32 TotalCacheMemoryPerTask; uint32 TotalCacheMemoryPerUser;"
     " uint32 TotalUsers; }",
     root_only},
    {"SYS-113", "__ProviderHostQuotaConfiguration",
     "[singleton] __ProviderHostQuotaConfiguration : __SystemClass {"
     " [read,write] uint32 ThreadsPerHost; [read,write] uint32 HandlesPerHost;"
     " [read,write] uint32 ProcessLimitAllHosts; [read,write] uint64 MemoryPerHost;"
     " [read,write] uint64 MemoryAllHosts; }",
     root_only},
    {"SYS-115", "__CIMOMIdentification",
     "[singleton] __CIMOMIdentification : __SystemClass { string SetupDateTime;"
     " string VersionCurrentlyRunning; string VersionUsedToCreateDB; string WorkingDirectory; }",
     SystemScope::RootAndDefault},
    {"SYS-116", "__Namespace", "__Namespace : __SystemClass { [key] string Name; }"},
    {"SYS-117", "__thisNAMESPACE",
     "[singleton] __thisNAMESPACE : __SystemClass { uint8 SECURITY_DESCRIPTOR[]; }"},
    {"SYS-118", "__SystemSecurity", "[singleton] __SystemSecurity { }"},
    {"SYS-125", "__SecurityRelatedClass", "[abstract] __SecurityRelatedClass { }"},
    {"SYS-126", "__SecurityDescriptor",
     "__SecurityDescriptor { uint32 ControlFlags; object:__ACE DACL[]; object:__Trustee Group;"
     " object:__Trustee Owner; object:__ACE SACL; uint64 TIME_CREATED; }"},
    {"SYS-127", "__ACE",
     "__ACE : __SecurityRelatedClass { uint32 AccessMask; uint32 AceFlags; uint32 AceType;"
     " string GuidInheritedObjectType; string GuidObjectType; uint64 TIME_CREATED;"
     " object:__Trustee Trustee; }"},
    {"SYS-128", "__Trustee",
     "__Trustee { string Domain; string Name; uint8 SID[]; uint32 SidLength; string SidString;"
     " uint64 TIME_CREATED; }"},
    {"SYS-129", "__NTLMUser9X",
     "__NTLMUser9X : __SecurityRelatedClass { string Authority; sint32 Flags; sint32 Mask;"
     " string Name; sint32 Type; }"},
    {"SYS-130", "__NotifyStatus", "[abstract] __NotifyStatus { uint32 StatusCode; }"},
    {"SYS-131", "__ExtendedStatus",
     "__ExtendedStatus : __NotifyStatus { string Description; string Operation;"
     " string ParameterInfo; string ProviderName; }"},
    {"SYS-132", "__PARAMETERS", "[abstract] __PARAMETERS { }"},
};

class SystemClassRowTest : public testing::TestWithParam<Row> {};

TEST_P(SystemClassRowTest, IsTheClassThatTheRowDescribes) {
    const auto& row = GetParam();
    const auto* found = find(row.name);
    PROVES(row.id, ASSERT_NE(found, nullptr) << row.name);
    PROVES(row.id, EXPECT_EQ(describe(*found->cls), row.description));
    PROVES(row.id, EXPECT_EQ(found->scope, row.scope));
}

std::string test_name(const testing::TestParamInfo<Row>& info) {
    std::string name = std::string(info.param.id) + info.param.name;
    std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
    return name;
}

INSTANTIATE_TEST_SUITE_P(Specification, SystemClassRowTest, testing::ValuesIn(rows), test_name);

TEST(SystemClassesTest, AreExactlyTheListedOnes) {
    std::set<Name> expected;
    for (const auto& row : rows) expected.insert(row.name);
    std::set<Name> existing;
    for (const auto& system_class : system_classes()) existing.insert(system_class.cls->name());
    PROVES("SYS-004", EXPECT_EQ(existing.size(), system_classes().size()));
    PROVES("SYS-004", EXPECT_TRUE(existing == expected));
    PROVES("SYS-004", EXPECT_EQ(existing.size(), 61u + 1u));  // and __QOSFailureEvent
}

TEST(SystemClassesTest, SuperclassesStandAboveTheirSubclasses) {
    std::set<Name> seen;
    for (const auto& system_class : system_classes()) {
        const auto& superclass = system_class.cls->superclass();
        EXPECT_TRUE(!superclass || seen.contains(superclass->name()));
        seen.insert(system_class.cls->name());
        EXPECT_EQ(find_system_class(system_class.cls->name()), system_class.cls);
    }
    EXPECT_EQ(find_system_class("Win32_Process"), nullptr);
}

TEST(SystemClassesTest, TheCreatorOfAFilterIsLocalSystemByDefault) {
    const auto& filter = *find_system_class("__EventFilter");
    const auto& property = filter.properties()[*filter.find_property("CreatorSID")];
    PROVES("SYS-022", EXPECT_EQ(property.default_value,
                                Value(Unsigneds{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0})));
}

TEST(SystemClassesTest, ConsumersHaveNoKeyOfTheirOwn) {
    PROVES("SYS-030", EXPECT_TRUE(find_system_class("__EventConsumer")->keys().empty()));
}

TEST(SystemClassesTest, EveryRegistrationHasTheProviderAsItsKey) {
    for (const auto& system_class : system_classes()) {
        const auto& cls = *system_class.cls;
        if (!cls.is_a("__ProviderRegistration")) continue;
        PROVES("OD-066", ASSERT_EQ(cls.keys().size(), 1u) << cls.name().text());
        PROVES("OD-066", EXPECT_EQ(cls.properties()[cls.keys()[0]].name, Name("provider")));
    }
}

TEST(SystemClassesTest, OpenDecisionsAreKept) {
    PROVES("OD-014", EXPECT_TRUE(find_system_class("__ExtrinsicEvent")->is_abstract()));
    for (const char* name :
         {"__SystemSecurity", "__NotifyStatus", "__SecurityDescriptor", "__PARAMETERS"}) {
        PROVES("OD-067", EXPECT_EQ(find_system_class(name)->superclass(), nullptr) << name);
    }
    const auto& instances = *find_system_class("__InstanceProviderRegistration");
    const auto enumeration = instances.find_property("SupportsEnumeration");
    PROVES("OD-068", EXPECT_EQ(instances.properties()[*enumeration].default_value, Value(true)));
    PROVES("OD-069",
           EXPECT_TRUE(find_system_class("__ProviderHostQuotaConfiguration")->is_singleton()));
}

TEST(SystemClassesTest, EventsOfUsersHaveAParentOfTheirOwn) {
    for (const char* name : {"__NamespaceOperationEvent", "__ClassOperationEvent",
                             "__InstanceOperationEvent", "__ExtrinsicEvent"}) {
        PROVES("SYS-054", EXPECT_EQ(find(name)->cls->superclass()->name(), Name("__Event"))
                              << name);
    }
}

TEST(SystemClassesTest, IntervalsSaySo) {
    for (const auto& system_class : system_classes()) {
        const auto& cls = *system_class.cls;
        const auto index = cls.find_property("ClearAfter");
        if (!index) continue;
        const auto* subtype = cls.properties()[*index].qualifiers.find("SubType");
        PROVES("SYS-134", ASSERT_NE(subtype, nullptr) << cls.name().text());
        PROVES("SYS-134", EXPECT_EQ(subtype->value, Value("interval")));
    }
}

TEST(SystemClassesTest, SomeExistInTheRootOnly) {
    const auto root = NamespacePath::root();
    const auto by_default = NamespacePath::literal("root\\DEFAULT");
    const auto other = NamespacePath::literal("root\\cimv2");
    const auto below = NamespacePath::literal("root\\cimv2\\default");
    const auto& filter = *find("__EventFilter");
    const auto& cache_control = *find("__EventSinkCacheControl");
    const auto& identification = *find("__CIMOMIdentification");
    for (const auto& name_space : {root, by_default, other, below}) {
        EXPECT_TRUE(exists_in(filter, name_space));
        PROVES("SYS-104", EXPECT_EQ(exists_in(cache_control, name_space), name_space == root));
        PROVES("SYS-115", EXPECT_EQ(exists_in(identification, name_space),
                                    name_space == root || name_space == by_default));
    }
}

TEST(SystemClassesTest, SystemSecurityHasItsMethods) {
    struct Case {
        const char* row;
        const char* method;
        const char* direction;
        const char* parameter;
        Type type;
        const char* class_name = "";
    };
    const auto& security = *find_system_class("__SystemSecurity");
    EXPECT_EQ(security.methods().size(), 7u);
    for (const auto& expected : {
             Case{"SYS-119", "GetCallerAccessRights", "out", "rights", {CimType::Sint32}},
             Case{"SYS-120", "GetSD", "out", "SD", {CimType::Uint8, true}},
             Case{"SYS-121", "SetSD", "in", "SD", {CimType::Uint8, true}},
             Case{"SYS-123",
                  "GetSecurityDescriptor",
                  "out",
                  "Descriptor",
                  {CimType::Object},
                  "__SecurityDescriptor"},
             Case{"SYS-123",
                  "SetSecurityDescriptor",
                  "in",
                  "Descriptor",
                  {CimType::Object},
                  "__SecurityDescriptor"},
             Case{"SYS-118", "Get9XUserList", "out", "ul", {CimType::Object, true}, "__NTLMUser9X"},
             Case{"SYS-118", "Set9XUserList", "in", "ul", {CimType::Object, true}, "__NTLMUser9X"},
         }) {
        const auto* method = security.find_method(expected.method);
        PROVES("SYS-118", ASSERT_NE(method, nullptr) << expected.method);
        ASSERT_EQ(method->parameters.size(), 1u);
        const auto& parameter = method->parameters[0];
        EXPECT_EQ(parameter.name, Name(expected.parameter)) << expected.row;
        EXPECT_EQ(parameter.type, expected.type) << expected.row;
        EXPECT_EQ(parameter.class_name, Name(expected.class_name)) << expected.row;
        EXPECT_TRUE(parameter.qualifiers.is_true(expected.direction)) << expected.row;
        EXPECT_EQ(method->return_type, Type{CimType::Uint32});
    }
}

}  // namespace
}  // namespace openwmi::cim
