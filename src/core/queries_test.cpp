#include "core/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cim/system_property.h"
#include "core/test_providers.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* schema_mof = R"(
class Disk { [key] string Id; sint32 Size; string Label; };
class RemovableDisk : Disk { boolean Ejected; };
[Locale(1033): ToInstance] class Directory { [key] string Name; };
class Computer { [key] string Name; };
[association] class SystemDisk { [key] Computer ref GroupComponent; [key] Disk ref PartComponent; };
[association, BootTag] class BootDisk : SystemDisk { sint32 Order; };
[association] class DiskRoot { [key] Disk ref GroupComponent; [key] Directory ref PartComponent; };
[association] class Mirror { [key] Disk ref Left; [key] Disk ref Right; [key] string Kind; };
class Indexed { [key] string First; [key] string Second; [indexed] sint32 Number; sint32 Other; };
)";

constexpr const char* instances_mof = R"(
instance of Computer { Name = "me"; };
instance of Disk { Id = "C:"; Size = 10; };
instance of RemovableDisk { Id = "D:"; Size = 20; };
instance of Directory { Name = "C:\\"; };
instance of SystemDisk { GroupComponent = "Computer.Name=\"me\""; PartComponent = "Disk.Id=\"C:\""; };
instance of BootDisk { GroupComponent = "\\\\.\\root\\test:Computer=\"ME\"";
                       PartComponent = "\\\\.\\root\\test:RemovableDisk='D:'"; Order = 1; };
instance of DiskRoot { GroupComponent = "Disk=\"c:\""; PartComponent = "Directory.Name=\"C:\\\\\""; };
instance of Mirror { Left = "Disk.Id=\"C:\""; Right = "RemovableDisk.Id=\"D:\""; Kind = "a"; };
instance of Mirror { Left = "Disk.Id=\"D:\""; Right = "Disk.Id=\"C:\""; Kind = "b"; };
instance of Mirror { Left = "Disk.Id=\"C:\""; Right = "Disk.Id=\"gone\""; Kind = "c"; };
)";

struct Answer {
    std::vector<std::string> paths;  // of classes their names
    std::vector<cim::ObjectPtr> objects;
    Result<std::string> outcome = fail(Status::Failed, "it did not complete");
    int completions = 0;
};

class AnswerSink final : public ResultSink {
  public:
    explicit AnswerSink(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        for (const auto& object : objects) {
            EXPECT_EQ(answer_->completions, 0);
            const auto* instance = object->as_instance();
            const auto path = instance ? instance->path() : Result<cim::ObjectPath>(fail(Error{}));
            answer_->paths.push_back(path ? path->relative_text()
                                          : object->class_of().name().text());
            answer_->objects.push_back(object);
        }
        return true;
    }
    void complete(Result<std::string> outcome) override {
        ++answer_->completions;
        answer_->outcome = std::move(outcome);
    }

  private:
    const std::shared_ptr<Answer> answer_;
};

class QueriesTest : public test::ProvidersTest {
  protected:
    void SetUp() override {
        ProvidersTest::SetUp();
        must_compile(schema_mof);
    }
    void limit_to(std::uint64_t most) {
        max_examined = most;
        session.reset();
        service.reset();
        start();
        must_compile(schema_mof);
    }
    Answer ask(const std::string& text, QueryOptions options = {}, const CallOptions& call = {}) {
        auto answer = std::make_shared<Answer>();
        session->with(call)->exec_query("WQL", text, options, std::make_shared<AnswerSink>(answer));
        executor.drain();
        EXPECT_EQ(answer->completions, 1) << text;
        return *answer;
    }
    std::vector<std::string> paths(const std::string& text) {
        const auto answer = ask(text);
        EXPECT_TRUE(answer.outcome) << text << ": " << to_text(answer.outcome.error());
        return answer.paths;
    }
    Status refusal(const std::string& text) {
        const auto answer = ask(text);
        EXPECT_FALSE(answer.outcome) << text;
        return answer.outcome ? Status::Ok : answer.outcome.error().status;
    }
};

class AssociationsTest : public QueriesTest {
  protected:
    void SetUp() override {
        QueriesTest::SetUp();
        must_compile(instances_mof);
    }
};

