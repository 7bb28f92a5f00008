#pragma once

#include <memory>
#include <string>

namespace openwmi::repository {

// An SQLite file layer over the machine's own whose disk can fill up and whose syncs can fail: for
// tests, named in Store::Options::vfs. Confined to one thread.
class FaultyFiles {
  public:
    FaultyFiles();
    ~FaultyFiles();
    FaultyFiles(const FaultyFiles&) = delete;
    FaultyFiles& operator=(const FaultyFiles&) = delete;

    std::string name() const;
    void fill_after(int writes);  // the following ones find the disk full
    void fail_syncs();
    void recover();

    struct State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::repository
