#pragma once

#include "com/ptr.h"
#include "scenarios/test_provider.h"

namespace openwmi::scenarios {

// The test provider as a COM object: IWbemProviderInit, IWbemEventProvider and
// IWbemEventConsumerProvider, once for each namespace that it is loaded for.
com::Ptr<IUnknown> make_com_provider(TestProvider& provider);

// What an IWbemClassObject holds. Fails with InvalidObject when it is no instance.
Result<cim::InstancePtr> instance_of(IWbemClassObject* object);
// Hands one event to a sink.
Result<> indicate(IWbemObjectSink& sink, const cim::InstancePtr& event);

}  // namespace openwmi::scenarios