TEST_F(AssociationsTest, EndpointsComeOnceForEachAssociation) {
    PROVES("WQL-080",
           EXPECT_THAT(paths("ASSOCIATORS OF {Disk.Id='C:'}"),
                       UnorderedElementsAre("Computer.Name=\"me\"", "Directory.Name=\"C:\\\\\"",
                                            "RemovableDisk.Id=\"D:\"", "RemovableDisk.Id=\"D:\"")));
    EXPECT_THAT(paths("ASSOCIATORS OF {Directory.Name='C:\\\\'}"), ElementsAre("Disk.Id=\"C:\""));
    EXPECT_THAT(paths("ASSOCIATORS OF {\\\\.\\root\\test:Computer=\"Me\"}"),
                UnorderedElementsAre("Disk.Id=\"C:\"", "RemovableDisk.Id=\"D:\""));
}

TEST_F(AssociationsTest, ClassesIncludeTheirSubclasses) {
    PROVES("WQL-083",
           EXPECT_THAT(paths("ASSOCIATORS OF {Computer='me'} WHERE "
                             "AssocClass = SystemDisk"),
                       UnorderedElementsAre("Disk.Id=\"C:\"", "RemovableDisk.Id=\"D:\"")));
    PROVES("WQL-083", EXPECT_THAT(paths("ASSOCIATORS OF {Computer='me'} WHERE AssocClass=BootDisk"),
                                  ElementsAre("RemovableDisk.Id=\"D:\"")));
    PROVES("WQL-083",
           EXPECT_THAT(paths("ASSOCIATORS OF {Computer='me'} WHERE ResultClass = Disk"),
                       UnorderedElementsAre("Disk.Id=\"C:\"", "RemovableDisk.Id=\"D:\"")));
    PROVES("WQL-083",
           EXPECT_THAT(paths("ASSOCIATORS OF {Computer='me'} WHERE ResultClass = RemovableDisk"),
                       ElementsAre("RemovableDisk.Id=\"D:\"")));
}

TEST_F(AssociationsTest, ClassDefsOnlyGivesTheClassesOfTheEndpoints) {
    PROVES("WQL-085", EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE ClassDefsOnly"),
                                  UnorderedElementsAre("Computer", "Directory", "RemovableDisk")));
    EXPECT_THAT(paths("REFERENCES OF {Disk='C:'} WHERE ClassDefsOnly"),
                UnorderedElementsAre("SystemDisk", "DiskRoot", "Mirror"));
}

TEST_F(AssociationsTest, RolesAreThoseOfTheirSide) {
    PROVES("WQL-086", EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE "
                                        "ResultRole = GroupComponent"),
                                  ElementsAre("Computer.Name=\"me\"")));
    PROVES("WQL-086", EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE Role = GroupComponent"),
                                  ElementsAre("Directory.Name=\"C:\\\\\"")));
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE Role = Left ResultRole = Right"),
                ElementsAre("RemovableDisk.Id=\"D:\""));
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE Role = Left ResultRole = Left"), IsEmpty());
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE Role = NoSuchRole"), IsEmpty());
}

TEST_F(AssociationsTest, QualifiersAreRequired) {
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE RequiredQualifier = Locale"),
                ElementsAre("Directory.Name=\"C:\\\\\""));
    EXPECT_THAT(paths("ASSOCIATORS OF {Computer='me'} WHERE RequiredAssocQualifier = BootTag"),
                ElementsAre("RemovableDisk.Id=\"D:\""));
    EXPECT_THAT(paths("REFERENCES OF {Computer='me'} WHERE RequiredQualifier = BootTag"),
                ElementsAre(HasSubstr("BootDisk.")));
}

TEST_F(AssociationsTest, ReferencesAreTheAssociationsThemselves) {
    PROVES("WQL-087", EXPECT_EQ(paths("REFERENCES OF {Disk='C:'}").size(), 5U));
    PROVES("WQL-087", EXPECT_THAT(paths("REFERENCES OF {Computer='me'} WHERE ResultClass=BootDisk"),
                                  ElementsAre(HasSubstr("BootDisk."))));
    PROVES("WQL-087", EXPECT_EQ(paths("REFERENCES OF {Disk='C:'} WHERE Role = Left").size(), 2U));
}

