#include "repository/store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "cim/datetime.h"
#include "repository/testing/store_fixture.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {
namespace {

using cim::CimType;
using testing::ElementsAre;
using testing::IsEmpty;

enum class Where { Memory, File };

// The same table of behaviour for stores in memory and on disk.
class StoreTest : public testing::TestWithParam<Where>, protected StoreSteps {
  protected:
    void SetUp() override { reopen(); }
    Store::Options options() const {
        Store::Options options;
        if (GetParam() == Where::File) options.folder = folder_ / "repository";
        options.server = "HOST";
        options.version = "1.2.3";
        return options;
    }
    void reopen() {
        store.reset();
        open(options());
    }
    // What is on disk is what matters; in memory the store itself is asked.
    void restart() {
        if (GetParam() == Where::File) reopen();
    }
    void put_sensor() { ASSERT_TRUE(put_class(Declare("Sensor").key("Id").property("Temp"))); }

  private:
    support::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Everywhere, StoreTest, testing::Values(Where::Memory, Where::File),
                         [](const auto& where) {
                             return where.param == Where::Memory ? "Memory" : "File";
                         });

TEST_P(StoreTest, ANewRepositoryHasTheFourNamespaces) {
    std::vector<std::string> paths;
    for (const auto& path : store->namespaces()) paths.push_back(path.text());
    EXPECT_THAT(paths, ElementsAre("root", "root\\cimv2", "root\\default", "root\\subscription"));
    EXPECT_TRUE(store->has_namespace(cim::NamespacePath::literal("ROOT/CIMV2")));
    EXPECT_FALSE(store->has_namespace(cim::NamespacePath::literal("root\\nowhere")));
    EXPECT_EQ(store->schema(cim::NamespacePath::literal("root\\nowhere")), nullptr);
}

TEST_P(StoreTest, SystemClassesAreInEveryNamespaceIncludingNewOnes) {
    const auto fresh = cim::NamespacePath::literal("root\\fresh");
    ASSERT_TRUE(in_transaction([&](Transaction& t) { return t.create_namespace(fresh); }));
    for (const auto& path : store->namespaces()) {
        for (const auto& system : cim::system_classes()) {
            PROVES("SYS-001",
                   EXPECT_EQ(store->schema(path)->find_class(system.cls->name()) != nullptr,
                             cim::exists_in(system, path))
                       << system.cls->name().text() << " in " << path.text());
        }
    }
}

TEST_P(StoreTest, SystemClassesCannotBeDeletedOrChanged) {
    for (const char* name : {"__EventFilter", "__thisNAMESPACE", "__Namespace"}) {
        PROVES("SYS-003", EXPECT_EQ(status_of(delete_class(name)), Status::InvalidOperation));
        EXPECT_EQ(status_of(put_class(Declare(name).key("Id"))), Status::InvalidOperation);
    }
}

TEST_P(StoreTest, AnInstanceOfNamespaceIsAChildNamespace) {
    ns = cim::NamespacePath::root();
    const auto child = cim::NamespacePath::literal("root\\test");
    ASSERT_TRUE(put("__Namespace", {{"Name", "test"}}));
    PROVES("SYS-116", EXPECT_TRUE(store->has_namespace(child)));
    ASSERT_EQ(changes.size(), 1u);
    PROVES("GEN-010", EXPECT_EQ(changes[0].what, Change::What::Namespace));
    EXPECT_EQ(changes[0].kind, Change::Kind::Created);
    EXPECT_EQ(changes[0].name_space, ns);
    EXPECT_EQ(status_of(put("__Namespace", {{"Name", "TEST"}}, PutMode::CreateOnly)),
              Status::AlreadyExists);
    PROVES(
        "SYS-116",
        EXPECT_THAT(all("__Namespace"),
                    ElementsAre("__Namespace.Name=\"cimv2\"", "__Namespace.Name=\"default\"",
                                "__Namespace.Name=\"subscription\"", "__Namespace.Name=\"test\"")));
    EXPECT_EQ(all("__Namespace", true, 1).size(), 4u);
    EXPECT_EQ(value("__Namespace.Name=\"test\"", "Name"), cim::Value("test"));
    restart();

    ns = child;
    put_sensor();
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}}));
    ASSERT_TRUE(put("__Namespace", {{"Name", "below"}}));
    ns = cim::NamespacePath::root();
    PROVES("SYS-116", ASSERT_TRUE(remove("__Namespace=\"test\"")));
    EXPECT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].kind, Change::Kind::Deleted);
    restart();
    PROVES("SYS-116", EXPECT_FALSE(store->has_namespace(child)));
    PROVES("SYS-116", EXPECT_FALSE(store->has_namespace(child.child("below"))));
    EXPECT_EQ(status_of(remove("__Namespace=\"test\"")), Status::NotFound);

    ASSERT_TRUE(put("__Namespace", {{"Name", "test"}}));
    ns = child;
    PROVES("SYS-116", EXPECT_EQ(store->schema(ns)->find_class("Sensor"), nullptr));
    put_sensor();
    PROVES("SYS-116", EXPECT_THAT(all("Sensor"), IsEmpty()));
}

