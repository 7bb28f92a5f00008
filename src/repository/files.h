#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace openwmi::repository {

// What the last failed call on a file means (errno), with the file's name.
tl::unexpected<Error> fail_errno(const std::filesystem::path& path, std::string_view what);

// An empty file 0600 in place of one that a crash left behind, with what SQLite had beside it.
Result<> make_empty_file(const std::filesystem::path& file);
void remove_database(const std::filesystem::path& file);
// Puts a complete file in another's place, both on disk when it returns.
Result<> put_in_place(const std::filesystem::path& file, const std::filesystem::path& place);

}  // namespace openwmi::repository
