#include "wbem/query_analysis.h"

#include <algorithm>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

#include "com/boundary.h"
#include "com/bstr.h"
#include "wbem/path.h"
#include "wbem/query_features.h"

namespace openwmi::wbem {
namespace {

constexpr ULONG version = 1;

ULONG operator_number(wql::Operator op) {
    switch (op) {
        case wql::Operator::Equal: return WMIQ_RPN_OP_EQ;
        case wql::Operator::NotEqual: return WMIQ_RPN_OP_NE;
        case wql::Operator::Less: return WMIQ_RPN_OP_LT;
        case wql::Operator::LessOrEqual: return WMIQ_RPN_OP_LE;
        case wql::Operator::Greater: return WMIQ_RPN_OP_GT;
        case wql::Operator::GreaterOrEqual: return WMIQ_RPN_OP_GE;
    }
    return WMIQ_RPN_OP_UNDEFINED;
}

// The same test with its sides exchanged.
wql::Operator mirrored(wql::Operator op) {
    switch (op) {
        case wql::Operator::Less: return wql::Operator::Greater;
        case wql::Operator::LessOrEqual: return wql::Operator::GreaterOrEqual;
        case wql::Operator::Greater: return wql::Operator::Less;
        case wql::Operator::GreaterOrEqual: return wql::Operator::LessOrEqual;
        default: return op;
    }
}

}  // namespace

template <class T>
T* QueryAnalysis::array(std::size_t size) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (size == 0) return nullptr;
    // Of pointers too. NOLINTNEXTLINE(bugprone-sizeof-expression)
    T* items = static_cast<T*>(memory_.allocate(size * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(items, size);
    return items;
}

LPWSTR QueryAnalysis::text(std::string_view utf8) {
    const std::wstring wide = to_wide(utf8);
    auto* copy = array<wchar_t>(wide.size() + 1);
    std::ranges::copy(wide, copy);
    return copy;
}

LPWSTR QueryAnalysis::name(const cim::Name& name) {
    return name.empty() ? nullptr : text(name.text());
}

// Writes a SELECT into the memory of its analysis. Confined to one call.
class RpnWriter {
  public:
    explicit RpnWriter(QueryAnalysis& into) : into_(into) {}

    void write(const wql::Select& query) {
        auto* result = into_.one<SWbemRpnEncodedQuery>();
        into_.root_ = result;
        result->m_uVersion = version;
        result->m_uTokenType = WMIQ_ANALYSIS_RPN_SEQUENCE;
        result->m_uParsedFeatureMask = rpn_features(query);
        write_features(query, *result);
        result->m_uSelectListSize = static_cast<ULONG>(query.properties.size());
        result->m_ppSelectList = into_.array<SWbemQueryQualifiedName*>(query.properties.size());
        for (std::size_t i = 0; i < query.properties.size(); ++i) {
            result->m_ppSelectList[i] = qualified(query.properties[i]);
        }
        result->m_uFromTargetType = WMIQ_RPN_FROM_UNARY;
        result->m_uFromListSize = 1;
        result->m_ppszFromList = into_.one<LPCWSTR>();
        result->m_ppszFromList[0] = into_.text(query.from.text());
        if (query.where) write_where(*query.where, *result);
        if (query.within) result->m_dblWithinPolling = query.within->seconds;
        if (query.group && query.group->within_seconds) {
            result->m_dblWithinWindow = *query.group->within_seconds;
        }
    }

  private:
    void write_features(const wql::Select& query, SWbemRpnEncodedQuery& result) {
        const auto features = language_features(wql::Query{query});
        result.m_uDetectedArraySize = static_cast<ULONG>(features.size());
        result.m_puDetectedFeatures = into_.array<ULONG>(features.size());
        std::ranges::copy(features, result.m_puDetectedFeatures);
    }

    void write_where(const wql::Expression& where, SWbemRpnEncodedQuery& result) {
        visit(where);
        result.m_uWhereClauseSize = static_cast<ULONG>(tokens_.size());
        result.m_ppRpnWhereClause = into_.array<SWbemRpnQueryToken*>(tokens_.size());
        std::ranges::copy(tokens_, result.m_ppRpnWhereClause);
    }

    SWbemQueryQualifiedName* qualified(const wql::PropertyPath& path) {
        auto* result = into_.one<SWbemQueryQualifiedName>();
        const std::size_t size = path.parts.size();
        result->m_uVersion = version;
        result->m_uTokenType = WMIQ_RPN_LEFT_PROPERTY_NAME;
        result->m_uNameListSize = static_cast<ULONG>(size);
        result->m_ppszNameList = into_.array<LPCWSTR>(size);
        for (std::size_t i = 0; i < size; ++i) {
            result->m_ppszNameList[i] = into_.text(path.parts[i].text());
        }
        result->m_pbArrayElUsed = into_.array<BOOL>(size);
        result->m_puArrayIndex = into_.array<ULONG>(size);
        return result;
    }

    SWbemRpnQueryToken& token(ULONG type) {
        auto* result = into_.one<SWbemRpnQueryToken>();
        result->m_uVersion = version;
        result->m_uTokenType = type;
        tokens_.push_back(result);
        return *result;
    }
    SWbemRpnQueryToken& test(const wql::PropertyPath& left, ULONG op) {
        auto& result = token(WMIQ_RPN_TOKEN_EXPRESSION);
        result.m_uSubexpressionShape = WMIQ_RPN_LEFT_PROPERTY_NAME | WMIQ_RPN_RELOP;
        result.m_uOperator = op;
        result.m_pLeftIdent = qualified(left);
        result.m_uConstApparentType = VT_NULL;
        result.m_uConst2ApparentType = VT_NULL;
        return result;
    }
    void set_text(SWbemRpnQueryToken& token, std::string_view text) {
        token.m_uSubexpressionShape |= WMIQ_RPN_CONST;
        token.m_uConstApparentType = VT_LPWSTR;
        token.m_Const.m_pszStrVal = into_.text(text);
    }
    void set_constant(SWbemRpnQueryToken& token, const cim::Value& value) {
        if (const auto* text = value.get_if<std::string>()) return set_text(token, *text);
        token.m_uSubexpressionShape |= WMIQ_RPN_CONST;
        if (const auto* flag = value.get_if<bool>()) {
            token.m_uConstApparentType = VT_BOOL;
            token.m_Const.m_bBoolVal = *flag ? TRUE : FALSE;
        } else if (const auto* real = value.get_if<double>()) {
            token.m_uConstApparentType = VT_R8;
            token.m_Const.m_dblVal = *real;
        } else if (const auto* number = value.get_if<std::int64_t>()) {
            set_integer(token, *number);
        } else {
            token.m_uConstApparentType = VT_UI8;
            token.m_Const.m_uVal64 = static_cast<LONGLONG>(value.get<std::uint64_t>());
        }
    }
    static void set_integer(SWbemRpnQueryToken& token, std::int64_t number) {
        using Limits = std::numeric_limits<LONG>;
        const bool small = number >= Limits::min() && number <= Limits::max();
        token.m_uConstApparentType = small ? VT_I4 : VT_I8;
        if (small) {
            token.m_Const.m_lLongVal = static_cast<LONG>(number);
        } else {
            token.m_Const.m_lVal64 = number;
        }
    }

    void visit(const wql::Expression& expression) {
        std::visit([&](const auto& node) { write_node(node); }, expression.node);
    }
    void write_node(const wql::Comparison& node) {
        const auto* left = std::get_if<wql::PropertyPath>(&node.left);
        const auto* right = std::get_if<wql::PropertyPath>(&node.right);
        if (!left) {
            auto& turned = test(*right, operator_number(mirrored(node.op)));
            return set_constant(turned, std::get<wql::Literal>(node.left).value);
        }
        auto& result = test(*left, operator_number(node.op));
        if (!right) return set_constant(result, std::get<wql::Literal>(node.right).value);
        result.m_uSubexpressionShape |= WMIQ_RPN_RIGHT_PROPERTY_NAME;
        result.m_pRightIdent = qualified(*right);
        result.m_pRightIdent->m_uTokenType = WMIQ_RPN_RIGHT_PROPERTY_NAME;
    }
    void write_node(const wql::IsNull& node) {
        test(node.path,
             node.negated == wql::Negated::Yes ? WMIQ_RPN_OP_ISNOTNULL : WMIQ_RPN_OP_ISNULL);
    }
    void write_node(const wql::IsA& node) {
        set_text(test(node.path, WMIQ_RPN_OP_ISA), node.class_name.text());
    }
    void write_node(const wql::Like& node) {
        set_text(test(node.path, WMIQ_RPN_OP_LIKE), node.pattern);
    }
    void write_node(const wql::Logical& node) {
        for (std::size_t i = 0; i < node.terms.size(); ++i) {
            visit(node.terms[i]);
            if (node.kind == wql::Logical::Kind::Not) {
                token(WMIQ_RPN_TOKEN_NOT);
            } else if (i > 0) {
                token(node.kind == wql::Logical::Kind::And ? WMIQ_RPN_TOKEN_AND
                                                           : WMIQ_RPN_TOKEN_OR);
            }
        }
    }

    QueryAnalysis& into_;
    std::vector<SWbemRpnQueryToken*> tokens_;
};

std::unique_ptr<QueryAnalysis> QueryAnalysis::rpn(const wql::Select& query) {
    auto analysis = std::make_unique<QueryAnalysis>();
    RpnWriter(*analysis).write(query);
    return analysis;
}

namespace {

ULONG feature_mask(const wql::AssociationQuery& query) {
    ULONG bits = query.kind == wql::AssociationQuery::Kind::Associators ? WMIQ_ASSOCQ_ASSOCIATORS
                                                                        : WMIQ_ASSOCQ_REFERENCES;
    const auto add = [&](bool present, ULONG bit) { bits |= present ? bit : 0; };
    add(!query.result_class.empty(), WMIQ_ASSOCQ_RESULTCLASS);
    add(!query.assoc_class.empty(), WMIQ_ASSOCQ_ASSOCCLASS);
    add(!query.role.empty(), WMIQ_ASSOCQ_ROLE);
    add(!query.result_role.empty(), WMIQ_ASSOCQ_RESULTROLE);
    add(!query.required_qualifier.empty(), WMIQ_ASSOCQ_REQUIREDQUALIFIER);
    add(!query.required_assoc_qualifier.empty(), WMIQ_ASSOCQ_REQUIREDASSOCQUALIFIER);
    add(query.class_defs_only, WMIQ_ASSOCQ_CLASSDEFSONLY);
    add(query.keys_only, WMIQ_ASSOCQ_KEYSONLY);
    add(query.schema_only, WMIQ_ASSOCQ_SCHEMAONLY);
    return bits;
}

}  // namespace

Result<std::unique_ptr<QueryAnalysis>> QueryAnalysis::association(
    const wql::AssociationQuery& query, std::string_view text) {
    auto analysis = std::make_unique<QueryAnalysis>();
    auto* result = analysis->one<SWbemAssocQueryInf>();
    analysis->root_ = result;
    result->m_uVersion = version;
    result->m_uAnalysisType = WMIQ_ANALYSIS_ASSOC_QUERY;
    result->m_uFeatureMask = feature_mask(query);
    result->m_pszPath = analysis->text(query.source_text);
    result->m_pszQueryText = analysis->text(text);
    result->m_pszResultClass = analysis->name(query.result_class);
    result->m_pszAssocClass = analysis->name(query.assoc_class);
    result->m_pszRole = analysis->name(query.role);
    result->m_pszResultRole = analysis->name(query.result_role);
    result->m_pszRequiredQualifier = analysis->name(query.required_qualifier);
    result->m_pszRequiredAssocQualifier = analysis->name(query.required_assoc_qualifier);
    analysis->path_ = make_path();
    WMI_TRY(com::to_result(analysis->path_->SetText(WBEMPATH_CREATE_ACCEPT_ALL, result->m_pszPath),
                           "the path of the query"));
    result->m_pPath = analysis->path_.get();
    return analysis;
}

std::unique_ptr<QueryAnalysis> QueryAnalysis::query_text(std::string_view text) {
    auto analysis = std::make_unique<QueryAnalysis>();
    analysis->root_ = analysis->text(text);
    return analysis;
}

}  // namespace openwmi::wbem
