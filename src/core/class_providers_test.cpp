#include "core/class_providers.h"

#include <gmock/gmock.h>

#include "core/test_providers.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* provider_mof = R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; SupportsPut = TRUE;
  SupportsDelete = TRUE; };
class Base { [key] string Id; };
)";

std::string registration(const char* more, const char* results = R"("SELECT * FROM meta_class")") {
    return std::string(
               "instance of __ClassProviderRegistration { "
               "Provider = \"__Win32Provider.Name=\\\"P\\\"\"; ResultSetQueries = {") +
           results + "}; " + more + " };";
}
constexpr const char* everything =
    "SupportsEnumeration = TRUE; SupportsGet = TRUE; SupportsPut = TRUE; SupportsDelete = TRUE;";

class ClassProvidersTest : public test::ProvidersTest {
  protected:
    void SetUp() override {
        ProvidersTest::SetUp();
        must_compile(provider_mof);
        auto& behaviour = providers.behaviours["P"];
        behaviour.get_class = [this](const cim::Name& name) -> test::Objects {
            if (const auto found = supplied.find(name.text()); found != supplied.end()) {
                return std::vector<cim::ObjectPtr>{found->second};
            }
            return fail(Status::NotFound, "no class {}", name.text());
        };
        // It gives all it has, whatever was asked for.
        behaviour.enumerate_classes = [this](const cim::Name&) -> test::Objects {
            std::vector<cim::ObjectPtr> all;
            for (const auto& [name, cls] : supplied) all.emplace_back(cls);
            return all;
        };
        behaviour.put_class = [this](const cim::ClassPtr& cls) -> test::Objects {
            supplied[cls->name().text()] = cls;
            return std::vector<cim::ObjectPtr>();
        };
        behaviour.delete_class = [this](const cim::Name& name) -> test::Objects {
            supplied.erase(name.text());
            return std::vector<cim::ObjectPtr>();
        };
    }
    // A class as the provider has it: dynamic, its instances from the same provider.
    cim::ClassPtr supply(const char* name, const char* superclass = "Base") {
        cim::ClassPtr parent;
        if (*superclass != '\0') {
            parent = supplied.contains(superclass) ? supplied.at(superclass)
                                                   : session->schema()->find_class(superclass);
        }
        auto cls = *cim::Class::derive(declaration(name, superclass), parent);
        supplied[name] = cls;
        return cls;
    }
    static cim::ClassDeclaration declaration(const char* name, const char* superclass = "Base") {
        cim::ClassDeclaration declared;
        declared.name = name;
        declared.superclass = superclass;
        const cim::Flavor flavor{.to_instance = true};
        declared.qualifiers.put({"dynamic", {cim::CimType::Boolean}, true, flavor, false});
        declared.qualifiers.put({"provider", {cim::CimType::String}, "P", flavor, false});
        cim::Property size;
        size.name = "Size";
        size.type = {cim::CimType::Uint32, false};
        declared.properties.push_back(size);
        return declared;
    }
    Result<Collected> get(const char* path) {
        providers.log.clear();
        return run([&](SinkPtr sink) {
            session->get_object(*cim::ObjectPath::parse(path), std::move(sink));
        });
    }
    std::vector<std::string> list(const char* superclass, Depth depth) {
        providers.log.clear();
        const auto outcome = run(
            [&](SinkPtr sink) { session->enumerate_classes(superclass, depth, std::move(sink)); });
        EXPECT_TRUE(outcome) << to_text(outcome.error());
        std::vector<std::string> names;
        if (!outcome) return names;
        for (const auto& each : outcome->objects) names.push_back(each->class_of().name().text());
        return names;
    }
    Status put(cim::ClassDeclaration declared,
               repository::PutMode mode = repository::PutMode::CreateOrUpdate) {
        providers.log.clear();
        const auto outcome = run([&](SinkPtr sink) {
            session->put_class(std::move(declared), {.mode = mode}, std::move(sink));
        });
        return status_of(outcome);
    }
    Status remove(const char* name) {
        providers.log.clear();
        return status_of(run([&](SinkPtr sink) { session->delete_class(name, std::move(sink)); }));
    }
    Status status_of(const Result<Collected>& outcome) {
        if (outcome) return Status::Ok;
        message = outcome.error().message;
        return outcome.error().status;
    }
    Status refusal(const std::string& mof) {
        const auto report = compile(mof);
        message = mof::summary(report);
        return report.ok() ? Status::Ok : report.error.status;
    }

