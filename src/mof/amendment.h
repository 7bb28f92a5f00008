#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "mof/ast.h"

namespace openwmi::mof {

// A MOF text parted in two (MOF-044): one that is the same in every language, without the
// qualifiers of flavor Amended, and one for a locale, which declares the classes with nothing but
// these in the child namespace ms_xxx.
struct SplitText {
    std::string neutral;    // the .mof
    std::string localized;  // the .mfl
};

// `locale` as in #pragma amendment or -AMENDMENT: "MS_409". Comments between items are not kept.
// Needs a document without errors; fails with MofInvalidAmendmentSyntax when the locale is none.
Result<SplitText> split(const Document& document, const std::string& locale);

// Writes both files, each through a temporary one beside it, so that no half file is left behind.
// Fails with MofErrorCreatingTempFile, or with Failed when a file cannot be put in place.
Result<> write_split(const SplitText& text, const std::filesystem::path& neutral,
                     const std::filesystem::path& localized);

}  // namespace openwmi::mof
