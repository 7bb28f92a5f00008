#pragma once

#include <string>
#include <string_view>
#include <vector>

struct IWbemClassObject;

namespace openwmi::consumers {

// A standard string template: text in which %Property%, %Embedded.Property% (to any depth) and
// %__TEXT% (the object as MOF) stand for values of the event, and %% for one percent sign.
// Backslash means nothing. Immutable.
//
// A % that does not begin such a reference is ordinary text. A property that the event does not
// have gives no text and is told as missing, for a trace (OD-074); a NULL gives no text (OD-108).
class StringTemplate {
  public:
    // What stands between a pair of double quotes is text as it is, quotes included; a quote
    // without a partner is ordinary text (CON-012, OD-107).
    explicit StringTemplate(std::string_view text);

    struct Expansion {
        std::string text;                  // UTF-8
        std::vector<std::string> missing;  // names that the event does not have
    };
    Expansion expand(IWbemClassObject* event) const;

  private:
    struct Piece {
        std::string text;                // as it is, when path is empty; else the reference's name
        std::vector<std::wstring> path;  // of a property
    };
    StringTemplate() = default;
    void add_text(std::string_view text);
    void add_plain(std::string_view text);  // text with references, without quotes that pair
    static std::vector<std::wstring> parse_reference(std::string_view name);
    friend std::vector<StringTemplate> split_command_line(std::string_view text);

    std::vector<Piece> pieces_;
};

// The words of a command line, each a template of its own: whatever a value contains, it neither
// adds a word nor removes one (OD-094). Blanks separate words; a pair of double quotes holds
// blanks together and is itself removed; what it encloses is not substituted.
std::vector<StringTemplate> split_command_line(std::string_view text);

}  // namespace openwmi::consumers
