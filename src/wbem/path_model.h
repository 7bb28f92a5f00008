#pragma once

#include <wmiutils.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cim/object_path.h"
#include "cim/type.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// A key as IWbemPathKeyList knows it: with the type that was given, or the one of its literal.
struct PathKey {
    cim::Name name;  // empty: implied
    cim::Value value;
    cim::CimType type = cim::CimType::String;
};

// One object of a path, a scope or the last one. A key list goes on showing it when its path has
// been given another one. Value.
struct PathPart {
    cim::Name class_name;
    std::vector<PathKey> keys;
    bool singleton = false;

    static PathPart of(const cim::PathObject& object);
    cim::PathObject object() const;
    ULONGLONG info() const;  // the bits of tag_WBEM_PATH_STATUS_FLAG that are about keys

    // Gives a key its value, new or not; without a name the only key.
    void set(PathKey key);
    // Fails with NotFound.
    Result<> remove(const cim::Name& name);
};
using PathPartPtr = std::shared_ptr<PathPart>;

// What an IWbemPath holds (COM-169). Confined to whoever has the lock of its PathState.
class PathModel {
  public:
    // Replaces everything; fails with InvalidParameter (a mode that does not exist or refuses this
    // kind of path) or InvalidObjectPath, and then nothing has changed.
    Result<> set_text(ULONG mode, const std::string& text);
    // `flags`: one of tag_WBEM_GET_TEXT_FLAGS or none, and WBEMPATH_COMPRESSED.
    Result<std::string> text(LONG flags) const;
    ULONGLONG info() const;

    // True when the path means something seen from that namespace (or one below it).
    bool is_relative(std::string_view machine, std::string_view name_space, bool or_child) const;
    bool is_local(std::string_view machine) const;

    std::optional<std::string> server;
    std::vector<cim::Name> namespaces;
    std::vector<PathPartPtr> scopes;
    PathPartPtr part;  // null: the path of a namespace

  private:
    bool empty() const;
    bool is_parent() const;  // ".."
    std::string relative_text(bool compressed) const;
    std::string absolute_text(const std::optional<std::string>& shown, bool compressed) const;
    std::string server_and_namespace(const std::optional<std::string>& shown) const;

    std::string original_;
    bool parent_ = false;
};

// A path and its lock, which its key lists share.
struct PathState {
    std::mutex mutex;
    PathModel model;
};
using PathStatePtr = std::shared_ptr<PathState>;

// `mutex` guards the part.
com::Ptr<IWbemPathKeyList> make_key_list(PathStatePtr state, PathPartPtr part);

// One name, as it stands in a path. Fails with InvalidParameter.
Result<cim::Name> path_namespace(std::string_view text);
Result<cim::Name> path_class_name(std::string_view text);
Result<std::string> path_server(std::string_view text);

}  // namespace openwmi::wbem
