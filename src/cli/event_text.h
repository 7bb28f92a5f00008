#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace openwmi::cli {

// The names of users by their SIDs, looked up once. Confined to one thread.
class UserNames {
  public:
    // "root" for S-1-22-1-0; the SID itself where it stands for no user of this machine.
    std::string of_sid(const std::string& sid);

  private:
    std::map<std::string, std::string> known_;
};

// An event in the words of people. Value.
struct EventText {
    std::string verb;     // started, stopped, created, modified, deleted; else the class
    std::string subject;  // the process, or what the object is called
    std::string who;      // of a process: pid and user; of an object: its class
    std::string rest;     // a command line, or the other properties
};
// `properties` is what the stream tells of an event.
EventText describe(const std::string& event_class, const nlohmann::ordered_json& properties,
                   UserNames& users);

// "log file", "command" for the standard consumers, else LogFile:audit.
std::string consumer_label(const std::string& path);

}  // namespace openwmi::cli
