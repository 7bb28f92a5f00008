#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mof/compiler.h"

namespace openwmi::bridge {

// WBEM_COMPILER_OPTIONS, as said (COM-163).
struct CompilerOptions {
    bool check_only = false;
    bool autorecover = false;
    bool wdm_check = false;
    bool console_print = false;
    bool dont_add_to_list = false;
    bool split_files = false;
};

// What a method of IMofCompiler is asked, in our terms. Value.
struct MofArguments {
    CompilerOptions options;
    mof::CompileOptions compile;
    bool has_namespace = false;  // not NULL
    bool has_flags = false;      // class or instance flags that are not 0
};

// As they come through the ABI; texts are UTF-8, empty for NULL.
struct RawMofArguments {
    std::string name_space;
    std::string user;
    std::string authority;
    std::int32_t options = 0;
    std::int32_t class_flags = 0;
    std::int32_t instance_flags = 0;
};

// Fails: InvalidParameter (unknown or contradictory flags, a domain given twice, a namespace that
// is none), NotSupported (another computer, WBEM_FLAG_STORE_FILE). User, authority and password
// are not looked at any further: there is no other computer (MOF-080).
Result<MofArguments> read_mof_arguments(const RawMofArguments& raw);

// COM-164, MOF-067.
Result<> check_file_options(const MofArguments& arguments);

// name,aMS_409,nfile.mof,lfile.mfl: a file's name with what it is to be split into (COM-166).
struct SplitName {
    std::string name;
    std::string locale;
    std::filesystem::path neutral;
    std::filesystem::path localized;
};
// Empty: it is a name like any other.
std::optional<SplitName> read_split_name(std::string_view text);

}  // namespace openwmi::bridge
