#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::mof {
namespace {

using testing::ElementsAre;

// Writes down what happens in which order; instances of Alone stand alone.
class Recorder final : public Target {
  public:
    std::vector<std::string> calls;
    int commits_until_full = -1;

    Result<bool> namespace_exists(const cim::NamespacePath&) override { return true; }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override {
        return classes_.find_class(name_space, name);
    }
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, PutFlags flags) override {
        calls.push_back(declaration.name.text());
        return classes_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         PutFlags flags) override {
        if (instance->find("Id")->get<std::string>() == "bad") {
            return fail(Status::AccessDenied, "not this one");
        }
        calls.push_back(instance->find("Id")->get<std::string>());
        return classes_.put_instance(name_space, instance, flags);
    }
    Result<> delete_class(const cim::NamespacePath&, const cim::Name& name) override {
        calls.push_back("delete " + name.text());
        return {};
    }
    Result<> delete_instance(const cim::NamespacePath&, const cim::ObjectPath& path) override {
        calls.push_back("delete " + path.relative_text());
        return {};
    }
    Result<> begin_batch() override {
        calls.emplace_back("begin");
        return {};
    }
    Result<> commit_batch() override {
        calls.emplace_back("commit");
        if (commits_until_full-- == 0) return fail(Status::OutOfDiskSpace, "the disk is full");
        return {};
    }
    bool stands_alone(const cim::Class& cls) const override { return cls.name() == "Alone"; }

  private:
    CheckTarget classes_;
};

constexpr std::string_view a_class = "class A { [key] string Id; }; ";

std::string instances(std::initializer_list<const char*> ids) {
    std::string text;
    for (const char* id : ids) text += fmt::format("instance of A {{ Id = \"{}\"; }};\n", id);
    return text;
}

Report compiled(const std::string& text, Target& target, const CompileOptions& options) {
    return compile(parse(text, "test.mof"), target, options);
}

TEST(Batching, ObjectsAreStoredInGroups) {
    Recorder target;
    const Report report =
        compiled(std::string(a_class) + instances({"1", "2", "3"}), target, {.batch = 2});
    EXPECT_TRUE(report.ok());
    EXPECT_THAT(target.calls,
                ElementsAre("begin", "A", "1", "commit", "begin", "2", "3", "commit"));
}

TEST(Batching, OneObjectABatchIsNone) {
    Recorder target;
    EXPECT_TRUE(compiled(std::string(a_class) + instances({"1"}), target, {.batch = 1}).ok());
    EXPECT_THAT(target.calls, ElementsAre("A", "1"));
}

TEST(Batching, WhatStandsAloneAndDeletionsEndABatch) {
    Recorder target;
    const Report report = compiled(std::string(a_class) +
                                       "class Alone { [key] string Id; };"
                                       "instance of Alone { Id = \"alone\"; };" +
                                       instances({"1"}) + "#pragma deleteclass(\"A\", fail)",
                                   target, {});
    EXPECT_TRUE(report.ok());
    EXPECT_THAT(target.calls, ElementsAre("begin", "A", "Alone", "commit", "alone", "begin", "1",
                                          "commit", "delete A"));
}

TEST(Batching, WhatPrecedesAFailingObjectStays) {
    Recorder target;
    const Report report = compiled(std::string(a_class) + instances({"1", "bad", "2"}), target, {});
    EXPECT_EQ(report.error.status, Status::AccessDenied);
    EXPECT_EQ(report.object_number, 3U);
    EXPECT_EQ(report.instances, 1U);
    EXPECT_THAT(target.calls, ElementsAre("begin", "A", "1", "commit"));
}

TEST(Batching, ALostBatchIsNotCounted) {
    Recorder target;
    target.commits_until_full = 1;
    const Report report =
        compiled(std::string(a_class) + instances({"1", "2", "3"}), target, {.batch = 2});
    EXPECT_EQ(report.error.status, Status::OutOfDiskSpace);
    EXPECT_EQ(report.error.message, "the last 2 objects could not be stored: the disk is full");
    EXPECT_EQ(report.classes, 1U);
    EXPECT_EQ(report.instances, 1U);
    EXPECT_EQ(report.stored.size(), 2U);
}

TEST(Batching, TellsHowFarItHasComeWhileNoBatchIsOpen) {
    Recorder target;
    std::vector<std::string> told;
    const CompileOptions options{
        .batch = 2, .progress = [&](const Progress& progress) {
            told.push_back(fmt::format("{} of {}", progress.done, progress.total));
            EXPECT_EQ(target.calls.back(), "commit");
        }};
    EXPECT_TRUE(
        compiled(std::string(a_class) + instances({"1", "2", "3", "4"}), target, options).ok());
    EXPECT_THAT(told, ElementsAre("2 of 5", "4 of 5", "5 of 5"));
}

}  // namespace
}  // namespace openwmi::mof
