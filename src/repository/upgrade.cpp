#include "repository/upgrade.h"

#include "repository/files.h"
#include "repository/format.h"
#include "repository/index.h"

namespace openwmi::repository {
namespace {

Result<> keep_old_format(Shared& shared, std::uint32_t format) {
    const auto place = shared.folder.path() / fmt::format("repository.format{}.db", format);
    const std::filesystem::path made = place.string() + ".new";
    WMI_TRY(make_empty_file(made));
    WMI_TRY(shared.writer->copy_to(made));
    return put_in_place(made, place);
}

Result<bool> index_is_current(Database& database) {
    auto row = database.query("SELECT value FROM store WHERE key = 'index'");
    return WMI_TRY(row.step()) && row.text(0) == index_version();
}

Result<> upgrade(Shared& shared, std::uint32_t format) {
    auto& database = *shared.writer;
    WMI_TRY(upgrade_tables(database, format));
    if (!WMI_TRY(index_is_current(database))) {
        WMI_TRY(rebuild_index(database, *shared.catalog(), shared.layouts));
        WMI_TRY(database.execute("UPDATE store SET value = ? WHERE key = 'index'",
                                 std::string_view(index_version())));
    }
    return database.commit();
}

}  // namespace

Result<> bring_up_to_date(Shared& shared) {
    auto& database = *shared.writer;
    const auto format = WMI_TRY(format_of(database));
    if (format == format_version && WMI_TRY(index_is_current(database))) return {};
    if (format < format_version) WMI_TRY(keep_old_format(shared, format));
    WMI_TRY(database.begin());
    auto done = upgrade(shared, format);
    database.rollback();
    return done;
}

}  // namespace openwmi::repository