TEST_P(StoreTest, NamespacesThatCannotBeAreRefused) {
    ns = cim::NamespacePath::root();
    EXPECT_EQ(status_of(put("__Namespace", {{"Name", "a\\b"}})), Status::InvalidParameter);
    EXPECT_EQ(status_of(put("__Namespace", {{"Name", ""}})), Status::InvalidParameter);
    EXPECT_EQ(status_of(put("__Namespace", {})), Status::IllegalNull);
    const auto orphan = cim::NamespacePath::literal("root\\no\\where");
    EXPECT_EQ(status_of(in_transaction([&](Transaction& t) { return t.create_namespace(orphan); })),
              Status::InvalidNamespace);
    EXPECT_EQ(status_of(in_transaction(
                  [&](Transaction& t) { return t.delete_namespace(cim::NamespacePath::root()); })),
              Status::InvalidOperation);
    EXPECT_EQ(status_of(put_class(Declare("MyNamespace", "__Namespace"))),
              Status::InvalidSuperclass);
}

TEST_P(StoreTest, ANamespaceKeepsTheQualifiersOfItsInstance) {
    ns = cim::NamespacePath::root();
    cim::QualifierSet qualifiers;
    qualifiers.put(flag("RequiresEncryption", {}));
    const auto changed =
        make("__Namespace", {{"Name", "default"}})->with_qualifiers(std::move(qualifiers));
    ASSERT_TRUE(put(*changed));
    ASSERT_EQ(changes.size(), 1u);
    PROVES("GEN-011", EXPECT_EQ(changes[0].kind, Change::Kind::Modified));
    EXPECT_EQ(changes[0].what, Change::What::Namespace);
    restart();
    const auto found = get("__Namespace=\"default\"");
    ASSERT_TRUE(found);
    EXPECT_TRUE((*found)->qualifiers().is_true("RequiresEncryption"));
}

TEST_P(StoreTest, RootHasTheSingletonsOfTheSystem) {
    ns = cim::NamespacePath::root();
    for (const char* name : {"__EventProviderCacheControl", "__EventConsumerProviderCacheControl",
                             "__EventSinkCacheControl", "__ObjectProviderCacheControl",
                             "__PropertyProviderCacheControl"}) {
        const auto after = value(std::string(name) + "=@", "ClearAfter");
        ASSERT_TRUE(after.get_if<std::string>()) << name;
        PROVES("SYS-110", EXPECT_EQ(after, cim::Value("00000000000500.000000:000")));
        const auto interval = cim::DateTime::parse(after.get<std::string>());
        PROVES("OD-070", EXPECT_EQ(interval->duration(), std::chrono::minutes(5)));
    }
    const std::string quotas = "__ArbitratorConfiguration=@";
    PROVES("PRV-067", {
        EXPECT_EQ(value(quotas, "TemporarySubscriptionsPerUser"), cim::Value(1000u));
        EXPECT_EQ(value(quotas, "TemporarySubscriptionsTotal"), cim::Value(10000u));
        EXPECT_EQ(value(quotas, "PermanentSubscriptionsPerUser"), cim::Value(1000u));
        EXPECT_EQ(value(quotas, "PermanentSubscriptionsTotal"), cim::Value(10000u));
        EXPECT_EQ(value(quotas, "PollingInstructionsPerUser"), cim::Value(1000u));
        EXPECT_EQ(value(quotas, "PollingInstructionsTotal"), cim::Value(10000u));
        EXPECT_EQ(value(quotas, "PollingMemoryPerUser"), cim::Value(5000000u));
        EXPECT_EQ(value(quotas, "PollingMemoryTotal"), cim::Value(10000000u));
    });
    EXPECT_FALSE(value("__ProviderHostQuotaConfiguration=@", "HandlesPerHost").is_null());
    EXPECT_EQ(value("__CIMOMIdentification=@", "VersionCurrentlyRunning"), cim::Value("1.2.3"));
    ns = ns.child("default");
    EXPECT_EQ(value("__CIMOMIdentification=@", "VersionUsedToCreateDB"), cim::Value("1.2.3"));
}

