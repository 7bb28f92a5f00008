# The steps of ./test. Each adds to the counts that closing_line prints; none ends the script, so that one run shows all
# there is to see.

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}

full=no long=no
passed=0 failed=0 skipped=0

headline() { printf '\n== %s\n' "$*"; }

# check NAME COMMAND...: one more check, which passes when the command succeeds.
check() {
    local name=$1
    shift
    headline "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "$name: failed"
        failed=$((failed + 1))
    fi
}

configure() {
    [[ -e build/$1/build.ninja && ! CMakePresets.json -nt build/$1/build.ninja ]] || cmake --preset "$1"
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    headline "building: $preset"
    if configure "$preset" && cmake --build "build/$preset" ${@:+--target "$@"}; then return 0; fi
    echo "building $preset: failed"
    failed=$((failed + 1))
    return 1
}

# run_tests PRESET CTEST_ARGUMENT...: runs them with what they prove recorded, and counts.
run_tests() {
    local preset=$1 results="$PWD/build/$1/results.xml"
    shift
    rm -f "$results"
    OPENWMI_ROWS="$PWD/build/$preset/rows.jsonl" ctest --test-dir "build/$preset" --output-on-failure --no-tests=ignore \
        --parallel "$(nproc)" --output-junit "$results" "$@" || true
    local counts
    counts=$(python3 tools/count_results.py "$results") || counts="0 1 0"
    read -r p f s <<< "$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# test_everything PRESET SEED: fails when there was nothing to test, because the build failed. What does not depend on how
# the code is compiled runs for the preset dev only.
test_everything() {
    local preset=$1 seed=$2 without='^(none'
    [[ $preset == dev ]] || without+='|tools|full'
    [[ $full == yes ]] || without+='|full'
    [[ $long == yes ]] || without+='|long'
    build "$preset" || return 1
    headline "testing: $preset"
    rm -f "build/$preset/rows.jsonl"
    if [[ -z $seed ]]; then
        run_tests "$preset" --label-exclude "$without)\$"
    else
        run_tests "$preset" --label-exclude "$without|scenario)\$"
        OPENWMI_SEED=$seed run_tests "$preset" --label-regex '^scenario$' --label-exclude "$without)\$"
    fi
}

# test_room PRESET ROOM
test_room() {
    local preset=$1 target="${2//\//_}_test"
    build "$preset" "$target" || return 0
    run_tests "$preset" --tests-regex "^$target\$"
}

report_conformance() {
    headline "conformance"
    if ! python3 tools/conformance.py "build/$1/rows.jsonl"; then failed=$((failed + 1)); fi
}

our_files() {
    git ls-files --cached --others --exclude-standard -- "$@" | grep -v '^include/openwmi/'
}

check_format() {
    our_files '*.cpp' '*.h' '*.hpp' | xargs clang-format-19 --dry-run -Werror
}

# The analyzer takes most of the time and finds what the sanitizers find: it runs with the long tests. Left out is what is
# built by clang anyway, and the projects of their own.
check_tidy() {
    configure tidy > /dev/null && cmake --build build/tidy --target com_abi_table > /dev/null || return 1
    local checks=""
    [[ $long == yes ]] || checks='-clang-analyzer-*'
    our_files '*.cpp' | grep -vE '^(fuzz|examples/event_(consumer|provider)|tests/package)/' | xargs tools/tidy build/tidy --checks="$checks"
}

# A minute for each fuzzer; what it finds stays in build/fuzz/found.
check_fuzzers() {
    compgen -G 'fuzz/*.cpp' > /dev/null || return 0
    build fuzz fuzzers || return 0
    mkdir -p build/fuzz/found
    local fuzzer
    for fuzzer in build/fuzz/fuzz/*_fuzz; do
        check "fuzzing: ${fuzzer##*/}" "$fuzzer" -max_total_time=60 -print_final_stats=0 -verbosity=0 \
            -artifact_prefix=build/fuzz/found/
    done
}

closing_line() {
    local line="$passed passed, $failed failed"
    ((skipped == 0)) || line+=", $skipped skipped"
    printf '\n%s\n' "$line"
    ((failed == 0))
}
