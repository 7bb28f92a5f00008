#include "mof/flag_words.h"

#include "mof/compiler.h"
#include "mof/token.h"

namespace openwmi::mof {
namespace {

constexpr std::uint32_t update_only = 1;
constexpr std::uint32_t create_only = 2;

struct FlagWord {
    std::string_view word;
    std::uint32_t bit;
    bool of_classes_alone;
};
constexpr FlagWord flag_words[] = {{"updateonly", update_only, false},
                                   {"createonly", create_only, false},
                                   {"safeupdate", 0x20, true},
                                   {"forceupdate", 0x40, true}};

Result<PutFlags> flags_of(std::span<const std::string> words, bool of_classes) {
    std::uint32_t bits = 0;
    for (const std::string& word : words) {
        const FlagWord* known = nullptr;
        for (const FlagWord& each : flag_words) {
            if (equals_ignoring_ascii_case(each.word, word)) known = &each;
        }
        if (!known || (known->of_classes_alone && !of_classes)) {
            return fail(Status::InvalidParameter, "'{}' is none of {}", word,
                        of_classes ? "createonly, updateonly, safeupdate and forceupdate"
                                   : "createonly and updateonly");
        }
        bits |= known->bit;
    }
    return put_flags_of_bits(bits);
}

}  // namespace

Result<PutFlags> class_flags_of_words(std::span<const std::string> words) {
    return flags_of(words, true);
}

Result<PutFlags> instance_flags_of_words(std::span<const std::string> words) {
    return flags_of(words, false);
}

Result<PutFlags> instance_flags_of_bits(std::uint32_t bits) {
    if ((bits & ~(update_only | create_only)) != 0) {
        return fail(Status::InvalidParameter, "instances can be created only or updated only");
    }
    return put_flags_of_bits(bits);
}

}  // namespace openwmi::mof