TEST_P(StoreTest, AnAdministratorsQuotasSurviveARestart) {
    ns = cim::NamespacePath::root();
    PROVES("PRV-057", EXPECT_TRUE(put("__EventSinkCacheControl",
                                      {{"ClearAfter", "00000000010000.000000:000"}})));
    restart();
    EXPECT_EQ(value("__EventSinkCacheControl=@", "ClearAfter"),
              cim::Value("00000000010000.000000:000"));
}

TEST_P(StoreTest, WhatWasPutIsFoundAgain) {
    put_sensor();
    const auto stored = put("Sensor", {{"Id", "a"}, {"Temp", 90}});
    ASSERT_TRUE(stored) << to_text(stored.error());
    EXPECT_EQ((*stored)->origin()->server, "HOST");
    EXPECT_EQ((*stored)->origin()->name_space, ns);
    restart();
    const auto found = get("sensor.ID=\"A\"");
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_EQ((*found)->find("Temp"), cim::Value(90));
    EXPECT_EQ((*found)->find("Id"), cim::Value("a"));
    EXPECT_EQ((*found)->origin()->name_space, ns);
    EXPECT_EQ((*found)->class_ptr(), store->schema(ns)->find_class("Sensor"));
    PROVES("COM-176", EXPECT_TRUE(get("\\\\.\\root/cimv2:SENSOR='A'")));
}

TEST_P(StoreTest, APathThatLeadsNowhereSaysWhy) {
    put_sensor();
    EXPECT_EQ(status_of(get("Sensor=\"a\"")), Status::NotFound);
    EXPECT_EQ(status_of(get("Nothing=\"a\"")), Status::InvalidClass);
    EXPECT_EQ(status_of(get("Sensor")), Status::InvalidObjectPath);
    EXPECT_EQ(status_of(get("Sensor=@")), Status::InvalidObjectPath);
    EXPECT_EQ(status_of(get("Sensor.Temp=1")), Status::InvalidObjectPath);
    EXPECT_EQ(status_of(get("root\\default:Sensor=\"a\"")), Status::InvalidNamespace);
    ns = cim::NamespacePath::literal("root\\nowhere");
    EXPECT_EQ(status_of(get("Sensor=\"a\"")), Status::InvalidNamespace);
}

TEST_P(StoreTest, PutModesDecideBetweenCreatingAndUpdating) {
    put_sensor();
    EXPECT_EQ(status_of(put("Sensor", {{"Id", "a"}}, PutMode::UpdateOnly)), Status::NotFound);
    EXPECT_EQ(status_of(put("Sensor", {{"Id", "a"}}, PutMode::CreateOnly)), Status::Ok);
    EXPECT_EQ(status_of(put("Sensor", {{"Id", "A"}}, PutMode::CreateOnly)), Status::AlreadyExists);
    EXPECT_EQ(status_of(put("Sensor", {{"Id", "a"}}, PutMode::UpdateOnly)), Status::Ok);
    EXPECT_EQ(status_of(put_class(Declare("New").key("Id"), {.mode = PutMode::UpdateOnly})),
              Status::NotFound);
    EXPECT_EQ(status_of(put_class(Declare("New").key("Id"), {.mode = PutMode::CreateOnly})),
              Status::Ok);
    PROVES("COM-037",
           EXPECT_EQ(status_of(put_class(Declare("NEW").key("Id"), {.mode = PutMode::CreateOnly})),
                     Status::AlreadyExists));
}

TEST_P(StoreTest, InstancesThatCannotBeStoredAreRefused) {
    ASSERT_TRUE(put_class(Declare("Shape").key("Id").qualifier(flag("abstract", {}))));
    ASSERT_TRUE(put_class(Declare("Keyless").property("X")));
    ASSERT_TRUE(put_class(Declare("Numbered").key("Id", CimType::Uint32)));
    ASSERT_TRUE(put_class(Declare("Strict").key("Id").property("X").on_property(flag("not_null"))));
    ASSERT_TRUE(put_class(Declare("Live").key("Id").qualifier(flag("dynamic", {}))));
    PROVES("COM-050", {
        EXPECT_EQ(status_of(put("Shape", {{"Id", "a"}})), Status::InvalidOperation);
        EXPECT_EQ(status_of(put("Numbered", {})), Status::IllegalNull);
        EXPECT_EQ(status_of(put("Keyless", {{"X", 1}})), Status::NoKey);
    });
    PROVES("MOF-057", EXPECT_EQ(status_of(put("Strict", {{"Id", "a"}})), Status::IllegalNull));
    EXPECT_EQ(status_of(put("Live", {{"Id", "a"}})), Status::InvalidOperation);
    EXPECT_EQ(status_of(put("__ExtrinsicEvent", {})), Status::InvalidOperation);
}

