#pragma once

#include <span>
#include <string>

#include "mof/ast.h"

namespace openwmi::mof {

// The words of mofcomp's switches -class and -instance: createonly, updateonly, and for classes
// safeupdate and forceupdate, in any case. Fails with InvalidParameter for others and for those
// that contradict each other (MOF-038, MOF-081).
Result<PutFlags> class_flags_of_words(std::span<const std::string> words);
Result<PutFlags> instance_flags_of_words(std::span<const std::string> words);

// The numbers of WBEM_CHANGE_FLAG_TYPE for instances: create only, update only, or neither.
Result<PutFlags> instance_flags_of_bits(std::uint32_t bits);

}  // namespace openwmi::mof
