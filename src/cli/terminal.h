#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace openwmi::cli {

enum class Color { Auto, Always, Never };
enum class Style { Plain, Bold, Dim, Good, Bad, Warn, Accent };

// Where a verb writes: who looks at it, how wide it is, whether in colour. Confined to one thread.
class Terminal {
  public:
    using Sink = std::function<void(std::string_view)>;
    struct Shape {
        bool interactive = false;  // somebody looks at it as it comes
        bool color = false;
        std::size_t width = 0;  // 0: no end
    };
    Terminal(Sink out, Sink error, Shape shape)
        : out_(std::move(out)), error_(std::move(error)), shape_(shape) {}
    // Standard output and error. NO_COLOR and TERM=dumb are respected unless `color` says
    // otherwise.
    static Terminal of_process(Color color);

    void out(std::string_view text) const { out_(text); }
    void line(std::string_view text) const { out_(std::string(text) + "\n"); }
    // What is not a result: mistakes, hints.
    void note(std::string_view text) const { error_(std::string(text) + "\n"); }
    // "openwmi: WBEM_E_NOT_FOUND: …" and the exit code that goes with it.
    int complain(const Error& error) const;

    std::string paint(Style style, std::string_view text) const;
    bool interactive() const { return shape_.interactive; }
    std::size_t width() const { return shape_.width; }

  private:
    Sink out_;
    Sink error_;
    Shape shape_;
};

}  // namespace openwmi::cli