TEST_P(StoreTest, ANullStringKeyBecomesAGuid) {
    put_sensor();
    const auto stored = put("Sensor", {{"Temp", 1}});
    ASSERT_TRUE(stored) << to_text(stored.error());
    const auto id = (*stored)->find("Id");
    ASSERT_TRUE(id && id->get_if<std::string>());
    PROVES("COM-051", EXPECT_EQ(id->get<std::string>().size(), 38u));
    restart();
    PROVES("COM-051",
           EXPECT_EQ(value("Sensor=\"" + id->get<std::string>() + "\"", "Temp"), cim::Value(1)));
    ASSERT_TRUE(put("Sensor", {{"Temp", 2}}));
    EXPECT_EQ(all("Sensor").size(), 2u);
}

TEST_P(StoreTest, AKeyIsUniqueAmongTheClassesOfAHierarchy) {
    ASSERT_TRUE(put_class(Declare("Top").qualifier(flag("abstract", {}))));
    ASSERT_TRUE(put_class(Declare("Base", "Top").key("Id")));
    ASSERT_TRUE(put_class(Declare("Left", "Base").property("L")));
    ASSERT_TRUE(put_class(Declare("Right", "Base").property("R")));
    ASSERT_TRUE(put_class(Declare("Other", "Top").key("Id")));
    ASSERT_TRUE(put("Left", {{"Id", "x"}}));
    PROVES("COM-052", EXPECT_EQ(status_of(put("Right", {{"Id", "X"}})), Status::AlreadyExists));
    EXPECT_EQ(status_of(put("Base", {{"Id", "x"}})), Status::AlreadyExists);
    EXPECT_EQ(status_of(put("Other", {{"Id", "x"}})), Status::Ok) << "another dynasty of keys";
    EXPECT_EQ(status_of(get("Base=\"x\"")), Status::Ok) << "a superclass's path finds it";
    EXPECT_EQ(status_of(get("Right=\"x\"")), Status::NotFound);
    EXPECT_EQ(status_of(remove("Right=\"x\"")), Status::NotFound);
    ASSERT_TRUE(remove("Base=\"x\""));
    PROVES("COM-052", EXPECT_EQ(status_of(put("Right", {{"Id", "x"}})), Status::Ok));
}

TEST_P(StoreTest, OneProviderIsRegisteredForSeveralThings) {
    const cim::Value provider("__Win32Provider.Name=\"p\"");
    ASSERT_TRUE(put("__Win32Provider", {{"Name", "p"}, {"CLSID", "{0}"}}));
    for (const char* registration :
         {"__EventProviderRegistration", "__EventConsumerProviderRegistration",
          "__InstanceProviderRegistration", "__MethodProviderRegistration"}) {
        EXPECT_EQ(status_of(put(registration, {{"provider", provider}})), Status::Ok)
            << registration;
        EXPECT_EQ(all(registration).size(), 1u) << registration;
    }
}

TEST_P(StoreTest, ASingletonHasOneInstance) {
    ASSERT_TRUE(put_class(Declare("Setting").property("X").qualifier(flag("singleton"))));
    ASSERT_TRUE(put("Setting", {{"X", 1}}));
    ASSERT_TRUE(put("Setting", {{"X", 2}}));
    restart();
    PROVES("MOF-058", EXPECT_THAT(all("Setting"), ElementsAre("Setting=@")));
    EXPECT_EQ(value("Setting=@", "X"), cim::Value(2));
    EXPECT_EQ(status_of(get("Setting=\"a\"")), Status::InvalidObjectPath);
}

TEST_P(StoreTest, DeletingAStoredInstanceTakesItOutOfTheRepository) {
    put_sensor();
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}, {"Temp", 7}}));
    ASSERT_TRUE(remove("Sensor=\"a\""));
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].previous->as_instance()->find("Temp"), cim::Value(7));
    EXPECT_FALSE(changes[0].current);
    restart();
    PROVES("COM-058", EXPECT_EQ(status_of(get("Sensor=\"a\"")), Status::NotFound));
    EXPECT_EQ(status_of(remove("Sensor=\"a\"")), Status::NotFound);
}

