#pragma once

#include <wbemprov.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/executor.h"
#include "cim/instance.h"
#include "com/ptr.h"
#include "plugin/load_request.h"

namespace openwmi::plugin {

// One provider on its way up: created and initialised on the executor, because a stranger may take
// as long as he likes, while the caller waits no longer than the request says (OD-038). Whatever
// comes later is ignored. Thread-safe.
class Initialization : public std::enable_shared_from_this<Initialization> {
  public:
    Initialization(LoadRequest request, base::Executor& executor);

    // Blocks. Fails with InvalidProviderRegistration (nothing is registered under the CLSID),
    // ProviderLoadFailure (library, class or IWbemProviderInit missing), InitializationFailure,
    // ProviderTimedOut, ShuttingDown (the executor is stopped).
    Result<com::Ptr<IWbemProviderInit>> run();

    // What the provider said through its sink (COM-127, 130); only the first one counts.
    void report(HRESULT status);
    // The provider let go of its sink.
    void sink_gone();

  private:
    void bring_up();
    Result<com::Ptr<IWbemProviderInit>> create() const;
    Result<> identify(const com::Ptr<IWbemProviderInit>& object) const;
    Result<> initialize(const com::Ptr<IWbemProviderInit>& object);
    void settle();  // needs the lock
    void end(Error why);

    const LoadRequest request_;
    base::Executor& executor_;
    const std::shared_ptr<base::Gate> done_;
    std::mutex mutex_;
    com::Ptr<IWbemProviderInit> object_;
    bool returned_ = false;  // Initialize came back, with success
    bool gone_ = false;      // nobody can report any more
    std::optional<HRESULT> reported_;
    std::optional<Result<>> outcome_;
};

}  // namespace openwmi::plugin
