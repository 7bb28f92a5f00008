#include "core/session_target.h"

namespace openwmi::core {

namespace {

repository::PutMode mode_of(mof::PutFlags flags) {
    switch (flags.mode) {
        case mof::PutMode::CreateOnly: return repository::PutMode::CreateOnly;
        case mof::PutMode::UpdateOnly: return repository::PutMode::UpdateOnly;
        case mof::PutMode::CreateOrUpdate: return repository::PutMode::CreateOrUpdate;
    }
    return repository::PutMode::CreateOrUpdate;
}

repository::UpdateMode update_of(mof::PutFlags flags) {
    switch (flags.update) {
        case mof::UpdateMode::Safe: return repository::UpdateMode::Safe;
        case mof::UpdateMode::Force: return repository::UpdateMode::Force;
        case mof::UpdateMode::Compatible: return repository::UpdateMode::Compatible;
    }
    return repository::UpdateMode::Compatible;
}

}  // namespace

Result<std::shared_ptr<Session>> SessionTarget::in(const cim::NamespacePath& name_space) {
    auto session =
        name_space == session_->name_space() ? session_ : WMI_TRY(session_->open(name_space));
    if (!batch_) return session;
    CallOptions options;
    options.batch = batch_;
    return session->with(std::move(options));
}

Result<> SessionTarget::begin_batch() {
    batch_ = WMI_TRY(session_->begin_batch());
    return {};
}

Result<> SessionTarget::commit_batch() {
    const auto batch = std::exchange(batch_, nullptr);
    return batch ? batch->commit() : Result<>();
}

Result<bool> SessionTarget::namespace_exists(const cim::NamespacePath& name_space) {
    const auto session = in(name_space);
    if (session) return true;
    if (session.error().status == Status::InvalidNamespace) return false;
    return fail(session.error());
}

Result<cim::ClassPtr> SessionTarget::find_class(const cim::NamespacePath& name_space,
                                                const cim::Name& name) {
    const auto session = WMI_TRY(in(name_space));
    const auto schema = session->schema();
    auto cls = schema ? schema->find_class(name) : nullptr;
    if (cls || batch_) return cls;
    // It may be one of a class provider.
    const auto found = wait_for(executor_, [&](SinkPtr sink) {
        session->get_object(cim::ObjectPath::of_class(name), std::move(sink));
    });
    if (found) return cim::ClassPtr(found->objects.front()->as_class());
    if (found.error().status == Status::NotFound) return cim::ClassPtr();
    return fail(found.error());
}

Result<> SessionTarget::put_class(const cim::NamespacePath& name_space,
                                  const cim::ClassDeclaration& declaration, mof::PutFlags flags) {
    const auto session = WMI_TRY(in(name_space));
    const repository::PutClassOptions options{mode_of(flags), update_of(flags)};
    WMI_TRY(wait_for(executor_, [&](SinkPtr sink) {
        session->put_class(declaration, options, std::move(sink));
    }));
    return {};
}

Result<cim::ObjectPath> SessionTarget::put_instance(const cim::NamespacePath& name_space,
                                                    const cim::InstancePtr& instance,
                                                    mof::PutFlags flags) {
    const auto session = WMI_TRY(in(name_space));
    const auto stored = WMI_TRY(wait_for(executor_, [&](SinkPtr sink) {
        session->put_instance(instance, mode_of(flags), std::move(sink));
    }));
    if (stored.path.empty()) return instance->path();  // a provider keeps it
    return cim::ObjectPath::parse(stored.path);
}

Result<> SessionTarget::delete_class(const cim::NamespacePath& name_space, const cim::Name& name) {
    const auto session = WMI_TRY(in(name_space));
    WMI_TRY(
        wait_for(executor_, [&](SinkPtr sink) { session->delete_class(name, std::move(sink)); }));
    return {};
}

Result<> SessionTarget::delete_instance(const cim::NamespacePath& name_space,
                                        const cim::ObjectPath& path) {
    const auto session = WMI_TRY(in(name_space));
    WMI_TRY(wait_for(executor_,
                     [&](SinkPtr sink) { session->delete_instance(path, std::move(sink)); }));
    return {};
}

}  // namespace openwmi::core