TEST_P(StoreTest, ChangesCarryBothImagesAndTicketsWithoutGaps) {
    put_sensor();
    const auto first = changes.at(0).ticket;
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}, {"Temp", 70}}));
    ASSERT_EQ(changes.size(), 1u);
    PROVES("GEN-006", {
        EXPECT_EQ(changes[0].kind, Change::Kind::Created);
        EXPECT_EQ(changes[0].name_space, ns);
        EXPECT_EQ(changes[0].current->as_instance()->find("Temp"), cim::Value(70));
    });
    EXPECT_FALSE(changes[0].previous);
    EXPECT_EQ(changes[0].ticket, first + 1);
    EXPECT_FALSE(put("Sensor", {{"Id", "a"}}, PutMode::CreateOnly)) << "takes no ticket";
    restart();
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}, {"Temp", 90}}));
    ASSERT_EQ(changes.size(), 1u);
    PROVES("GEN-007", {
        EXPECT_EQ(changes[0].kind, Change::Kind::Modified);
        EXPECT_EQ(changes[0].previous->as_instance()->find("Temp"), cim::Value(70));
        EXPECT_EQ(changes[0].current->as_instance()->find("Temp"), cim::Value(90));
    });
    EXPECT_EQ(changes[0].ticket, first + 2);
}

TEST_P(StoreTest, ChangesNameTheNamespaceAsItWasMade) {
    const auto spelled = std::exchange(ns, cim::NamespacePath::literal("ROOT\\Cimv2"));
    put_sensor();
    EXPECT_EQ(changes.at(0).name_space.text(), spelled.text());
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}}));
    EXPECT_EQ(changes.at(0).name_space.text(), spelled.text());
    EXPECT_EQ(changes.at(0).current->as_instance()->origin()->name_space.text(), spelled.text());
    ASSERT_TRUE(put("__Namespace", {{"Name", "New"}}));
    EXPECT_EQ(store->children(ns)->at(0).text(), spelled.text() + "\\New");
}

TEST_P(StoreTest, ATransactionHappensAsAWholeOrNotAtAll) {
    put_sensor();
    {
        auto transaction = store->begin();
        const auto later = cim::NamespacePath::literal("root\\later");
        ASSERT_TRUE(transaction.create_namespace(later));
        ASSERT_TRUE(transaction.put_class(ns, Declare("Later").key("Id").done()));
        ASSERT_TRUE(transaction.put_instance(ns, *make("Sensor", {{"Id", "a"}})));
        EXPECT_EQ(transaction.changes().size(), 3u);
        EXPECT_TRUE(transaction.get_instance(ns, path_of("Sensor=\"a\""))) << "it sees itself";
        EXPECT_TRUE(transaction.find_class(ns, "Later"));
        EXPECT_EQ(status_of(get("Sensor=\"a\"")), Status::NotFound) << "others do not";
        EXPECT_FALSE(store->has_namespace(later));
        EXPECT_EQ(store->schema(ns)->find_class("Later"), nullptr);
    }
    restart();
    EXPECT_EQ(status_of(get("Sensor=\"a\"")), Status::NotFound);
    EXPECT_EQ(store->schema(ns)->find_class("Later"), nullptr);
    EXPECT_EQ(store->namespaces().size(), 4u);
}

TEST_P(StoreTest, AnAttemptThatFailsIsNoPartOfItsTransaction) {
    put_sensor();
    auto transaction = store->begin();
    ASSERT_TRUE(transaction.attempt([&]() -> Result<> {
        WMI_TRY(transaction.put_instance(ns, *make("Sensor", {{"Id", "a"}})));
        return {};
    }));
    const auto failed = transaction.attempt([&]() -> Result<> {
        WMI_TRY(transaction.put_class(ns, Declare("Later").key("Id").done()));
        WMI_TRY(transaction.put_instance(ns, *make("Sensor", {{"Id", "b"}})));
        return fail(Status::AccessDenied, "not these");
    });
    EXPECT_EQ(status_of(failed), Status::AccessDenied);
    EXPECT_EQ(transaction.changes().size(), 1u);
    EXPECT_EQ(transaction.schema(ns)->find_class("Later"), nullptr);
    ASSERT_TRUE(transaction.commit());
    restart();
    EXPECT_TRUE(get("Sensor=\"a\""));
    EXPECT_EQ(status_of(get("Sensor=\"b\"")), Status::NotFound);
    EXPECT_EQ(store->schema(ns)->find_class("Later"), nullptr);
    ASSERT_TRUE(put("Sensor", {{"Id", "c"}})) << "tickets go on without a gap";
}