TEST_F(AssociationsTest, KeysOnlyGivesKeysOnly) {
    const auto answer = ask("ASSOCIATORS OF {Computer='me'} WHERE ResultClass=Disk KeysOnly");
    ASSERT_EQ(answer.objects.size(), 2U);
    for (const auto& object : answer.objects) {
        PROVES("WQL-090", EXPECT_FALSE(object->as_instance()->find("Id")->is_null()));
        PROVES("WQL-090", EXPECT_TRUE(object->as_instance()->find("Size")->is_null()));
    }
    const auto link = ask("REFERENCES OF {Computer='me'} WHERE ResultClass=BootDisk KeysOnly");
    ASSERT_EQ(link.objects.size(), 1U);
    EXPECT_TRUE(link.objects[0]->as_instance()->find("Order")->is_null());
}

TEST_F(AssociationsTest, ClassesAreAssociatedThroughTheSchema) {
    PROVES("WQL-089",
           EXPECT_THAT(paths("ASSOCIATORS OF {Directory} WHERE SchemaOnly"), ElementsAre("Disk")));
    PROVES("WQL-089",
           EXPECT_THAT(paths("REFERENCES OF {RemovableDisk} WHERE SchemaOnly"),
                       UnorderedElementsAre("SystemDisk", "BootDisk", "DiskRoot", "Mirror")));
    PROVES("WQL-089",
           EXPECT_THAT(paths("ASSOCIATORS OF {Disk} WHERE AssocClass = BootDisk SchemaOnly"),
                       ElementsAre("Computer")));
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk} WHERE ResultRole = PartComponent SchemaOnly"),
                ElementsAre("Directory"));
    EXPECT_THAT(ask("REFERENCES OF {Directory.Name='x'}", {.prototype = true}).paths,
                ElementsAre("DiskRoot"));
}

TEST_F(AssociationsTest, WhatDoesNotExistIsSaid) {
    EXPECT_EQ(refusal("ASSOCIATORS OF {Disk='Z:'}"), Status::NotFound);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Nothing='Z:'}"), Status::InvalidClass);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Nothing} WHERE SchemaOnly"), Status::InvalidClass);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Disk.Size=1}"), Status::InvalidObjectPath);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Disk='C:'} WHERE AssocClass = Nothing"),
              Status::InvalidClass);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Disk='C:'} WHERE ResultClass = Nothing"),
              Status::InvalidClass);
    EXPECT_EQ(refusal("REFERENCES OF {Disk='C:'} WHERE ResultClass = Nothing"),
              Status::InvalidClass);
    EXPECT_EQ(refusal("REFERENCES OF {Disk='C:'} WHERE Nothing"), Status::InvalidQuery);
}

TEST_F(AssociationsTest, EndpointsMayLieInOtherNamespacesQueriesDoNot) {
    const auto other = open("root\\other");
    ASSERT_TRUE(
        compile("class Volume { [key] string Name; }; instance of Volume { Name = \"v\"; };", other)
            .ok());
    must_compile(R"([association] class Holds { [key] Disk ref Holder; [key] Volume ref Held; };
        instance of Holds { Holder = "Disk='C:'"; Held = "\\\\.\\root\\other:Volume.Name='v'"; };
        instance of Holds { Holder = "Disk='C:'"; Held = "\\\\.\\root\\none:Volume.Name='v'"; };)");
    const auto answer = ask("ASSOCIATORS OF {Disk='C:'} WHERE ResultClass = Volume");
    EXPECT_THAT(answer.paths, ElementsAre("Volume.Name=\"v\""));
    EXPECT_TRUE(answer.outcome);
    ASSERT_EQ(answer.objects.size(), 1U);
    EXPECT_EQ(answer.objects[0]->as_instance()->origin()->name_space, other->name_space());
    PROVES("WQL-020", EXPECT_EQ(refusal("ASSOCIATORS OF {\\\\.\\root\\other:Volume='v'}"),
                                Status::InvalidObjectPath));
    session = other;
    PROVES("WQL-020", EXPECT_THAT(paths("ASSOCIATORS OF {Volume='v'}"), IsEmpty())
                          << "associations of another namespace");
}

