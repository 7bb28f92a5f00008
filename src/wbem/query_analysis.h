#pragma once

#include <wmiutils.h>

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string_view>

#include "base/result.h"
#include "com/ptr.h"
#include "wql/ast.h"

namespace openwmi::wbem {

// The structures of wmiutils.h that say what a query is (COM-170), with all that they point to:
// freed together. Owned by the IWbemQuery that gave it; immutable once made.
class QueryAnalysis {
  public:
    // WMIQ_ANALYSIS_RPN_SEQUENCE: the condition in reverse Polish notation, constants on the right.
    static std::unique_ptr<QueryAnalysis> rpn(const wql::Select& query);
    // WMIQ_ANALYSIS_ASSOC_QUERY. Fails when the path of the source cannot be read.
    static Result<std::unique_ptr<QueryAnalysis>> association(const wql::AssociationQuery& query,
                                                              std::string_view text);
    // WMIQ_ANALYSIS_QUERY_TEXT
    static std::unique_ptr<QueryAnalysis> query_text(std::string_view text);

    QueryAnalysis() = default;
    QueryAnalysis(const QueryAnalysis&) = delete;
    QueryAnalysis& operator=(const QueryAnalysis&) = delete;

    void* root() const { return root_; }  // what GetAnalysis gives

  private:
    friend class RpnWriter;
    template <class T>
    T* array(std::size_t size);
    template <class T>
    T* one() {
        return array<T>(1);
    }
    LPWSTR text(std::string_view utf8);
    LPWSTR name(const cim::Name& name);  // null for none

    std::pmr::monotonic_buffer_resource memory_;
    com::Ptr<IWbemPath> path_;
    void* root_ = nullptr;
};

}  // namespace openwmi::wbem