TEST_P(StoreTest, AnAttemptThatFailsLeavesTheClassesOfItsTransaction) {
    put_sensor();
    auto transaction = store->begin();
    ASSERT_TRUE(transaction.put_class(ns, Declare("First").key("Id").done()));
    ASSERT_TRUE(transaction.put_class(ns, Declare("Second", "First").done()));
    const auto first = transaction.find_class(ns, "First");
    const auto failed = transaction.attempt([&]() -> Result<> {
        WMI_TRY(transaction.put_class(ns, Declare("First").key("Id").property("More").done(),
                                      {.update = UpdateMode::Force}));
        EXPECT_TRUE(transaction.find_class(ns, "Second")->find_property("More"));
        WMI_TRY(transaction.put_class(ns, Declare("Third", "Second").done()));
        WMI_TRY(transaction.delete_class(ns, "Second"));
        EXPECT_FALSE(transaction.find_class(ns, "Second"));
        return fail(Status::AccessDenied, "not these");
    });
    EXPECT_EQ(status_of(failed), Status::AccessDenied);
    EXPECT_EQ(transaction.find_class(ns, "First"), first);
    ASSERT_TRUE(transaction.find_class(ns, "Second"));
    EXPECT_FALSE(transaction.find_class(ns, "Second")->find_property("More"));
    EXPECT_FALSE(transaction.find_class(ns, "Third"));
    EXPECT_EQ(transaction.schema(ns)->subclasses("First").size(), 1u);
    EXPECT_EQ(store->schema(ns)->find_class("First"), nullptr) << "nothing is committed";
    ASSERT_TRUE(transaction.commit());
    restart();
    EXPECT_TRUE(store->schema(ns)->find_class("Second"));
    EXPECT_FALSE(store->schema(ns)->find_class("Third"));
}

TEST_P(StoreTest, ACommittedTransactionIsOver) {
    put_sensor();
    auto transaction = store->begin();
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(status_of(transaction.put_instance(ns, *make("Sensor", {{"Id", "a"}}))),
              Status::Unexpected);
    EXPECT_EQ(status_of(transaction.commit()), Status::Unexpected);
}

TEST_P(StoreTest, TheCommitCallbackRunsBeforeTheNextWriterInTicketOrder) {
    put_sensor();
    std::vector<std::uint64_t> tickets;
    std::vector<std::jthread> threads;
    const auto instance = make("Sensor", {});
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) {
                auto transaction = store->begin();
                ASSERT_TRUE(transaction.put_instance(ns, *instance));
                ASSERT_TRUE(transaction.put_instance(ns, *instance));
                ASSERT_TRUE(transaction.commit([&](std::span<const Change> committed) {
                    for (const auto& change : committed) tickets.push_back(change.ticket);
                }));
            }
        });
    }
    threads.clear();
    ASSERT_EQ(tickets.size(), 80u);
    for (std::size_t i = 1; i < tickets.size(); ++i) EXPECT_EQ(tickets[i], tickets[i - 1] + 1);
}

TEST_P(StoreTest, ReadersNeverSeeHalfATransaction) {
    ASSERT_TRUE(put_class(Declare("Pair").key("Id").property("N")));
    ASSERT_TRUE(put("Pair", {{"Id", "a"}, {"N", 0}}));
    ASSERT_TRUE(put("Pair", {{"Id", "b"}, {"N", 0}}));
    std::atomic<bool> done = false;
    std::jthread reader([&] {
        while (!done) {
            const auto page = store->enumerate(ns, "Pair", false);
            ASSERT_TRUE(page) << to_text(page.error());
            ASSERT_EQ(page->instances.size(), 2u);
            EXPECT_EQ(page->instances[0]->find("N"), page->instances[1]->find("N"));
        }
    });
    for (int n = 1; n <= 100; ++n) {
        const auto a = make("Pair", {{"Id", "a"}, {"N", n}});
        const auto b = make("Pair", {{"Id", "b"}, {"N", n}});
        auto transaction = store->begin();
        ASSERT_TRUE(transaction.put_instance(ns, *a));
        ASSERT_TRUE(transaction.put_instance(ns, *b));
        ASSERT_TRUE(transaction.commit());
    }
    done = true;
}

// Classes are in memory and instances on disk: here a commit moves both at once.
TEST_P(StoreTest, ReadersSeeClassesAndInstancesOfTheSameCommit) {
    ASSERT_TRUE(put_class(Declare("Base").key("Id")));
    ASSERT_TRUE(put("Base", {{"Id", "here"}}));
    std::atomic<bool> done = false;
    std::jthread reader([&] {
        while (!done) {
            const auto page = store->enumerate(ns, "Base", true);
            ASSERT_TRUE(page) << to_text(page.error());
            EXPECT_EQ(page->instances.size(), 1u);
        }
    });
    std::string at = "Base";
    for (int n = 0; n < 100; ++n) {
        const std::string next = "Class" + std::to_string(n);
        auto transaction = store->begin();
        ASSERT_TRUE(transaction.delete_instance(ns, path_of(at + "=\"here\"")));
        const auto cls = transaction.put_class(ns, Declare(next.c_str(), "Base").done());
        ASSERT_TRUE(cls);
        cim::InstanceBuilder builder(*cls);
        ASSERT_TRUE(builder.set("Id", "here"));
        ASSERT_TRUE(transaction.put_instance(ns, *builder.build()));
        ASSERT_TRUE(transaction.commit());
        at = next;
    }
    done = true;
}

