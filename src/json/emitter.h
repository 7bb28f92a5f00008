#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "json/json.h"

namespace openwmi::json {

// Puts JSON text together: commas, indentation, escapes. What is called when, its caller owes to
// the grammar. Confined to one thread.
class Emitter {
  public:
    explicit Emitter(Layout layout) : layout_(layout) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void member(std::string_view name);  // before each value in an object
    void element() { next(); }           // before each value in an array

    void text(std::string_view text);
    void raw(std::string_view token) { text_ += token; }

    std::string take() { return std::move(text_); }

  private:
    void begin(char bracket);
    void end(char bracket);
    void next();
    void new_line();

    Layout layout_;
    std::string text_;
    std::size_t depth_ = 0;
    bool first_ = true;  // in the innermost object or array
};

}  // namespace openwmi::json
