#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/service.h"
#include "http/sent_files.h"
#include "mof/compiler.h"

namespace openwmi::http {

// A request to compile MOF: the text and all that it includes, or a binary MOF, so that the service
// opens no files for its clients; how, and where the file lies that a rebuilt repository compiles
// again. Value.
class MofRequest {
  public:
    // Fails with InvalidParameter when the request says something that is not understood.
    static Result<MofRequest> read(const nlohmann::json& request);

    // Whether the client wants to be told how far it has come.
    bool wants_progress() const { return progress_; }

    // Gives the report as JSON, with what became of the file in the list of those that are compiled
    // again. The thread may wait.
    std::string compile(core::Service& service, const std::shared_ptr<core::Session>& session,
                        std::function<void(const mof::Progress&)> progress = {}) const;

  private:
    std::vector<SentFile> files_;
    mof::CompileOptions options_;
    std::string path_;          // of the main file on this computer; empty: it was not said
    bool autorecover_ = false;  // -autorecover, or #pragma autorecover in the file
    bool progress_ = false;
};

}  // namespace openwmi::http
