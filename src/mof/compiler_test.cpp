#include "mof/compiler.h"

#include <gtest/gtest.h>

#include <set>

#include "mof/check_target.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::mof {
namespace {

using cim::NamespacePath;

// A small repository: keeps what is put, refuses what the test says. Namespaces are root, default
// and what __Namespace instances add.
class FakeRepository final : public Target {
  public:
    std::vector<std::string> calls;
    std::vector<cim::InstancePtr> instances;
    std::set<std::string> namespaces = {"root", "root\\default", "root\\cimv2"};
    std::string refused_class;

    Result<bool> namespace_exists(const NamespacePath& name_space) override {
        return namespaces.contains(name_space.key());
    }
    Result<cim::ClassPtr> find_class(const NamespacePath& name_space,
                                     const cim::Name& name) override {
        return classes_.find_class(name_space, name);
    }
    Result<> put_class(const NamespacePath& name_space, const cim::ClassDeclaration& declaration,
                       PutFlags flags) override {
        if (declaration.name == refused_class) {
            return fail(Status::AccessDenied, "{} is refused", refused_class);
        }
        const cim::ClassPtr existing = WMI_TRY(find_class(name_space, declaration.name));
        if (existing && flags.mode == PutMode::CreateOnly) {
            return fail(Status::AlreadyExists, "{} exists", declaration.name.text());
        }
        if (!existing && flags.mode == PutMode::UpdateOnly) {
            return fail(Status::NotFound, "{} does not exist", declaration.name.text());
        }
        calls.push_back("class " + declaration.name.text());
        return classes_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         PutFlags flags) override {
        cim::ObjectPath path = WMI_TRY(classes_.put_instance(name_space, instance, flags));
        const bool exists = !paths_.insert(path.relative_text()).second;
        if (exists && flags.mode == PutMode::CreateOnly) {
            return fail(Status::AlreadyExists, "{} exists", path.relative_text());
        }
        if (!exists && flags.mode == PutMode::UpdateOnly) {
            return fail(Status::NotFound, "{} does not exist", path.relative_text());
        }
        if (instance->class_of().name() == "__Namespace") {
            namespaces.insert(name_space.child(instance->find("Name")->get<std::string>()).key());
        }
        calls.push_back("instance " + path.relative_text());
        instances.push_back(instance);
        return path;
    }
    Result<> delete_class(const NamespacePath& name_space, const cim::Name& name) override {
        if (!WMI_TRY(find_class(name_space, name))) {
            return fail(Status::NotFound, "no class {}", name.text());
        }
        calls.push_back("delete " + name.text());
        return classes_.delete_class(name_space, name);
    }
    Result<> delete_instance(const NamespacePath&, const cim::ObjectPath& path) override {
        if (paths_.erase(path.relative_text()) == 0) {
            return fail(Status::NotFound, "no instance {}", path.relative_text());
        }
        calls.push_back("delete " + path.relative_text());
        return {};
    }
    cim::Value last(const char* property) const { return instances.back()->find(property).value(); }