TEST_F(QueriesTest, AssociationsAreFoundByTheirReferences) {
    limit_to(60);
    must_compile(instances_mof);
    std::string many;
    for (int i = 0; i < 300; ++i) {
        many += "instance of Mirror { Left = \"Disk.Id=\\\"x" + std::to_string(i) +
                "\\\"\"; Right = \"Disk.Id=\\\"y\\\"\"; Kind = \"z\"; };\n";
    }
    must_compile(many);
    EXPECT_EQ(paths("REFERENCES OF {Disk='D:'}").size(), 3U);
    EXPECT_EQ(paths("ASSOCIATORS OF {Disk='C:'}").size(), 4U);
}

constexpr const char* provider_mof = R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE;
    SupportsEnumeration = TRUE; @levels@ };
[dynamic, provider("P")] class Part { [key] string Id; sint32 Number; string Text; };
[dynamic, provider("P")] class SubPart : Part { };
[dynamic, provider("P"), association] class HasPart { [key] Disk ref Whole; [key] Part ref Piece; };
)";

class ProvidedTest : public QueriesTest {
  protected:
    void provide(std::string_view levels) {
        std::string mof = provider_mof;
        mof.replace(mof.find("@levels@"), 8, levels);
        must_compile(instances_mof);
        must_compile(mof);
        for (const int number : {1, 2, 3}) add_part("Part", number);
        add_part("SubPart", 4);
        auto& does = providers.behaviours["P"];
        does.enumerate = [this](const cim::Name& name) { return of_class(name); };
        does.get = [this](const cim::ObjectPath& path) -> test::Objects {
            const auto all = of_class(path.class_name);
            for (const auto& object : *all) {
                const auto& instance = *object->as_instance();
                if (*cim::instance_key(path, instance.class_of()) == *instance.key()) {
                    return std::vector{object};
                }
            }
            return fail(Status::NotFound, "no such");
        };
    }
    test::Objects of_class(const cim::Name& name) const {
        std::vector<cim::ObjectPtr> found;
        for (const auto& instance : instances) {
            if (instance->class_of().name() == name) found.emplace_back(instance);
        }
        return found;
    }
    void add_part(const char* class_name, int number) {
        cim::InstanceBuilder builder(session->schema()->find_class(class_name));
        EXPECT_TRUE(builder.set("Id", cim::Value("p" + std::to_string(number))));
        EXPECT_TRUE(builder.set("Number", cim::Value(number)));
        instances.push_back(builder.build());
    }
    void add_link(const char* piece) {
        cim::InstanceBuilder builder(session->schema()->find_class("HasPart"));
        EXPECT_TRUE(builder.set("Whole", cim::Value("Disk.Id=\"C:\"")));
        EXPECT_TRUE(builder.set("Piece", cim::Value(piece)));
        instances.push_back(builder.build());
    }

    std::vector<cim::InstancePtr> instances;
};

TEST_F(ProvidedTest, AssociationsOfProvidersAreAskedFor) {
    provide("");
    add_link("Part.Id=\"p2\"");
    add_link("Part.Id=\"none\"");
    EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE AssocClass = HasPart"),
                ElementsAre("Part.Id=\"p2\""));
    EXPECT_THAT(providers.log, testing::IsSupersetOf({std::string("P: enumerate HasPart"),
                                                      std::string("P: get Part.Id=\"p2\"")}));
    EXPECT_THAT(paths("ASSOCIATORS OF {Part='p2'}"), ElementsAre("Disk.Id=\"C:\""));
    EXPECT_EQ(paths("REFERENCES OF {Disk='C:'} WHERE ResultClass = HasPart").size(), 2U);
    EXPECT_EQ(refusal("ASSOCIATORS OF {Part='p9'}"), Status::NotFound);
}

TEST_F(ProvidedTest, WhatTheCallerMayNotReadIsLeftOut) {
    provide("");
    add_link("Part.Id=\"p2\"");
    add_link("Part.Id=\"p3\"");
    auto& does = providers.behaviours["P"];
    does.get = [readable = does.get](const cim::ObjectPath& path) -> test::Objects {
        if (path.keys.front().value == cim::Value("p3")) return fail(Status::AccessDenied, "no");
        return readable(path);
    };
    PROVES("COM-060", EXPECT_THAT(paths("ASSOCIATORS OF {Disk='C:'} WHERE AssocClass = HasPart"),
                                  ElementsAre("Part.Id=\"p2\"")));
}

