#include <gmock/gmock.h>

#include "repository/testing/store_fixture.h"
#include "support/proves.h"

namespace openwmi::repository {
namespace {

using cim::CimType;

constexpr auto compatible = UpdateMode::Compatible;
constexpr auto safe = UpdateMode::Safe;
constexpr auto force = UpdateMode::Force;

// Base (key Id, Temp) with or without a subclass Child and instances of either.
class ClassUpdateTest : public testing::Test, protected StoreSteps {
  protected:
    void SetUp() override { open({}); }
    static Declare base() { return Declare("Base").key("Id").property("Temp"); }
    void arrange(bool child, bool instances, bool child_instances) {
        ASSERT_TRUE(put_class(base()));
        if (child) {
            ASSERT_TRUE(put_class(Declare("Child", "Base").property("Own")));
        }
        if (instances) {
            ASSERT_TRUE(put("Base", {{"Id", "b"}, {"Temp", 1}}));
        }
        if (child_instances) {
            ASSERT_TRUE(put("Child", {{"Id", "c"}, {"Temp", 2}}));
        }
    }
    Status update(const Declare& declare, UpdateMode mode) {
        return status_of(put_class(declare, {.update = mode}));
    }
    cim::ClassPtr find(const char* name) const { return store->schema(ns)->find_class(name); }
};

struct Expected {
    Status compatible;
    Status safe;
    Status force;
};

struct UpdateCase {
    const char* name;
    Declare changed;
    // What the three modes say: unused class; subclass; instances; subclass with instances.
    Expected unused;
    Expected child;
    Expected instances;
    Expected child_instances;
};

void PrintTo(const UpdateCase& c, std::ostream* out) {
    *out << c.name;
}

const Expected fine = {Status::Ok, Status::Ok, Status::Ok};
const Expected needs_mode = {Status::ClassHasChildren, Status::Ok, Status::Ok};
const Expected needs_mode_and_no_instances = {Status::ClassHasChildren, Status::ClassHasInstances,
                                              Status::ClassHasInstances};
const Expected needs_no_instances = {Status::ClassHasInstances, Status::ClassHasInstances,
                                     Status::ClassHasInstances};
const Expected needs_force = {Status::ClassHasInstances, Status::ClassHasInstances, Status::Ok};
const Expected no_keys = {Status::CannotChangeKeyInheritance, Status::CannotChangeKeyInheritance,
                          Status::CannotChangeKeyInheritance};
const Expected no_indices = {Status::CannotChangeIndexInheritance,
                             Status::CannotChangeIndexInheritance,
                             Status::CannotChangeIndexInheritance};

std::vector<UpdateCase> update_cases() {
    const auto base = [] { return Declare("Base").key("Id").property("Temp"); };
    return {
        {"the same again", base(), fine, fine, fine, fine},
        {"a description", base().description("text"), fine, fine, fine, fine},
        {"another property", base().property("More"), fine, needs_mode, needs_no_instances,
         needs_mode_and_no_instances},
        {"a property less", Declare("Base").key("Id"), fine, needs_mode, needs_no_instances,
         needs_mode_and_no_instances},
        {"another type", Declare("Base").key("Id").property("Temp", CimType::String), fine,
         needs_mode, needs_no_instances, needs_mode_and_no_instances},
        {"a default value", Declare("Base").key("Id").property("Temp", CimType::Sint32, 7), fine,
         needs_mode, needs_force, needs_mode},
        {"a method", base().method("Reset"), fine, needs_mode, needs_force, needs_mode},
        {"dynamic", base().qualifier(flag("dynamic", {})), fine, needs_mode, needs_no_instances,
         needs_mode},
        {"another key", Declare("Base").key("Id").key("Temp", CimType::Sint32), fine, no_keys,
         no_keys, no_keys},
        {"another index", base().on_property(flag("indexed")), fine, no_indices, no_indices,
         no_indices},
    };
}

class ClassUpdateRulesTest : public ClassUpdateTest,
                             public testing::WithParamInterface<UpdateCase> {
  protected:
    // A mode that refuses changes nothing, so the modes are tried from the strictest on.
    void check(const Expected& expected) {
        const auto before = find("Base");
        for (const auto& [mode, status] :
             {std::pair(compatible, expected.compatible), std::pair(safe, expected.safe),
              std::pair(force, expected.force)}) {
            ASSERT_EQ(update(GetParam().changed, mode), status) << static_cast<int>(mode);
            if (status == Status::Ok) return;
            EXPECT_EQ(find("Base"), before);
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Changes, ClassUpdateRulesTest, testing::ValuesIn(update_cases()));

TEST_P(ClassUpdateRulesTest, AnUnusedClassMayChange) {
    arrange(false, false, false);
    PROVES("COM-038", check(GetParam().unused));
}

TEST_P(ClassUpdateRulesTest, AClassWithASubclass) {
    arrange(true, false, false);
    PROVES("COM-039", check(GetParam().child));
}

TEST_P(ClassUpdateRulesTest, AClassWithInstances) {
    arrange(false, true, false);
    PROVES("COM-041", check(GetParam().instances));
    EXPECT_EQ(value("Base=\"b\"", "Temp"), cim::Value(1)) << "never rewritten, never lost (OD-090)";
}

TEST_P(ClassUpdateRulesTest, AClassWhoseSubclassHasInstances) {
    arrange(true, false, true);
    PROVES("COM-039", check(GetParam().child_instances));
    EXPECT_EQ(value("Child=\"c\"", "Temp"), cim::Value(2));
}

TEST_F(ClassUpdateTest, ASafeUpdateKeepsTheLayoutOfSubclassesWithInstances) {
    arrange(true, false, true);
    PROVES("OD-061", EXPECT_EQ(update(base().property("More"), safe), Status::ClassHasInstances));
    PROVES("OD-061", EXPECT_EQ(update(base().method("Reset"), safe), Status::Ok));
}

TEST_F(ClassUpdateTest, KeysOfAClassInUseAreFixed) {
    arrange(false, true, false);
    PROVES("COM-042", {
        EXPECT_EQ(update(Declare("Base").key("Id").key("Temp", CimType::Sint32), force),
                  Status::CannotChangeKeyInheritance);
        EXPECT_EQ(update(base().on_property(flag("indexed")), force),
                  Status::CannotChangeIndexInheritance);
    });
}

TEST_F(ClassUpdateTest, SubclassesFollowTheirSuperclass) {
    arrange(true, false, false);
    ASSERT_EQ(update(base().property("More"), safe), Status::Ok);
    ASSERT_EQ(changes.size(), 1u) << "only the class itself is a change";
    EXPECT_EQ(changes[0].kind, Change::Kind::Modified);
    EXPECT_TRUE(find("Child")->find_property("More"));
    EXPECT_EQ(find("Child")->superclass(), find("Base"));
}

TEST_F(ClassUpdateTest, AConflictWithASubclassIsRefusedUnlessForceCanResolveIt) {
    ASSERT_TRUE(put_class(base()));
    ASSERT_TRUE(put_class(Declare("Child", "Base").description("mine")));
    const cim::Flavor fixed{.to_instance = false, .to_subclass = true, .overridable = false};
    const auto changed = base().description("ours", fixed);
    EXPECT_NE(update(changed, safe), Status::Ok);
    EXPECT_TRUE(find("Child")->qualifiers().find("Description")->value == cim::Value("mine"));
    PROVES("MOF-040", EXPECT_EQ(update(changed, force), Status::Ok));
    EXPECT_TRUE(find("Child")->qualifiers().find("Description")->value == cim::Value("ours"));
    EXPECT_EQ(find("Child")->declaration().qualifiers.find("Description"), nullptr);

    ASSERT_TRUE(put_class(Declare("Typed", "Base").property("More", CimType::String)));
    PROVES("COM-039",
           EXPECT_EQ(update(Declare("Base").key("Id").property("Temp").property("More"), force),
                     Status::UpdateTypeMismatch));
}

TEST_F(ClassUpdateTest, HierarchiesThatCannotBeAreRefused) {
    ASSERT_TRUE(put_class(base()));
    ASSERT_TRUE(put_class(Declare("Child", "Base")));
    PROVES("COM-044", {
        EXPECT_EQ(update(Declare("Self", "Self").key("Id"), safe), Status::CircularReference);
        EXPECT_EQ(update(Declare("Orphan", "Nobody").key("Id"), safe), Status::InvalidSuperclass);
    });
    EXPECT_EQ(update(Declare("Base", "Child").key("Id"), force), Status::CircularReference);
}

TEST_F(ClassUpdateTest, AnUnusedClassMayMoveUnderAnotherSuperclass) {
    ASSERT_TRUE(put_class(base()));
    ASSERT_TRUE(put_class(Declare("Mover").key("Id")));
    ASSERT_EQ(update(Declare("Mover", "Base"), compatible), Status::Ok);
    EXPECT_TRUE(find("Mover")->is_a("Base"));
    EXPECT_EQ(store->schema(ns)->subclasses("Base").size(), 1u);
    ASSERT_TRUE(put("Mover", {{"Id", "m"}}));
    PROVES("COM-041", EXPECT_EQ(update(Declare("Mover").key("Id").property("Temp"), force),
                                Status::ClassHasInstances));
}

}  // namespace
}  // namespace openwmi::repository
