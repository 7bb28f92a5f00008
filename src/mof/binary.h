#pragma once

#include <string>
#include <string_view>

#include "mof/ast.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::mof {

// Binary MOF: what a parsed document says, as bytes (docs/formats/binary-mof.md). Every pragma,
// flag and flavor is kept (OD-062), and of each place its line, so that compiling the binary stores
// and reports what compiling the text does; the texts themselves and comments are not.

// Needs a document without errors.
std::string write_binary(const Document& document);

// The document with the namespace and flags of these options put before its first item, where they
// hold until its own pragmas say otherwise: what -N, -class and -instance mean with -B.
Document with_defaults(Document document, const CompileOptions& options);

// Begins as a binary MOF does: ours, or Microsoft's, which is then refused by name.
bool is_binary(std::string_view bytes);

// Reads what write_binary wrote, or whatever a stranger made of it: total, as `parse` is, and
// judged by the same rules. What is damaged is a diagnostic with MofInvalidFile.
Document read_binary(std::string_view bytes, std::string name, const ParseOptions& options = {});

// A MOF file of either kind.
Document read_document(std::string_view bytes, std::string name, const ParseOptions& options = {});

}  // namespace openwmi::mof
