#include "cli/program.h"

int main(int count, char** arguments) {
    return openwmi::cli::run({arguments, arguments + count});
}
