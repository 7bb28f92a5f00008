#pragma once

#include <string_view>

#include "cim/class.h"
#include "cim/instance.h"
#include "json/document.h"
#include "json/json.h"

// Walking a parsed document along the classes of a schema; for the .cpp files of this room only.
namespace openwmi::json {

// "at /Temp: …"
template <class... Args>
[[nodiscard]] tl::unexpected<Error> wrong(Status status, const Place& place,
                                          fmt::format_string<Args...> format, Args&&... args) {
    return fail(status, "at {}: {}", place.text(),
                fmt::format(format, std::forward<Args>(args)...));
}
[[nodiscard]] inline tl::unexpected<Error> mismatch(const Place& place, std::string_view expected,
                                                    const nlohmann::json& found) {
    return wrong(Status::TypeMismatch, place, "expected {}, found {}", expected, describe(found));
}

// What a value must be: a type, and for objects the class to take when they do not name their own.
struct Expected {
    cim::Type type;
    cim::Name class_name;
};

// Confined to one call.
class Reader {
  public:
    Reader(const cim::Schema& schema, const ReadOptions& options)
        : schema_(schema), options_(options) {}

    Result<cim::InstancePtr> instance(const nlohmann::json& json, const cim::Name& declared,
                                      const Place& place) const;
    Result<cim::ClassPtr> class_definition(const nlohmann::json& json, const Place& place) const;
    Result<cim::Value> value(const nlohmann::json& json, const Expected& expected,
                             const Place& place) const;

  private:
    Result<cim::ClassPtr> class_of(const nlohmann::json& json, const cim::Name& declared,
                                   const Place& place) const;
    Result<> set_property(cim::InstanceBuilder& builder, std::size_t index,
                          const nlohmann::json& content, const Place& place) const;
    Result<> take_system_property(cim::InstanceBuilder& builder, const std::string& member,
                                  const nlohmann::json& content, const Place& place) const;
    Result<cim::Value> scalar(const nlohmann::json& json, const Expected& expected,
                              const Place& place) const;
    Result<cim::Value> object(const nlohmann::json& json, const cim::Name& declared,
                              const Place& place) const;

    const cim::Schema& schema_;
    const ReadOptions& options_;
};

}  // namespace openwmi::json
