#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace openwmi::xml {

// Puts XML together, escaped. Text that no XML can hold is remembered as an error, which take()
// gives. Confined to one call.
class Emitter {
  public:
    using Attribute = std::pair<std::string_view, std::string_view>;

    // An attribute with an empty value is left out.
    void open(std::string_view element, std::initializer_list<Attribute> attributes = {});
    void close(std::string_view element);
    void text(std::string_view text);
    void element(std::string_view element, std::string_view text,
                 std::initializer_list<Attribute> attributes = {});
    void empty(std::string_view element, std::initializer_list<Attribute> attributes);

    void fail_with(Error error);
    Result<std::string> take();

  private:
    void start(std::string_view element, std::initializer_list<Attribute> attributes);
    void escape(std::string_view text, bool attribute);

    std::string out_;
    std::optional<Error> error_;
};

}  // namespace openwmi::xml