TEST_P(StoreTest, EnumerationsPageByKey) {
    ASSERT_TRUE(put_class(Declare("Base").qualifier(flag("abstract", {}))));
    ASSERT_TRUE(put_class(Declare("A", "Base").key("Id")));
    ASSERT_TRUE(put_class(Declare("B", "Base").key("N", CimType::Uint32)));
    ASSERT_TRUE(put_class(Declare("Bb", "B").property("X")));
    for (const char* id : {"c", "a", "b"}) ASSERT_TRUE(put("A", {{"Id", id}}));
    for (const unsigned n : {1u, 2u}) ASSERT_TRUE(put("B", {{"N", n}}));
    ASSERT_TRUE(put("Bb", {{"N", 3u}}));
    for (const std::size_t limit : {1u, 2u, 3u, 5u, 6u, 7u, 256u}) {
        PROVES("COM-059", EXPECT_THAT(all("Base", true, limit),
                                      ElementsAre("A.Id=\"a\"", "A.Id=\"b\"", "A.Id=\"c\"", "B.N=1",
                                                  "B.N=2", "Bb.N=3"))
                              << limit);
        PROVES("COM-059", EXPECT_THAT(all("B", false, limit), ElementsAre("B.N=1", "B.N=2"))
                              << limit);
        EXPECT_THAT(all("B", true, limit), ElementsAre("B.N=1", "B.N=2", "Bb.N=3")) << limit;
    }
    EXPECT_THAT(all("Base", false), IsEmpty());
    EXPECT_EQ(status_of(store->enumerate(ns, "Nothing", true)), Status::InvalidClass);
    EXPECT_EQ(status_of(store->enumerate(ns, "A", true, "rubbish")), Status::InvalidParameter);
    EXPECT_TRUE(*store->has_instances(ns, "Base"));
    EXPECT_FALSE(*store->has_instances(ns, "__EventFilter"));
}

TEST_P(StoreTest, AnEnumerationMeetsWhatStaysExactlyOnceWhileOthersWrite) {
    put_sensor();
    for (const char* id : {"b", "d", "f", "h"}) ASSERT_TRUE(put("Sensor", {{"Id", id}}));
    auto page = store->enumerate(ns, "Sensor", true, {}, 2);
    ASSERT_TRUE(page);
    ASSERT_TRUE(remove("Sensor=\"d\""));
    ASSERT_TRUE(put("Sensor", {{"Id", "a"}}));
    ASSERT_TRUE(put("Sensor", {{"Id", "e"}}));
    page = store->enumerate(ns, "Sensor", true, page->next, 256);
    ASSERT_TRUE(page);
    std::vector<cim::Value> ids;
    for (const auto& each : page->instances) ids.push_back(*each->find("Id"));
    EXPECT_EQ(ids, (std::vector<cim::Value>{"e", "f", "h"}));
    EXPECT_EQ(page->next, "");
}

TEST_P(StoreTest, APageIsBoundedInBytes) {
    ASSERT_TRUE(put_class(Declare("Blob").key("Id").property("Text", CimType::String)));
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
        ASSERT_TRUE(put("Blob", {{"Id", id}, {"Text", std::string(1 << 20, 'x')}}));
    }
    const auto page = store->enumerate(ns, "Blob", true);
    ASSERT_TRUE(page);
    EXPECT_LT(page->instances.size(), 6u);
    EXPECT_EQ(all("Blob").size(), 6u);
}

TEST_P(StoreTest, DeletingAClassDeletesWhatIsBelowIt) {
    ASSERT_TRUE(put_class(Declare("Base").key("Id")));
    ASSERT_TRUE(put_class(Declare("Middle", "Base")));
    ASSERT_TRUE(put_class(Declare("Leaf", "Middle")));
    ASSERT_TRUE(put_class(Declare("Side", "Base")));
    ASSERT_TRUE(put("Middle", {{"Id", "m"}}));
    ASSERT_TRUE(put("Leaf", {{"Id", "l"}}));
    ASSERT_TRUE(put("Side", {{"Id", "s"}}));
    EXPECT_EQ(status_of(delete_class("Nothing")), Status::NotFound);
    ASSERT_TRUE(delete_class("middle"));
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_EQ(changes[0].previous->class_of().name(), "Leaf");
    PROVES("GEN-009", EXPECT_EQ(changes[1].previous->class_of().name(), "Middle"));
    restart();
    PROVES("COM-046", EXPECT_THAT(all("Base"), ElementsAre("Side.Id=\"s\"")));
    EXPECT_EQ(store->schema(ns)->find_class("Leaf"), nullptr);
    EXPECT_TRUE(store->schema(ns)->find_class("Side"));
    ASSERT_TRUE(put_class(Declare("Middle", "Base")));
    EXPECT_THAT(all("Middle"), IsEmpty()) << "nothing comes back to life";
}

