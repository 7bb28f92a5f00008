#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/script.h"

namespace openwmi::scenarios {

// A scenario file. Indented lines (BLOCK) belong to the line above them; '#' begins a comment, and
// at the end of a check it names the rows of the specification that the check proves.
//
//   file   = [ "restart: no, because" text ] { step } ;
//   step   = "namespace" path
//          | "mof" BLOCK
//          | "compile" text { text }              (* MOF files, from the scenario's folder on *)
//          | "subscribe" name { "sync" | "express" | "guaranteed" | "to" name } BLOCK   (* the
//          query *) | "watch" name BLOCK                                             (* the query
//          *) | "put" path "{" fields "}" | "delete" path | "provide" path "{" fields "}"        (*
//          an instance of the test provider *) | "withdraw" path | "provider" ( "answers" | "fails"
//          | "hangs" )   (* asked for its instances *) | "raise" [ "by" "client" ] object |
//          "consumer" name ( "takes" | "fails" | "slow" | "does" BLOCK )  (* steps, no checks *) |
//          ( "disable" | "enable" ) name | "observe" name [ "off" ]             (* the bindings of
//          a filter *) | "dead-letters" ( "retry" | "purge" )                           (* all of
//          them *) | "advance" duration                   (* as 5s: an integer and ms, s, min or h
//          *) | "clock" text                        (* a CIM datetime: the calendar jumps *) |
//          "zone" text                          (* local time, as the TZ variable has it *) |
//          "restart" [ "after" duration ] | "together" BLOCK (* steps, no checks *) | check ;
//   check  = "expect" name ( "nothing" | [ "unordered" ] BLOCK )            (* an event a line *)
//          | "expect" name integer "events"
//          | "calls" name integer { integer }
//          | "rising" name property
//          | "query" BLOCK                        (* the query, then an object a line, or none *)
//          | "state" name ( "active" | "degraded" | "broken" | "unbound" | "disabled" )
//          | "counters" name { counter "=" integer }      (* matched, delivered, observed,
//                   retried, dead_lettered, refused, lost_at_crash; waiting: in the log now *)
//          | "dead-letters" integer
//          | "history" name { outcome }           (* of a filter, since the service started *)
//          | "loaded" ( "nothing" | { "events" | "consumers" } )            (* the provider *)
//          | "readings" class integer             (* of its instances, since the last check *)
//          | "renders" name ( "nothing" | BLOCK ) (* the consumer with its templates filled in *)
//          | "verdict" name ( "TRUE" | "FALSE" | "NULL" ) BLOCK   (* the filter's, of an event *)
//          | "expect-error" symbol BLOCK ;        (* one step that must fail with that status *)
//
// name is a word or, where a check looks at what others named, a text in double quotes.
// path is an object path (COM-176) or, after "namespace", one of a namespace; object and fields
// stand in pattern.h.
struct Mistake {
    std::size_t line = 0;
    std::string text;
};
struct Parsed {
    Scenario scenario;
    std::vector<Mistake> mistakes;
};
Parsed parse(std::string_view text, std::string file);

}  // namespace openwmi::scenarios