    std::map<std::string, cim::ClassPtr> supplied;
    std::string message;
};

TEST_F(ClassProvidersTest, aClassThatTheRepositoryHasNotComesFromItsProvider) {
    must_compile(registration(everything));
    EXPECT_THAT(providers.take_log(), IsEmpty()) << "a pull provider waits until it is asked";
    const auto cls = supply("Disk");
    const auto outcome = get("Disk");
    ASSERT_TRUE(outcome) << to_text(outcome.error());
    PROVES("SYS-094", EXPECT_EQ(outcome->objects.at(0)->as_class(), cls.get()));
    EXPECT_THAT(providers.log, ElementsAre("load P", "P: get class Disk"));
    ASSERT_TRUE(get("Base"));
    EXPECT_THAT(providers.log, IsEmpty()) << "what the repository has, no provider is asked for";
    EXPECT_EQ(get("Nothing").error().status, Status::NotFound);
    EXPECT_EQ(get("Nothing.Id=1").error().status, Status::InvalidClass);
}

TEST_F(ClassProvidersTest, queriesSayWhichProviderIsAsked) {
    must_compile(registration(everything,
                              R"("SELECT * FROM meta_class WHERE __Class = 'Disk'",
                                 "SELECT * FROM meta_class WHERE __this ISA 'Fan'")"));
    supply("Disk");
    supply("Tape");
    supply("Fan");
    EXPECT_TRUE(get("Disk"));
    EXPECT_TRUE(get("Fan"));
    EXPECT_EQ(get("Tape").error().status, Status::NotFound);
    EXPECT_THAT(providers.log, ElementsAre("P: get class Tape"))
        << "it might be a Fan; that it is none, shows when it is there";
    EXPECT_THAT(list("Base", Depth::Deep), ElementsAre("Disk", "Fan"));
}

TEST_F(ClassProvidersTest, unsupportedQueriesTakeAway) {
    must_compile(registration(
        (std::string(everything) +
         R"(UnsupportedQueries = {"SELECT * FROM meta_class WHERE __Class = 'Tape'"};)")
            .c_str()));
    supply("Disk");
    supply("Tape");
    EXPECT_TRUE(get("Disk"));
    EXPECT_EQ(get("Tape").error().status, Status::NotFound);
    EXPECT_THAT(providers.log, IsEmpty());
    EXPECT_THAT(list("Base", Depth::Deep), ElementsAre("Disk"));
}

TEST_F(ClassProvidersTest, classesAreListedOnceFromBothSides) {
    must_compile(registration(everything));
    must_compile("class Stored : Base { };");
    supply("Disk");
    supply("SubDisk", "Disk");
    supplied["Stored"] = session->schema()->find_class("Stored");
    EXPECT_THAT(list("Base", Depth::Deep), ElementsAre("Stored", "Disk", "SubDisk"));
    EXPECT_THAT(list("Base", Depth::Shallow), ElementsAre("Stored", "Disk"));
    EXPECT_THAT(list("Disk", Depth::Deep), ElementsAre("SubDisk"));
    EXPECT_THAT(providers.log, ElementsAre("P: get class Disk", "P: list classes Disk all"));
}

TEST_F(ClassProvidersTest, whatIsNotSupportedIsNotAskedFor) {
    must_compile(registration("SupportsEnumeration = TRUE;"));
    supply("Disk");
    ASSERT_TRUE(get("Disk"));
    PROVES("SYS-098", EXPECT_THAT(providers.log, Not(Contains("P: get class Disk"))));
    PROVES("SYS-098", EXPECT_EQ(put(declaration("Disk")), Status::ProviderNotCapable));
    EXPECT_THAT(message, HasSubstr("SupportsPut is FALSE"));
    PROVES("SYS-098", EXPECT_EQ(remove("Disk"), Status::ProviderNotCapable));
    EXPECT_THAT(providers.log, Not(Contains("P: delete class Disk")));
}

TEST_F(ClassProvidersTest, aProvidersClassIsChangedAndDeletedWithIt) {
    must_compile(registration(everything));
    supply("Disk");
    auto wider = declaration("Disk");
    wider.properties.push_back(wider.properties.front());
    wider.properties.back().name = "Speed";
    EXPECT_EQ(put(wider, repository::PutMode::CreateOnly), Status::AlreadyExists);
    EXPECT_EQ(put(wider), Status::Ok) << message;
    EXPECT_TRUE(supplied.at("Disk")->find_property("Speed"));
    EXPECT_FALSE(session->schema()->find_class("Disk"));
    PROVES("COM-046", EXPECT_EQ(remove("Disk"), Status::Ok));
    EXPECT_FALSE(supplied.contains("Disk"));
    EXPECT_EQ(remove("Disk"), Status::NotFound);
    EXPECT_EQ(put(declaration("New"), repository::PutMode::UpdateOnly), Status::NotFound);
    auto plain = declaration("Plain");
    plain.qualifiers = {};
    EXPECT_EQ(put(plain), Status::Ok) << message;
    EXPECT_TRUE(session->schema()->find_class("Plain")) << "no narrow query claims it";
}

TEST_F(ClassProvidersTest, aNewClassGoesToTheProviderThatClaimsIt) {
    must_compile(registration(everything, R"("SELECT * FROM meta_class WHERE __this ISA 'Disk'")"));
    supply("Disk");
    EXPECT_EQ(put(declaration("RamDisk", "Disk")), Status::Ok) << message;
    EXPECT_TRUE(supplied.contains("RamDisk"));
    EXPECT_EQ(put(declaration("Fan", "Unknown")), Status::InvalidSuperclass);
    EXPECT_EQ(put(declaration("Tape")), Status::Ok);
    EXPECT_TRUE(session->schema()->find_class("Tape"));
}

TEST_F(ClassProvidersTest, instancesOfAProvidersClassComeFromItsInstanceProvider) {
    must_compile(registration(everything));
    const auto disk = supply("Disk");
    const auto sub = supply("SubDisk", "Disk");
    auto& behaviour = providers.behaviours["P"];
    const auto make = [](const cim::ClassPtr& cls) -> cim::ObjectPtr {
        cim::InstanceBuilder builder(cls);
        EXPECT_TRUE(builder.set("Id", cls->name().text()));
        return builder.build();
    };
    behaviour.enumerate = [&](const cim::Name& name) -> test::Objects {
        return std::vector<cim::ObjectPtr>{make(name == cim::Name("Disk") ? disk : sub)};
    };
    behaviour.get = [&](const cim::ObjectPath&) -> test::Objects {
        return std::vector<cim::ObjectPtr>{make(disk)};
    };
    const auto count = [&](const char* cls) {
        const auto outcome = run(
            [&](SinkPtr sink) { session->enumerate_instances(cls, Depth::Deep, std::move(sink)); });
        EXPECT_TRUE(outcome) << to_text(outcome.error());
        return outcome ? outcome->objects.size() : 0;
    };
    EXPECT_EQ(count("Disk"), 2U);
    EXPECT_EQ(count("Base"), 2U) << "below a class of the repository";
    EXPECT_TRUE(get("Disk.Id=\"Disk\""));
    EXPECT_THAT(providers.log, Contains("P: get Disk.Id=\"Disk\""));
}

TEST_F(ClassProvidersTest, mofCanBeWrittenForAProvidersClass) {
    must_compile(registration(everything, R"("SELECT * FROM meta_class WHERE __this ISA 'Disk'")"));
    supply("Disk");
    providers.behaviours["P"].put = [](const auto&) { return std::vector<cim::ObjectPtr>(); };
    must_compile(
        "[dynamic, provider(\"P\")] class RamDisk : Disk { };"
        "instance of Disk { Id = \"a\"; };");
    EXPECT_TRUE(supplied.contains("RamDisk"));
    EXPECT_THAT(providers.log, Contains("P: put Disk"));
}

TEST_F(ClassProvidersTest, aFailureIsNotTakenForAbsence) {
    must_compile(registration(everything));
    providers.behaviours["P"].get_class = [](const cim::Name&) -> test::Objects {
        return fail(Status::ProviderFailure, "the cable is out");
    };
    EXPECT_EQ(status_of(get("Disk")), Status::ProviderFailure);
    providers.behaviours["P"].enumerate_classes = [](const cim::Name&) -> test::Objects {
        return fail(Status::AccessDenied, "not you");
    };
    EXPECT_EQ(status_of(run([&](SinkPtr sink) {
                  session->enumerate_classes("Base", Depth::Deep, std::move(sink));
              })),
              Status::AccessDenied);
}

TEST_F(ClassProvidersTest, aProviderIsNotAskedForWhatItAsksItself) {
    must_compile(registration(everything));
    supply("Disk");
    const auto own = session->as_provider("P");
    const auto outcome = run(
        [&](SinkPtr sink) { own->get_object(*cim::ObjectPath::parse("Disk"), std::move(sink)); });
    EXPECT_EQ(status_of(outcome), Status::NotFound);
    EXPECT_EQ(status_of(run([&](SinkPtr sink) {
                  own->enumerate_instances("Base", Depth::Deep, std::move(sink));
              })),
              Status::Ok);
    EXPECT_EQ(status_of(run(
                  [&](SinkPtr sink) { own->put_class(declaration("Own"), {}, std::move(sink)); })),
              Status::Ok);
    EXPECT_TRUE(session->schema()->find_class("Own")) << "what it puts is for the repository";
    EXPECT_THAT(providers.log, IsEmpty());
}

// It would go on for ever, and take a thread a turn.
TEST_F(ClassProvidersTest, aProviderThatAsksForItsOwnClassIsStopped) {
    must_compile(registration(everything));
    int asked = 0;
    providers.behaviours["P"].get_class = [&](const cim::Name&) -> test::Objects {
        ++asked;
        auto again = wait_for(executor, [&](SinkPtr sink) {
            session->get_object(*cim::ObjectPath::parse("Disk"), std::move(sink));
        });
        if (!again) return fail(again.error());
        return std::vector<cim::ObjectPtr>();
    };
    EXPECT_EQ(status_of(get("Disk")), Status::ServerTooBusy);
    EXPECT_EQ(asked, ClassLookups::most);
    asked = 0;
    EXPECT_EQ(status_of(get("Disk")), Status::ServerTooBusy) << "the next one may try again";
    EXPECT_EQ(asked, ClassLookups::most);
}

TEST_F(ClassProvidersTest, registrationsThatCannotBeAreRefused) {
    PROVES("SYS-097", EXPECT_EQ(refusal(registration("SupportsGet = TRUE;")),
                                Status::InvalidProviderRegistration));
    EXPECT_THAT(message, HasSubstr("SupportsEnumeration is FALSE"));
    PROVES("SYS-094",
           EXPECT_EQ(refusal(registration("InteractionType = 2;")), Status::NotSupported));
    EXPECT_EQ(refusal(registration("InteractionType = 3;")), Status::InvalidProviderRegistration);
    EXPECT_EQ(refusal(registration(everything, R"("SELECT * FROM")")),
              Status::InvalidProviderRegistration);
    EXPECT_EQ(refusal(registration(everything, R"("SELECT * FROM Base")")),
              Status::InvalidProviderRegistration);
    EXPECT_THAT(message, HasSubstr("meta_class"));
    PROVES("WQL-079", EXPECT_EQ(refusal(registration(everything,
                                                     "\"SELECT * FROM meta_class WHERE __CLASS = "
                                                     "'A' OR __CLASS = 'B'\"")),
                                Status::InvalidProviderRegistration));
    EXPECT_THAT(message, HasSubstr("a query for each class"));
    EXPECT_EQ(refusal("instance of __ClassProviderRegistration { Provider = "
                      "\"__Win32Provider.Name=\\\"P\\\"\"; SupportsEnumeration = TRUE; };"),
              Status::InvalidProviderRegistration);
    EXPECT_THAT(message, HasSubstr("ResultSetQueries is empty"));
}

TEST_F(ClassProvidersTest, aQueryForEachClassIsWhatRegistersThem) {
    must_compile(registration(everything,
                              "\"SELECT * FROM meta_class WHERE __CLASS = 'A'\", "
                              "\"SELECT * FROM meta_class WHERE __CLASS = 'B'\""));
    supply("A");
    supply("B");
    PROVES("WQL-079", EXPECT_TRUE(get("A")));
    PROVES("WQL-079", EXPECT_TRUE(get("B")));
}

TEST_F(ClassProvidersTest, queriesKnowTheClassesOfProviders) {
    must_compile(registration(everything));
    supply("Disk");
    providers.behaviours["P"].enumerate = [](const cim::Name&) {
        return test::Objects(std::vector<cim::ObjectPtr>());
    };
    const auto ask = [&](const char* text) {
        return run([&](SinkPtr sink) { session->exec_query("WQL", text, {}, std::move(sink)); });
    };
    const auto classes = ask("SELECT * FROM meta_class WHERE __THIS ISA 'Base'");
    ASSERT_TRUE(classes) << to_text(classes.error());
    EXPECT_EQ(classes->objects.size(), 2U) << "Base is stored, Disk is provided";
    EXPECT_EQ(status_of(ask("SELECT * FROM Disk WHERE Size > 5")), Status::Ok) << message;
    EXPECT_THAT(providers.log, Contains("P: enumerate Disk"));
    EXPECT_EQ(status_of(ask("SELECT * FROM Nothing")), Status::InvalidClass);
}

TEST_F(ClassProvidersTest, aPushProviderStoresItsClassesWhenItIsRegistered) {
    providers.behaviours["P"].load = [this]() -> Result<> {
        WMI_TRY(wait_for(executor, [&](SinkPtr sink) {
            auto declared = declaration("Pushed");
            session->put_class(std::move(declared), {}, std::move(sink));
        }));
        return {};
    };
    must_compile(registration("InteractionType = 1;"));
    EXPECT_THAT(providers.take_log(), ElementsAre("load P"));
    PROVES("SYS-094", EXPECT_TRUE(session->schema()->find_class("Pushed")));
    ASSERT_TRUE(get("Pushed"));
    EXPECT_EQ(get("Nothing").error().status, Status::NotFound);
    EXPECT_THAT(providers.log, IsEmpty()) << "from then on the repository answers";
    EXPECT_THAT(states.seen, IsEmpty());
}

// The names of the classes that events are about.
class ClassEvents final : public eventing::Receiver {
  public:
    void receive(std::span<const eventing::EventPtr> events) override {
        for (const auto& event : events) {
            const auto target = event->instance->find("TargetClass")->get<cim::ObjectPtr>();
            names.push_back(target->class_of().name().text());
        }
    }
    void ended(const Error&) override {}
    std::vector<std::string> names;
};

TEST_F(ClassProvidersTest, onlyTheClassesOfAPushProviderRaiseEventsByThemselves) {
    const auto events = std::make_shared<ClassEvents>();
    const auto subscription =
        session->subscribe("WQL", "SELECT * FROM __ClassOperationEvent", events);
    ASSERT_TRUE(subscription) << to_text(subscription.error());
    must_compile(registration(everything));
    supply("Pulled");
    ASSERT_TRUE(get("Pulled"));
    ASSERT_EQ(put(declaration("Pulled")), Status::Ok) << message;
    ASSERT_EQ(remove("Pulled"), Status::Ok) << message;
    PROVES("GEN-028", EXPECT_THAT(events->names, IsEmpty()));

    providers.behaviours["Q"].load = [this]() -> Result<> {
        WMI_TRY(wait_for(executor, [&](SinkPtr sink) {
            session->put_class(declaration("Pushed"), {}, std::move(sink));
        }));
        return {};
    };
    must_compile(
        "instance of __Win32Provider { Name = \"Q\"; CLSID = "
        "\"{11111111-2222-3333-4444-555555555556}\"; };\n"
        "instance of __ClassProviderRegistration { Provider = \"__Win32Provider.Name=\\\"Q\\\"\"; "
        "InteractionType = 1; ResultSetQueries = {\"SELECT * FROM meta_class\"}; };");
    executor.drain();
    PROVES("GEN-028", EXPECT_THAT(events->names, ElementsAre("Pushed")));
}

TEST_F(ClassProvidersTest, aPushProviderThatFailsIsTold) {
    providers.behaviours["P"].load = [] {
        return Result<>(fail(Status::ProviderLoadFailure, "no such library"));
    };
    must_compile(registration("InteractionType = 1;"));
    EXPECT_THAT(states.seen, ElementsAre(HasSubstr("Name=\"P\" failed: ")));
}

}  // namespace
}  // namespace openwmi::core