TEST_P(StoreTest, ClassesOfANamespaceAreListedSuperclassesFirst) {
    ASSERT_TRUE(put_class(Declare("Base").key("Id")));
    ASSERT_TRUE(put_class(Declare("B", "Base")));
    ASSERT_TRUE(put_class(Declare("A", "B")));
    restart();
    std::vector<std::string> names;
    for (const auto& each : store->schema(ns)->subclasses("base")) {
        names.push_back(each->name().text());
    }
    EXPECT_THAT(names, ElementsAre("B", "A"));
    const auto everything = store->schema(ns)->subclasses("");
    EXPECT_GT(everything.size(), 40u);
}

TEST_P(StoreTest, AnInstanceBuiltWithAnOlderClassIsStoredUnderTheCurrentOne) {
    put_sensor();
    const auto old = make("Sensor", {{"Id", "a"}, {"Temp", 5}});
    ASSERT_TRUE(
        put_class(Declare("Sensor").key("Id").property("Temp", CimType::Sint64).property("Unit")));
    const auto stored = put(*old);
    ASSERT_TRUE(stored) << to_text(stored.error());
    EXPECT_EQ((*stored)->find("Temp"), cim::Value(5));
    EXPECT_EQ((*stored)->find("Unit"), cim::Value());
    ASSERT_TRUE(delete_class("Sensor"));
    EXPECT_EQ(status_of(put(*old)), Status::InvalidClass);
}

TEST_P(StoreTest, AnEmbeddedObjectOutlivesItsClass) {
    put_sensor();
    ASSERT_TRUE(put_class(Declare("Box").key("Id").property("Content", CimType::Object)));
    ASSERT_TRUE(put("Box", {{"Id", "b"}, {"Content", make("Sensor", {{"Id", "a"}, {"Temp", 5}})}}));
    ASSERT_TRUE(delete_class("Sensor"));
    restart();
    const auto content = value("Box=\"b\"", "Content");
    const auto* object = content.get_if<cim::ObjectPtr>();
    ASSERT_TRUE(object) << cim::display(content, {CimType::Object, false});
    EXPECT_EQ((*object)->class_of().name(), "Sensor");
    EXPECT_EQ((*object)->as_instance()->find("Temp"), cim::Value(5));
}

TEST_P(StoreTest, MessagesAreCommittedWithTheChangesTheyTellOf) {
    put_sensor();
    const auto message = [](const char* text) { return std::as_bytes(std::span(text, 3)); };
    {
        auto abandoned = store->begin();
        ASSERT_TRUE(abandoned.post(message("no!")));
    }
    for (const char* text : {"one", "two"}) {
        ASSERT_TRUE(in_transaction([&](Transaction& t) -> Result<> {
            WMI_TRY(t.put_instance(ns, *make("Sensor", {})));
            return t.post(message(text));
        }));
    }
    restart();
    auto outbox = store->outbox();
    ASSERT_TRUE(outbox);
    ASSERT_EQ(outbox->size(), 2u);
    EXPECT_THAT(outbox->at(0).bytes, testing::ElementsAreArray(message("one")));
    ASSERT_TRUE(store->forget(outbox->at(0).id));
    outbox = store->outbox();
    ASSERT_EQ(outbox->size(), 1u);
    EXPECT_THAT(outbox->at(0).bytes, testing::ElementsAreArray(message("two")));
}

TEST_P(StoreTest, EveryNamespaceHasItsOwnSingletons) {
    const auto child = ns.child("below");
    ASSERT_TRUE(in_transaction([&](Transaction& t) { return t.create_namespace(child); }));
    EXPECT_EQ(changes.size(), 1u) << "they come with the namespace, not as changes of their own";
    for (const auto& each : store->namespaces()) {
        for (const char* path : {"__thisNAMESPACE=@", "__SystemSecurity=@"}) {
            const auto found = store->get_instance(each, path_of(path));
            EXPECT_TRUE(found) << each.text() << ":" << path;
        }
    }
    ASSERT_TRUE(in_transaction([&](Transaction& t) { return t.delete_namespace(child); }));
    ASSERT_TRUE(in_transaction([&](Transaction& t) { return t.create_namespace(child); }));
    EXPECT_TRUE(store->get_instance(child, path_of("__thisNAMESPACE=@")));
}

}  // namespace
}  // namespace openwmi::repository
