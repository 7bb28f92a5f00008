#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "repository/store.h"

namespace openwmi::repository {

inline cim::Qualifier flag(const char* name,
                           cim::Flavor flavor = {.to_instance = true, .to_subclass = true}) {
    return {name, {cim::CimType::Boolean, false}, true, flavor, false};
}

// A class declaration in one expression: Declare("Sensor").key("Id").property("Temp").done().
class Declare {
  public:
    explicit Declare(const char* name, const char* superclass = "") {
        declaration_.name = name;
        declaration_.superclass = superclass;
    }
    Declare& key(const char* name, cim::CimType type = cim::CimType::String) {
        property(name, type);
        return on_property(flag("key"));
    }
    Declare& property(const char* name, cim::CimType type = cim::CimType::Sint32,
                      cim::Value default_value = {}) {
        cim::Property property;
        property.name = name;
        property.type = {type, false};
        property.default_value = std::move(default_value);
        declaration_.properties.push_back(std::move(property));
        return *this;
    }
    Declare& on_property(cim::Qualifier qualifier) {
        declaration_.properties.back().qualifiers.put(std::move(qualifier));
        return *this;
    }
    Declare& method(const char* name) {
        cim::Method method;
        method.name = name;
        method.return_type = {cim::CimType::Uint32, false};
        declaration_.methods.push_back(std::move(method));
        return *this;
    }
    Declare& qualifier(cim::Qualifier qualifier) {
        declaration_.qualifiers.put(std::move(qualifier));
        return *this;
    }
    Declare& description(const char* text, cim::Flavor flavor = {}) {
        return qualifier({"Description", {cim::CimType::String, false}, text, flavor, false});
    }
    cim::ClassDeclaration done() const { return declaration_; }

  private:
    cim::ClassDeclaration declaration_;
};

template <class T>
Status status_of(const Result<T>& result) {
    return result ? Status::Ok : result.error().status;
}

inline cim::ObjectPath path_of(const std::string& text) {
    auto path = cim::ObjectPath::parse(text);
    EXPECT_TRUE(path) << text;
    return path.value_or(cim::ObjectPath());
}

// A store and the steps that its tests are written in; each step is a transaction of its own.
class StoreSteps {
  public:
    using Values = std::vector<std::pair<const char*, cim::Value>>;

    void open(const Store::Options& options) {
        auto opened = Store::open(options);
        ASSERT_TRUE(opened) << to_text(opened.error());
        store = std::move(*opened);
    }

    template <class Step>
    auto in_transaction(const Step& step) -> decltype(step(std::declval<Transaction&>())) {
        auto transaction = store->begin();
        auto result = step(transaction);
        if (!result) return result;
        const auto committed = transaction.commit(
            [&](std::span<const Change> c) { changes.assign(c.begin(), c.end()); });
        if (!committed) return fail(committed.error());
        return result;
    }
    Result<cim::ClassPtr> put_class(const Declare& declare, PutClassOptions options = {}) {
        return in_transaction(
            [&](Transaction& t) { return t.put_class(ns, declare.done(), options); });
    }
    Result<> delete_class(const char* name) {
        return in_transaction([&](Transaction& t) { return t.delete_class(ns, name); });
    }
    cim::InstancePtr make(const char* class_name, const Values& values) const {
        const auto cls = store->schema(ns)->find_class(class_name);
        EXPECT_TRUE(cls) << class_name;
        cim::InstanceBuilder builder(cls);
        for (const auto& [name, value] : values) EXPECT_TRUE(builder.set(name, value)) << name;
        return builder.build();
    }
    Result<cim::InstancePtr> put(const char* class_name, const Values& values,
                                 PutMode mode = PutMode::CreateOrUpdate) {
        return put(*make(class_name, values), mode);
    }
    Result<cim::InstancePtr> put(const cim::Instance& instance,
                                 PutMode mode = PutMode::CreateOrUpdate) {
        return in_transaction([&](Transaction& t) { return t.put_instance(ns, instance, mode); });
    }
    Result<> remove(const std::string& path) {
        return in_transaction([&](Transaction& t) { return t.delete_instance(ns, path_of(path)); });
    }
    Result<cim::InstancePtr> get(const std::string& path) const {
        return store->get_instance(ns, path_of(path));
    }
    cim::Value value(const std::string& path, const char* property) const {
        const auto instance = get(path);
        if (!instance) return "(" + to_text(instance.error()) + ")";
        return (*instance)->find(property).value_or("(no such property)");
    }
    // The relative paths of all instances, page by page.
    std::vector<std::string> all(const char* class_name, bool deep = true,
                                 std::size_t limit = 256) const {
        std::vector<std::string> result;
        std::string after;
        do {
            const auto page = store->enumerate(ns, class_name, deep, after, limit);
            EXPECT_TRUE(page) << to_text(page.error());
            if (!page) return result;
            EXPECT_LE(page->instances.size(), limit);
            for (const auto& each : page->instances) {
                result.push_back(each->path()->relative_text());
            }
            after = page->next;
        } while (!after.empty());
        return result;
    }

    std::unique_ptr<Store> store;
    cim::NamespacePath ns = cim::NamespacePath::literal("root\\cimv2");
    std::vector<Change> changes;  // of the last step
};

}  // namespace openwmi::repository