TEST_F(ProvidedTest, AProviderIsAskedForReferencesIfItDeclaresThat) {
    provide("QuerySupportLevels = {\"WQL:References\"};");
    add_link("Part.Id=\"p2\"");
    providers.behaviours["P"].query = [this](std::string_view) { return of_class("HasPart"); };
    PROVES("SYS-095", EXPECT_EQ(paths("ASSOCIATORS OF {Disk='C:'} WHERE AssocClass = HasPart"),
                                std::vector<std::string>{"Part.Id=\"p2\""}));
    PROVES("SYS-095",
           EXPECT_THAT(providers.log, testing::Contains("P: REFERENCES OF {Disk.Id=\"C:\"} WHERE "
                                                        "ResultClass = HasPart")));
    providers.log.clear();
    EXPECT_THAT(paths("SELECT * FROM Part WHERE Number = 2"), ElementsAre("Part.Id=\"p2\""));
    PROVES("SYS-095",
           EXPECT_THAT(providers.log, ElementsAre("P: enumerate Part", "P: enumerate SubPart"))
               << "it declares no other level");
}

TEST_F(ProvidedTest, AProviderGetsTheQueriesThatItDeclares) {
    provide("QuerySupportLevels = {\"WQL:UnarySelect\"};");
    providers.behaviours["P"].query = [this](std::string_view text) {
        const bool below = text.find("FROM SubPart") != std::string_view::npos;
        return of_class(below ? "SubPart" : "Part");
    };
    PROVES(
        "SYS-095",
        EXPECT_THAT(paths("SELECT Text FROM Part WHERE Number > 2"), ElementsAre("Part", "SubPart"))
            << "what it gave was looked at again");
    PROVES("SYS-095",
           EXPECT_THAT(providers.log, ElementsAre("load P",
                                                  "P: SELECT Text, Id, Number FROM Part WHERE "
                                                  "Number > 2",
                                                  "P: SELECT Text, Id, Number FROM SubPart "
                                                  "WHERE Number > 2")));
}

TEST_F(ProvidedTest, AQueryThatIsTooMuchForAProviderIsAnsweredByEnumeration) {
    provide("QuerySupportLevels = {\"WQL:UnarySelect\"};");
    auto& query = providers.behaviours["P"].query;
    for (const auto status : {Status::ProviderNotCapable, Status::UnsupportedParameter}) {
        providers.log.clear();
        query = [&](std::string_view) -> test::Objects { return fail(status, "too complex"); };
        PROVES("SYS-096", EXPECT_THAT(paths("SELECT * FROM Part WHERE Number = 2"),
                                      ElementsAre("Part.Id=\"p2\"")));
        PROVES("OD-083", EXPECT_THAT(providers.log, testing::Contains("P: enumerate Part")));
    }
    query = [](std::string_view) -> test::Objects {
        return fail(Status::ProviderFailure, "broken");
    };
    EXPECT_EQ(refusal("SELECT * FROM Part WHERE Number = 2"), Status::ProviderFailure);
}

TEST_F(ProvidedTest, AKeyIsAskedForAlone) {
    provide("");
    EXPECT_THAT(paths("SELECT * FROM Part WHERE Id = 'p2' AND Number > 1"),
                ElementsAre("Part.Id=\"p2\""));
    PROVES("SYS-095", EXPECT_THAT(providers.log, ElementsAre("load P", "P: get Part.Id=\"p2\"",
                                                             "P: get SubPart.Id=\"p2\""))
                          << "it declares no level");
    EXPECT_THAT(paths("SELECT * FROM Part WHERE Id = 'p2' AND Number > 2"), IsEmpty());
    EXPECT_THAT(paths("SELECT * FROM Part WHERE Id = 'p9'"), IsEmpty());
}

TEST_F(ProvidedTest, DirectReadAsksTheProviderOfTheClassOnly) {
    provide("");
    const auto answer = ask("SELECT * FROM Part", {}, {.direct_read = true});
    PROVES("COM-064", EXPECT_EQ(answer.paths.size(), 3U));
    PROVES("COM-064", EXPECT_THAT(providers.log, ElementsAre("load P", "P: enumerate Part")));
    EXPECT_EQ(paths("SELECT * FROM Part").size(), 4U);
}