  private:
    CheckTarget classes_;
    std::set<std::string> paths_;
};

Report compiled(std::string_view text, Target& target, const CompileOptions& options = {}) {
    return compile(parse(text, "test.mof"), target, options);
}

Report check(std::string_view text) {
    CheckTarget target;
    CompileOptions options;
    options.fragments = true;
    return compiled(text, target, options);
}

TEST(Compiler, StoresClassesAndInstances) {
    FakeRepository target;
    const Report report = compiled(
        "class A { [key] string Id; sint32 N = 3; };\n"
        "class B : A { uint64 Big; };\n"
        "instance of B { Id = \"x\"; Big = \"0x10\"; };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    EXPECT_EQ(report.classes, 2u);
    EXPECT_EQ(report.instances, 1u);
    EXPECT_EQ(report.stored.back(), "\\\\.\\root\\default:B.Id=\"x\"");
    EXPECT_EQ(target.last("N"), cim::Value(3));
    PROVES("MOF-007", EXPECT_EQ(target.last("Big"), cim::Value(16u)));
}

TEST(Compiler, PropertiesOfAnInstanceHaveQualifiersOfTheirOwn) {
    FakeRepository target;
    const Report report = compiled(
        "class A { [key] string Id; sint32 N = 3; };\n"
        "instance of A { Id = \"x\"; [dynamic, PropertyContext(\"local|N\")] N; };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    const cim::InstancePtr stored = target.instances.back();
    EXPECT_TRUE(stored->property_qualifiers("N").is_true("Dynamic"));
    EXPECT_EQ(stored->property_qualifiers("N").find("PropertyContext")->value,
              cim::Value("local|N"));
    EXPECT_TRUE(stored->is_default(*stored->class_of().find_property("N")));
}

TEST(Compiler, ACheckTellsOfEveryMistake) {
    const std::string text =
        "class A { [key] string Id; uint8 N; };\n"
        "instance of A { Id = 5;\n"
        "  N = 256; Wrong = 1; };\n"
        "class B : A { uint16 N; };\n"
        "class C : B {};\n"
        "instance of B { Id = \"not judged\"; Other = 1; };\n"
        "instance of A { Id = \"x\"; };\n";
    const Report report = check(text);
    std::vector<std::pair<std::size_t, Status>> mistakes;
    for (const auto& each : report.diagnostics) {
        mistakes.emplace_back(base::position(text, each.span.begin).line, each.status);
    }
    EXPECT_EQ(mistakes,
              (std::vector<std::pair<std::size_t, Status>>{{2, Status::MofTypeMismatch},
                                                           {3, Status::MofOutOfRange},
                                                           {3, Status::NotFound},
                                                           {4, Status::UpdateTypeMismatch}}));
    EXPECT_EQ(report.object_number, 2u) << "the first that failed";
    EXPECT_EQ(report.instances, 2u);
    FakeRepository target;
    EXPECT_EQ(compiled(text, target).diagnostics.size(), 3u) << "storing ends with the object";
}

TEST(Compiler, RealsForIntegersAreRounded) {
    FakeRepository target;
    const Report report = compiled(
        "class A { [key] sint32 Id; sint32 N = 2.5; };\n"
        "instance of A { Id = 1.4; N = -3.6; };",
        target);
    PROVES("MOF-006", ASSERT_TRUE(report.ok()) << summary(report));
    PROVES("MOF-006", EXPECT_EQ(target.last("Id"), cim::Value(1)));
    PROVES("MOF-006", EXPECT_EQ(target.last("N"), cim::Value(-4)));
}

TEST(Compiler, SyntaxErrorsStoreNothing) {
    FakeRepository target;
    const Report report = compiled("class A {};\nclass B { string; };", target);
    PROVES("MOF-065", EXPECT_TRUE(target.calls.empty()));
    PROVES("COM-165", EXPECT_EQ(report.phase, Phase::Parse));
    EXPECT_EQ(report.error.status, Status::MofExpectedPropertyName);
    PROVES("COM-165", EXPECT_EQ(report.first_line, 2u));
}

TEST(Compiler, StopsAtTheFirstFailureAndKeepsWhatIsStored) {
    FakeRepository target;
    target.refused_class = "B";
    const Report report = compiled("class A {};\n\nclass B\n{\n};\nclass C {};", target);
    PROVES("MOF-064", EXPECT_EQ(target.calls, std::vector<std::string>{"class A"}));
    PROVES("COM-165", EXPECT_EQ(report.phase, Phase::Store));
    PROVES("COM-165", EXPECT_EQ(report.error.status, Status::AccessDenied));
    PROVES("COM-165", EXPECT_EQ(report.object_number, 2u));
    PROVES("COM-165", EXPECT_EQ(report.first_line, 3u));
    PROVES("COM-165", EXPECT_EQ(report.last_line, 5u));
    EXPECT_EQ(report.classes, 1u);
    EXPECT_EQ(summary(report),
              "test.mof, object 2 on lines 3 to 5: WBEM_E_ACCESS_DENIED (0x80041003): B is "
              "refused; before it: 1 classes and 0 instances stored, 0 deleted");
}

TEST(Compiler, AliasesBecomeTheStoredPath) {
    FakeRepository target;
    const Report report = compiled(
        "class F { [key] string Name; };\n"
        "class Bind { [key] F ref Filter; [key] object ref Other; F ref Many[]; };\n"
        "instance of Bind { Filter = $F; Other = $Later; Many = {$F, $Later}; };\n"
        "instance of F as $F { Name = \"x\"; };\n"
        "#pragma namespace(\"root\\\\cimv2\")\n"
        "class F { [key] string Name; };\n"
        "instance of F as $Later { };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    ASSERT_EQ(report.stored.size(), 6u);
    const std::string generated = report.stored[4];
    PROVES("MOF-018", EXPECT_TRUE(generated.starts_with("\\\\.\\root\\cimv2:F.Name=\"{")));
    PROVES("MOF-020",
           EXPECT_EQ(target.last("Filter"), cim::Value("\\\\.\\root\\default:F.Name=\"x\"")));
    PROVES("MOF-018", EXPECT_EQ(target.last("Other"), cim::Value(generated)));
    PROVES("MOF-020", EXPECT_EQ(target.last("Many").array_size(), 2u));
    EXPECT_TRUE(report.stored[5].starts_with("\\\\.\\root\\default:Bind"));
}

TEST(Compiler, OnlyStringKeysAreFilled) {
    FakeRepository target;
    const Report report = compiled("class A { [key] uint32 Id; };\ninstance of A {};", target);
    PROVES("OD-060", EXPECT_EQ(report.error.status, Status::IllegalNull));
}

TEST(Compiler, NamespacesComeFromOptionAndPragma) {
    FakeRepository target;
    CompileOptions options;
    EXPECT_EQ(compiled("class A {};", target).stored.back(), "\\\\.\\root\\default:A");
    PROVES("MOF-068", EXPECT_EQ(options.name_space.text(), "root\\default"));
    options.name_space = NamespacePath::literal("root\\cimv2");
    const Report report = compiled(
        "class A {};\n#pragma namespace(\"\\\\\\\\.\\\\root\")\n"
        "instance of __Namespace { Name = \"New\"; };\n"
        "#pragma namespace(\"root\\\\new\")\nclass B {};",
        target, options);
    ASSERT_TRUE(report.ok()) << summary(report);
    PROVES("MOF-032", EXPECT_EQ(report.stored.front(), "\\\\.\\root\\cimv2:A"));
    PROVES("MOF-032", EXPECT_EQ(report.stored.back(), "\\\\.\\root\\new:B"));
    const Report missing = compiled("#pragma namespace(\"root\\\\none\")\nclass A {};", target);
    PROVES("MOF-033", EXPECT_EQ(missing.error.status, Status::InvalidNamespace));
    PROVES("MOF-033", EXPECT_EQ(missing.object_number, 1u));
}

TEST(Compiler, FlagsDecideHowExistingObjectsAreMet) {
    struct Case {
        const char* row;
        const char* text;
        Status status;
    };
    const Case cases[] = {
        {"MOF-066", "instance of A { Id = \"x\"; };", Status::Ok},
        {"MOF-039", "#pragma classflags(\"createonly\")\nclass A { [key] string Id; };",
         Status::AlreadyExists},
        {"MOF-039", "#pragma classflags(\"updateonly\")\nclass New {};", Status::NotFound},
        {"MOF-041", "#pragma instanceflags(\"createonly\")\ninstance of A { Id = \"x\"; };",
         Status::AlreadyExists},
        {"MOF-041", "#pragma instanceflags(\"updateonly\")\ninstance of A { Id = \"new\"; };",
         Status::NotFound},
        {"MOF-042", "#pragma deleteclass(\"A\", fail)", Status::Ok},
        {"MOF-042", "#pragma deleteclass(\"None\", fail)", Status::NotFound},
        {"MOF-042", "#pragma deleteclass(\"None\", nofail)\nclass B {};", Status::Ok},
        {"MOF-043", "#pragma deleteinstance(\"A.Id='x'\", fail)", Status::Ok},
        {"MOF-043", "#pragma deleteinstance(\"A.Id=\\\"none\\\"\", fail)", Status::NotFound},
        {"MOF-043", "#pragma deleteinstance(\"A.Id='none'\", nofail)", Status::Ok},
        {"MOF-043", "#pragma deleteinstance(\"root\\\\default:A.Id='x'\", fail)", Status::Ok},
        {"MOF-043", "#pragma deleteinstance(\"\\\\\\\\srv\\\\root:A.Id='x'\", fail)",
         Status::MofInvalidNamespaceSpecification},
    };
    for (const Case& c : cases) {
        FakeRepository target;
        ASSERT_TRUE(
            compiled("class A { [key] string Id; };\ninstance of A { Id = \"x\"; };", target).ok());
        PROVES(c.row, EXPECT_EQ(compiled(c.text, target).error.status, c.status) << c.text);
    }
    FakeRepository target;
    CompileOptions options;
    options.instance_flags.mode = PutMode::UpdateOnly;
    const Report report =
        compiled("class A { [key] string Id; };\ninstance of A { Id = \"x\"; };", target, options);
    PROVES("MOF-078", EXPECT_EQ(report.error.status, Status::NotFound));
}

TEST(Compiler, FlagsThatAreNotMetEndTheCompilation) {
    for (const char* text :
         {"#pragma classflags(\"createonly\")\nclass A { [key] string Id; };\nclass Behind {};",
          "#pragma classflags(\"updateonly\")\nclass New {};\n#pragma classflags(0)\n"
          "class Behind {};"}) {
        FakeRepository target;
        ASSERT_TRUE(compiled("class A { [key] string Id; };", target).ok());
        const Report report = compiled(text, target);
        PROVES("MOF-039", EXPECT_FALSE(report.ok()) << text);
        PROVES("MOF-039", EXPECT_EQ(target.calls, std::vector<std::string>{"class A"}) << text);
    }
}

TEST(Compiler, ReadsTheBitsOfTheChangeFlags) {
    EXPECT_EQ(put_flags_of_bits(0).value(), PutFlags{});
    PROVES("MOF-081", EXPECT_EQ(put_flags_of_bits(0x21).value(),
                                (PutFlags{PutMode::UpdateOnly, UpdateMode::Safe})));
    PROVES("MOF-081", EXPECT_EQ(put_flags_of_bits(0x41).value(),
                                (PutFlags{PutMode::UpdateOnly, UpdateMode::Force})));
    for (const std::uint32_t bits : {0x3u, 0x22u, 0x42u, 0x60u, 0x4u}) {
        PROVES("MOF-081", EXPECT_FALSE(put_flags_of_bits(bits).has_value()) << bits);
    }
}

TEST(Compiler, RefusesWhatTheSchemaDoesNotAllow) {
    struct Case {
        const char* row;
        const char* text;
        Status status;
    };
    const Case cases[] = {
        {"MOF-022", "class C : Unknown {};", Status::InvalidSuperclass},
        {"MOF-025", "[Terminal] class T {}; class C : T {};", Status::MofInvalidClassDeclaration},
        {"MOF-024", "class C : A { uint8 N; };", Status::UpdateTypeMismatch},
        {"MOF-017", "instance of A { Id = \"x\"; __Path = \"y\"; };", Status::SystemProperty},
        {"OD-106", "instance of A { Id = 23; };", Status::MofTypeMismatch},
        {"MOF-012", "instance of A { Id = {\"x\"}; };", Status::MofUnexpectedArrayInit},
        {"MOF-021", "instance of A as $a { Id = \"x\"; }; instance of A { Id = \"y\"; E = $a; };",
         Status::MofUnexpectedAlias},
        {"MOF-016", "instance of A { Id = \"x\"; E = instance of A {}; };",
         Status::MofTypeMismatch},
        {"", "instance of A { Id = \"x\"; N = 99999999999; };", Status::MofOutOfRange},
        {"", "instance of A { None = 1; };", Status::NotFound},
        {"", "instance of Unknown {};", Status::InvalidClass},
    };
    for (const Case& c : cases) {
        FakeRepository target;
        ASSERT_TRUE(compiled("class Inner { uint8 X; };\n"
                             "class A { [key] string Id; sint32 N; Inner E; };",
                             target)
                        .ok());
        const Report report = compiled(c.text, target);
        if (*c.row) {
            PROVES(c.row, EXPECT_EQ(report.error.status, c.status) << summary(report));
        } else {
            EXPECT_EQ(report.error.status, c.status) << summary(report);
        }
    }
}

TEST(Compiler, EmbeddedObjectsAreBuilt) {
    FakeRepository target;
    const Report report = compiled(
        "class In { [key] sint32 X; };\n"
        "class Out { [key] string Id; In One = instance of In { X = 3; }; Object Many[]; In No = "
        "NULL; };\n"
        "instance of Out { Id = \"a\"; Many = {instance of In {X = 1;}, instance of In {}}; };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    const cim::Value one = target.last("One");
    const auto* object = one.get_if<cim::ObjectPtr>();
    PROVES("MOF-016", ASSERT_NE(object, nullptr));
    PROVES("MOF-016", EXPECT_EQ((*object)->as_instance()->find("X"), cim::Value(3)));
    PROVES("MOF-016", EXPECT_TRUE(target.last("No").is_null()));
    EXPECT_EQ(target.last("Many").array_size(), 2u);
}

TEST(Compiler, QualifiersCarryTypesAndFlavors) {
    FakeRepository target;
    const Report report = compiled(
        "Qualifier Description : ToSubClass Amended;\n"
        "Qualifier Weight : uint32 = 7, Scope(class), Flavor(DisableOverride);\n"
        "[Description(\"text\"), Weight, Plain, Number(5), Real(1.5), List{\"a\",\"b\"},\n"
        " Big(4294967296), Note(\"n\") : ToInstance]\n"
        "class A { [key(false)] string Id; string Array[4]; };\n"
        "[Description(\"other\") : NotToSubClass] class B { };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    const cim::ClassPtr cls =
        target.find_class(NamespacePath::literal("root\\default"), "A").value();
    const auto qualifier = [&](const char* name) { return *cls->qualifiers().find(name); };
    const cim::Flavor described{.to_subclass = true, .amended = true};
    PROVES("MOF-050", EXPECT_EQ(qualifier("description").flavor, described));
    PROVES("MOF-046", EXPECT_EQ(qualifier("Plain").flavor, cim::Flavor{}));
    PROVES("MOF-026", EXPECT_EQ(qualifier("Plain").value, cim::Value(true)));
    PROVES("MOF-026", EXPECT_EQ(qualifier("Number").value, cim::Value(5)));
    PROVES("MOF-026", EXPECT_EQ(qualifier("List").value, cim::Value(cim::Strings{"a", "b"})));
    EXPECT_EQ(qualifier("Weight").value, cim::Value(7));
    EXPECT_TRUE(qualifier("Weight").flavor.to_subclass);
    EXPECT_FALSE(qualifier("Weight").flavor.overridable);
    EXPECT_EQ(qualifier("Real").type.element, cim::CimType::Real64);
    EXPECT_EQ(qualifier("Big").value, cim::Value(4294967296.0));
    EXPECT_TRUE(qualifier("Note").flavor.to_instance);
    PROVES("MOF-030", EXPECT_TRUE(cls->properties()[0].is_key()));
    const auto* bound = cls->properties()[1].qualifiers.find("MaxLen");
    PROVES("MOF-012", ASSERT_NE(bound, nullptr));
    PROVES("MOF-012", EXPECT_EQ(bound->value, cim::Value(4)));
    const cim::ClassPtr other =
        target.find_class(NamespacePath::literal("root\\default"), "B").value();
    PROVES("MOF-050", EXPECT_FALSE(other->qualifiers().find("Description")->flavor.to_subclass));
}

TEST(Compiler, ParametersAreNumberedAndMerged) {
    FakeRepository target;
    const Report report = compiled(
        "class A { sint32 f([in] string a, [out] string a, uint8 b, [in, ID(7)] uint8 c); };",
        target);
    ASSERT_TRUE(report.ok()) << summary(report);
    const cim::ClassPtr cls =
        target.find_class(NamespacePath::literal("root\\default"), "A").value();
    const auto& parameters = cls->find_method("f")->parameters;
    PROVES("MOF-015", ASSERT_EQ(parameters.size(), 3u));
    PROVES("MOF-015", EXPECT_TRUE(parameters[0].qualifiers.is_true("in")));
    PROVES("MOF-015", EXPECT_TRUE(parameters[0].qualifiers.is_true("out")));
    PROVES("MOF-014", EXPECT_TRUE(parameters[1].qualifiers.is_true("in")));
    PROVES("MOF-014", EXPECT_EQ(parameters[0].qualifiers.find("id")->value, cim::Value(0)));
    PROVES("MOF-014", EXPECT_EQ(parameters[1].qualifiers.find("id")->value, cim::Value(1)));
    EXPECT_EQ(parameters[2].qualifiers.find("id")->value, cim::Value(7));
}

TEST(Compiler, WarnsOfAMissingAutorecover) {
    FakeRepository target;
    CompileOptions options;
    options.warn_autorecover = true;
    const Report without = compiled("class A {};", target, options);
    PROVES("MOF-077", ASSERT_EQ(without.diagnostics.size(), 1u));
    PROVES("MOF-077", EXPECT_TRUE(without.diagnostics[0].message.starts_with(
                          "File test.mof does not contain #PRAGMA AUTORECOVER.")));
    EXPECT_TRUE(without.ok());
    PROVES("MOF-077",
           EXPECT_TRUE(
               compiled("#pragma autorecover\nclass A {};", target, options).diagnostics.empty()));
}

TEST(Compiler, InstancesHaveNoForcedUpdate) {
    FakeRepository target;
    CompileOptions options;
    options.instance_flags.update = UpdateMode::Force;
    EXPECT_EQ(compiled("class A {};", target, options).phase, Phase::Argument);
    EXPECT_TRUE(target.calls.empty());
}

TEST(Check, FragmentsPassWithWarnings) {
    const Report report = check(
        "#pragma namespace(\"root\\\\anything\")\n"
        "class C : Unknown { Other Embedded = instance of Other { A = 1; }; };\n"
        "class D : C { sint32 N; };\n"
        "instance of D as $d { Inherited = 5; };\n"
        "instance of Elsewhere { Ref = $d; };\n"
        "#pragma deleteclass(\"Gone\", fail)\n");
    ASSERT_TRUE(report.ok()) << summary(report);
    EXPECT_EQ(report.diagnostics.size(), 3u);
    EXPECT_EQ(report.classes, 2u);
}

TEST(Check, KnowsTheSystemClasses) {
    EXPECT_TRUE(check("instance of __EventFilter as $f { Name = \"a\"; Query = \"select * from "
                      "__TimerEvent\"; QueryLanguage = \"WQL\"; };\n"
                      "instance of __FilterToConsumerBinding { Filter = $f; Consumer = "
                      "\"X.Name=\\\"y\\\"\"; };")
                    .ok());
    EXPECT_EQ(check("instance of __EventFilter { Nmae = \"a\"; };").error.status, Status::NotFound);
    EXPECT_EQ(check("instance of __Event { };").ok(), false);
}

}  // namespace
}  // namespace openwmi::mof
