#pragma once

#include "core/completion.h"
#include "core/service_state.h"

namespace openwmi::core {

// A class to be stored, checked as far as that is possible before its superclass is known.
struct ClassPut {
    cim::NamespacePath name_space;
    cim::ClassDeclaration declaration;
    repository::PutClassOptions options;
    cim::CallContextPtr sent;  // along to a class provider
    std::string asker;         // the provider that puts it, which means the repository; or empty
};

// Stores a class in the repository or, when a pull class provider has it or claims it, with that
// provider (SYS-098). What the repository has stays there.
void put_class_where_it_belongs(const std::shared_ptr<ServiceState>& service, const ClassPut& put,
                                Completion completion);

}  // namespace openwmi::core