TEST_F(AssociationsTest, DataQueriesIncludeSubclassesAndAllProperties) {
    const auto answer = ask("SELECT * FROM Disk");
    PROVES("WQL-070", EXPECT_THAT(answer.paths, UnorderedElementsAre("Disk.Id=\"C:\"",
                                                                     "RemovableDisk.Id=\"D:\"")));
    for (const auto& object : answer.objects) {
        PROVES("WQL-070", EXPECT_FALSE(object->as_instance()->find("Size")->is_null()));
        for (const auto& property : cim::system_properties()) {
            const auto value = cim::system_property(*object, property.name);
            ASSERT_TRUE(value);
            const bool is_base = object->class_of().name() == cim::Name("Disk");
            const bool irrelevant = property.name == cim::Name("__SUPERCLASS") && is_base;
            PROVES("WQL-070", EXPECT_EQ(value->is_null(), irrelevant) << property.name.text());
        }
    }
    EXPECT_THAT(paths("SELECT * FROM Disk WHERE __CLASS = 'Disk'"), ElementsAre("Disk.Id=\"C:\""));
    EXPECT_THAT(paths("SELECT * FROM Disk WHERE __CLASS = 'Computer'"), IsEmpty());
    EXPECT_THAT(paths("SELECT * FROM Disk WHERE __RELPATH = 'Disk.Id=\"C:\"'"),
                ElementsAre("Disk.Id=\"C:\""));
}

TEST_F(AssociationsTest, FlagsOfQueries) {
    const auto prototype = ask("SELECT Size FROM Disk WHERE Id = 'Z:'", {.prototype = true});
    ASSERT_EQ(prototype.objects.size(), 1U);
    const auto* cls = prototype.objects[0]->as_class();
    ASSERT_TRUE(cls);
    PROVES("COM-064", EXPECT_EQ(cls->properties().size(), 1U));
    PROVES("COM-064", EXPECT_EQ(cls->properties()[0].name, cim::Name("Size")));
    EXPECT_EQ(ask("SELECT * FROM RemovableDisk", {.prototype = true}).paths,
              std::vector<std::string>{"RemovableDisk"});

    const auto path_of = [](const Answer& answer) {
        return *cim::system_property(*answer.objects.at(0), "__RELPATH");
    };
    const char* some = "SELECT Size FROM Disk WHERE Size = 10";
    EXPECT_TRUE(path_of(ask(some)).is_null());
    PROVES("COM-064",
           EXPECT_EQ(path_of(ask(some, {.ensure_locatable = true})), cim::Value("Disk.Id=\"C:\"")));
    PROVES("COM-064", EXPECT_TRUE(ask("SELECT * FROM Disk WHERE Size = 99").outcome));
}

TEST_F(QueriesTest, WhatAKeyOrAnIndexAnswersIsNotScanned) {
    limit_to(100);
    std::string many;
    for (int i = 0; i < 500; ++i) {
        const auto number = std::to_string(i);
        many += "instance of Disk { Id = \"d" + number + "\"; Size = " + number + "; };\n";
        many += "instance of Indexed { First = \"f" + number +
                "\"; Second = \"s\"; Number = " + number + "; Other = " + number + "; };\n";
    }
    must_compile(many);
    EXPECT_EQ(paths("SELECT * FROM Disk WHERE Id = 'D7' AND Size < 100").size(), 1U);
    EXPECT_EQ(paths("SELECT * FROM Indexed WHERE First = 'f7' AND Second = 's'").size(), 1U);
    EXPECT_EQ(paths("SELECT * FROM Indexed WHERE Number = 499").size(), 1U);
    EXPECT_EQ(paths("SELECT * FROM Indexed WHERE 490 < Number AND Number <= 495").size(), 5U);
    EXPECT_EQ(paths("SELECT * FROM Disk WHERE __CLASS = 'RemovableDisk'").size(), 0U);
    PROVES("WQL-016",
           EXPECT_EQ(refusal("SELECT * FROM Indexed WHERE Other = 499"), Status::QuotaViolation));
}

}  // namespace
}  // namespace openwmi::core
