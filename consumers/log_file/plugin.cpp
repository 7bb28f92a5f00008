#include <openwmi.hpp>

#include "common/consumer_provider.h"
#include "common/creator.h"
#include "log_file/log_file.h"
#include "template/string_template.h"

// {E0158F6A-5A98-4AC7-89A6-4E8BF105EB7D}
DEFINE_GUID(CLSID_LogFileConsumer, 0xE0158F6A, 0x5A98, 0x4AC7, 0x89, 0xA6, 0x4E, 0x8B, 0xF1, 0x05,
            0xEB, 0x7D);

namespace {

using namespace openwmi;

// Appends a line to a text file for each event. Thread-safe.
class LogFileConsumer final : public consumers::ConsumerProvider {
  public:
    LogFileConsumer() : ConsumerProvider(L"LogFileEventConsumer", "log_file") {}

  private:
    void consume(IWbemClassObject* consumer, IWbemClassObject* const* events,
                 std::size_t count) override {
        const auto text = template_of(consumer);
        const consumers::ActingAs creator(consumers::Creator::of(consumer));
        consumers::LogFile file(settings_of(consumer));
        for (std::size_t i = 0; i < count; ++i) {
            file.append_line(expand(text, consumer, events[i]));
        }
    }

    std::string preview(IWbemClassObject* consumer, IWbemClassObject* event) override {
        const auto settings = settings_of(consumer);
        const consumers::ActingAs creator(consumers::Creator::of(consumer));
        consumers::LogFile::check(settings);
        return "append to " + settings.path + ": " + expand(template_of(consumer), consumer, event);
    }

    static consumers::LogFile::Settings settings_of(IWbemClassObject* consumer) {
        consumers::LogFile::Settings settings;
        settings.path = get_property<std::string>(consumer, L"Filename").value_or("");
        settings.is_unicode = get_property<bool>(consumer, L"IsUnicode").value_or(false);
        settings.maximum_bytes =
            get_property<std::uint64_t>(consumer, L"MaximumFileSize").value_or(0);
        return settings;
    }

    static consumers::StringTemplate template_of(IWbemClassObject* consumer) {
        return consumers::StringTemplate(get_property<std::string>(consumer, L"Text").value_or(""));
    }

    std::string expand(const consumers::StringTemplate& text, IWbemClassObject* consumer,
                       IWbemClassObject* event) {
        auto line = text.expand(event);
        for (const std::string& name : line.missing) {
            trace().write_once("Text of " + name_of(consumer) + " uses %" + name +
                               "%, which the event does not have");
        }
        return std::move(line.text);
    }
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<LogFileConsumer>(CLSID_LogFileConsumer))
